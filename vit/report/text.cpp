#include "vit/report/text.h"

#include <algorithm>
#include <iterator>

#include "vit/core/utf8.h"

namespace vit {
namespace {

struct CodeRange {
  char32_t first, last;
};

/// Combining marks and other characters without a width of their own (Unicode, the common blocks).
constexpr CodeRange kZeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2064},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

/// Characters of East Asian width W and F, and emoji.
constexpr CodeRange kDoubleWidth[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},
    {0x26C4, 0x26C5},   {0x2705, 0x2705},   {0x2728, 0x2728},   {0x274C, 0x274C},
    {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF},
    {0x20000, 0x3FFFD}};

template <std::size_t N>
bool is_in(const CodeRange (&ranges)[N], char32_t code) {
  const auto* range = std::lower_bound(
      std::begin(ranges), std::end(ranges), code,
      [](const CodeRange& candidate, char32_t value) { return candidate.last < value; });
  return range != std::end(ranges) && code >= range->first;
}

/// The longest start of `text` that fits into this many columns.
std::string_view head(std::string_view text, int columns) {
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const Character next = first_character(text.substr(bytes));
    columns -= character_width(next.code);
    if (columns < 0) break;
    bytes += next.bytes;
  }
  return text.substr(0, bytes);
}

}  // namespace

int character_width(char32_t code) {
  if (code < 0x300) return 1;
  if (is_in(kZeroWidth, code)) return 0;
  return is_in(kDoubleWidth, code) ? 2 : 1;
}

int display_width(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    columns += character_width(next.code);
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string shorten(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns <= 0) return {};
  return std::string(head(text, columns - 1)) + "…";
}

std::string shorten_middle(std::string_view text, int columns) {
  const int width = display_width(text);
  if (width <= columns) return std::string(text);
  if (columns <= 0) return {};
  const std::string_view start = head(text, columns / 2);
  const int rest = columns - 1 - display_width(start);
  std::string_view end = text.substr(start.size());
  for (int left = display_width(end); left > rest;) {
    const Character next = first_character(end);
    left -= character_width(next.code);
    end.remove_prefix(next.bytes);
  }
  return std::string(start) + "…" + std::string(end);
}

std::string pad_right(std::string_view text, int columns) {
  const int missing = std::max(0, columns - display_width(text));
  return std::string(text) + std::string(static_cast<std::size_t>(missing), ' ');
}

std::string pad_left(std::string_view text, int columns) {
  const int missing = std::max(0, columns - display_width(text));
  return std::string(static_cast<std::size_t>(missing), ' ') + std::string(text);
}

}  // namespace vit
