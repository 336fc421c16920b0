#include "vit/text/typography.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "vit/text/html_unescape.h"
#include "vit/text/unicode.h"

namespace vit {
namespace {

struct Spelling {
  char32_t point;
  std::string_view plain;
};

/// From the lowest: quotes, ligatures, the blank of full width. "" : left out.
constexpr std::array kSpellings = std::to_array<Spelling>({
    {0x132, "IJ"},        {0x133, "ij"},        {0x149, "'n"},         {0x1C4, "D\xC5\xBD"},
    {0x1C5, "D\xC5\xBE"}, {0x1C6, "d\xC5\xBE"}, {0x1C7, "LJ"},         {0x1C8, "Lj"},
    {0x1C9, "lj"},        {0x1CA, "NJ"},        {0x1CB, "Nj"},         {0x1CC, "nj"},
    {0x1F1, "DZ"},        {0x1F2, "Dz"},        {0x1F3, "dz"},         {0x2BC, "'"},
    {0x2018, "'"},        {0x2019, "'"},        {0x201A, "'"},         {0x201B, "'"},
    {0x201C, "\""},       {0x201D, "\""},       {0x201E, "\""},        {0x201F, "\""},
    {0x2028, "\n"},       {0x2029, "\n"},       {0x206A, ""},          {0x206B, ""},
    {0x206C, ""},         {0x206D, ""},         {0x206E, ""},          {0x206F, ""},
    {0x3000, " "},        {0xFB00, "ff"},       {0xFB01, "fi"},        {0xFB02, "fl"},
    {0xFB03, "ffi"},      {0xFB04, "ffl"},      {0xFB05, "\xC5\xBFt"}, {0xFB06, "st"},
    {0xFEFF, ""},         {0xFFF9, ""},         {0xFFFA, ""},          {0xFFFB, ""},
    {0xFFFC, ""},
});

/// Windows-1252 from 0x80 to 0x9F, its quotes straight already; 0: nothing is meant.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0,      '\'',  0x192,  '"',   0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160,
    0x2039, 0x152,  0,     0x17D,  0,     0,      '\'',   '\'',   '"',   '"',    0x2022,
    0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153,  0,      0x17E, 0x178};

bool is_control(char32_t point) {
  return point < 0x20 && point != '\t' && point != '\n' && point != '\f' && point != '\r';
}

/// The length of a terminal's code `ESC [ 1 ; 31 m` at `at`; 0: there is none.
std::size_t escape_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  if (text.substr(end, 2) != "\x1B[") return 0;
  const auto is_parameter = [](char c) { return (c >= '0' && c <= '9') || c == ';'; };
  for (end += 2; end < text.size() && is_parameter(text[end]);) ++end;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return end < text.size() && is_letter(text[end]) ? end + 1 - at : 0;
}

void append_plain(std::string& out, std::string_view whole, char32_t point) {
  constexpr char32_t kFullWidth = 0xFF01, kLastFullWidth = 0xFFEF, kDelete = 0x7F;
  if (point >= 0x80 && point < 0xA0 && kWindows1252[point - 0x80] != 0)
    return unicode::append(out, kWindows1252[point - 0x80]);
  if (point >= kFullWidth && point <= kLastFullWidth) {
    out += unicode::to_nfkc(whole);
    return;
  }
  if (is_control(point) || point == kDelete) return;
  if (point < kSpellings.front().point) {
    out += whole;
    return;
  }
  const auto* found = std::lower_bound(
      kSpellings.begin(), kSpellings.end(), point,
      [](const Spelling& spelling, char32_t sought) { return spelling.point < sought; });
  if (found != kSpellings.end() && found->point == point)
    out += found->plain;
  else
    out += whole;
}

std::string plain_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t escape = escape_length(text, at); escape > 0) {
      at += escape;
      continue;
    }
    const std::size_t from = at;
    const char32_t point = unicode::next(text, at);
    if (point == '\r') {
      out += '\n';
      if (at < text.size() && text[at] == '\n') ++at;
      continue;
    }
    append_plain(out, text.substr(from, at - from), point);
  }
  return out;
}

/// The length of `&name;` or `&#123;` at `at`; 0: there is none.
std::size_t entity_length(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 24;
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const std::size_t name = text.substr(at).starts_with("&#") ? at + 2 : at + 1;
  std::size_t end = name;
  while (end < text.size() && end - name < kLongest && is_word(text[end])) ++end;
  return end > name && end < text.size() && text[end] == ';' ? end + 1 - at : 0;
}

/// Decodes entities that end in a semicolon, and of which nothing is left over.
std::string decode_entities(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '&' ? entity_length(text, at) : 0;
    const std::string decoded = length > 0 ? html_unescape(text.substr(at, length)) : ";";
    if (decoded.find(';') == std::string::npos) {
      out += decoded;
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

std::string plain_typography(std::string_view text) {
  const bool entities = text.find('<') == std::string_view::npos;
  std::string now(text);
  for (;;) {
    std::string next = entities ? decode_entities(now) : now;
    next = unicode::to_nfc(plain_characters(next));
    if (next == now) return now;
    now = std::move(next);
  }
}

}  // namespace vit
