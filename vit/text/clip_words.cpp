#include "vit/text/clip_words.h"

#include <array>
#include <cstdint>

#include "vit/text/unicode.h"

namespace vit {

namespace {

enum class Kind : std::uint8_t { letter, number, space, other };

constexpr Kind ascii_kind(char32_t c) {
  const char32_t lower = c | 0x20;
  if (lower >= 'a' && lower <= 'z') return Kind::letter;
  if (c >= '0' && c <= '9') return Kind::number;
  return c == ' ' || (c >= '\t' && c <= '\r') ? Kind::space : Kind::other;
}

Kind kind_of(char32_t point) {
  if (point < 0x80) return ascii_kind(point);
  if (unicode::is_letter(point)) return Kind::letter;
  if (unicode::is_number(point)) return Kind::number;
  return unicode::is_space(point) ? Kind::space : Kind::other;
}

constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t",  "'re", "'ve",
                                                           "'m", "'ll", "'d"};

}  // namespace

ClipWord clip_word_at(std::string_view text, std::size_t at) {
  if (text[at] == '\'')
    for (const std::string_view word : kContractions)
      if (text.substr(at).starts_with(word)) return {word.size()};
  std::size_t end = at;
  const Kind kind = kind_of(unicode::next(text, end));
  if (kind == Kind::number || kind == Kind::space) return {end - at, kind == Kind::space};
  while (end < text.size()) {
    std::size_t behind = end;
    if (kind_of(unicode::next(text, behind)) != kind) break;
    end = behind;
  }
  return {end - at};
}

std::size_t length_in_any_case(std::string_view text, std::size_t at, std::string_view word) {
  const std::size_t from = at;
  for (const char expected : word) {
    if (at >= text.size()) return 0;
    const bool capital = text[at] >= 'A' && text[at] <= 'Z';
    if ((capital ? static_cast<char>(text[at] | 0x20) : text[at]) == expected)
      at += 1;
    else if (expected == 's' && text.substr(at).starts_with("\u017F"))
      at += 2;
    else
      return 0;
  }
  return at - from;
}

std::size_t contraction_in_any_case(std::string_view text, std::size_t at) {
  for (const std::string_view word : kContractions)
    if (const std::size_t length = length_in_any_case(text, at, word); length > 0) return length;
  return 0;
}

}  // namespace vit
