#include "vit/text/html_unescape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "vit/core/utf8.h"
#include "vit/text/html_entities.h"
#include "vit/text/unicode.h"

namespace vit {

namespace {

using Names = std::map<std::string, std::string, std::less<>>;

/// Every spelling of a name, `amp` and `amp;`, and its characters.
Names read_names() {
  Names names;
  for (std::string_view rest = kHtmlEntities; !rest.empty();) {
    std::string_view entry = rest.substr(0, rest.find(' '));
    rest.remove_prefix(entry.size() + 1);
    const std::size_t equals = entry.find('=');
    std::string_view name = entry.substr(0, equals);
    entry.remove_prefix(equals + 1);
    std::string characters;
    while (!entry.empty()) {
      const std::string_view hex = entry.substr(0, entry.find('+'));
      unicode::append(characters, static_cast<char32_t>(std::stoul(std::string(hex), nullptr, 16)));
      entry.remove_prefix(std::min(entry.size(), hex.size() + 1));
    }
    names.emplace(name, characters);
    if (name.back() != ';') names.emplace(std::string(name) + ';', characters);
  }
  return names;
}

/// What a number stands for: bytes of Windows-1252 where HTML reads them so, nothing for control
/// characters and noncharacters.
void append_number(std::string& out, std::uint32_t number) {
  static constexpr std::array<char32_t, 32> kWindows1252 = {
      0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  if (number >= 0x80 && number < 0xA0) return unicode::append(out, kWindows1252[number - 0x80]);
  if (number == 0) return unicode::append(out, 0xFFFD);
  const bool control =
      (number < 0x20 && number != '\t' && number != '\n' && number != '\f' && number != '\r') ||
      number == 0x7F;
  const bool none = number <= 0x10FFFF &&
                    ((number & 0xFFFEU) == 0xFFFE || (number >= 0xFDD0 && number <= 0xFDEF));
  if (!control && !none) unicode::append(out, number);
}

/// Reads `#233;` or `#xE9;` at the start of `text`; returns its length, 0 where there is none.
std::size_t read_number(std::string_view text, std::string& out) {
  if (text.empty() || text.front() != '#') return 0;
  std::size_t at = 1;
  const bool hex = at < text.size() && (text[at] == 'x' || text[at] == 'X');
  if (hex) ++at;
  const std::size_t first = at;
  std::uint32_t number = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    const char letter = static_cast<char>(c | 0x20);
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(hex && letter >= 'a' && letter <= 'f')) break;
    const auto value = static_cast<std::uint32_t>(digit ? c - '0' : letter - 'a' + 10);
    number = std::min<std::uint32_t>(number * (hex ? 16U : 10U) + value, 0x110000);
  }
  if (at == first) return 0;
  append_number(out, number);
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

/// Up to 32 characters that may be a name, and the semicolon behind them.
std::string_view name_at(std::string_view text) {
  constexpr std::string_view kEnds = "\t\n\f <&#;";
  std::size_t at = 0;
  for (int characters = 0; characters < 32 && at < text.size(); ++characters) {
    if (kEnds.find(text[at]) != std::string_view::npos) break;
    at += utf8_length(text, at);
  }
  return text.substr(0, at > 0 && at < text.size() && text[at] == ';' ? at + 1 : at);
}

/// Reads a name at the start of `text`, or the longest name that it begins with.
std::size_t read_name(std::string_view text, std::string& out) {
  static const Names names = read_names();
  const std::string_view whole = name_at(text);
  for (std::size_t length = whole.size(); length > 1; --length) {
    const auto found = names.find(whole.substr(0, length));
    if (found == names.end()) continue;
    out += found->second;
    return length;
  }
  return 0;
}

}  // namespace

std::string html_unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t ampersand = text.find('&');
    out += text.substr(0, ampersand);
    if (ampersand == std::string_view::npos) break;
    text.remove_prefix(ampersand + 1);
    std::size_t length = read_number(text, out);
    if (length == 0) length = read_name(text, out);
    if (length == 0) out += '&';
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace vit
