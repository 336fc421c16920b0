#include "vit/core/text.h"

#include <algorithm>

#include "vit/core/hex.h"
#include "vit/core/str.h"
#include "vit/core/utf8.h"

namespace vit {
namespace {

/// C0, DEL and C1 controls, line separators, and the marks that reorder what a reader sees.
bool steers_output(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || code == 0x200E ||
         code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(char32_t code) {
  const auto low = hex_byte(static_cast<unsigned char>(code & 0xFF));
  switch (code) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default:
      return code < 0x100 ? "\\x" + low
                          : "\\u" + hex_byte(static_cast<unsigned char>(code >> 8)) + low;
  }
}

void append_visible(std::string& out, std::string_view text, bool quoted) {
  while (!text.empty()) {
    const Character next = first_character(text);
    if (!next.valid)
      out += "\\x" + hex_byte(static_cast<unsigned char>(text.front()));
    else if (steers_output(next.code))
      out += escaped(next.code);
    else if (quoted && (next.code == '"' || next.code == '\\'))
      out += {'\\', text.front()};
    else
      out += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// `at`, or before it the start of the character that it lies in: 3 bytes at most.
std::size_t character_start(std::string_view text, std::size_t at) {
  std::size_t start = at;
  while (start > 0 && at - start < 3 && start < text.size() && continues_character(text[start]))
    --start;
  const bool inside = start < at && start + utf8_length(text, start) > at;
  return inside ? start : at;
}

std::string cut_visible(std::string_view text, std::size_t max_bytes, bool quoted) {
  std::string out;
  if (text.size() <= max_bytes) {
    append_visible(out, text, quoted);
    return out;
  }
  const std::size_t half = max_bytes / 2;
  append_visible(out, text.substr(0, character_start(text, half)), quoted);
  out += "...";
  append_visible(out, text.substr(character_start(text, text.size() - half)), quoted);
  return out;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_visible(out, text, /*quoted=*/false);
  return out;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  return cut_visible(text, max_bytes, /*quoted=*/false);
}

std::string printable_path(const std::filesystem::path& path) {
  return printable(path.native(), 1000);
}

std::string in_quotes(std::string_view text, std::size_t max_bytes) {
  return str('"', cut_visible(text, max_bytes, /*quoted=*/true), '"');
}

}  // namespace vit
