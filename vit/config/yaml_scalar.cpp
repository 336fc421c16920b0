#include "vit/config/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "vit/config/yaml_node.h"
#include "vit/core/error.h"
#include "vit/core/hex.h"

namespace vit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return text;
}

/// `.5`, `5.`, `0.5`, `5`, each with or without an exponent.
bool looks_like_double(std::string_view text) {
  text = without_sign(text);
  std::size_t digits = 0, at = 0;
  const auto take_digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - first;
  };
  digits += take_digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits += take_digits();
  }
  if (digits == 0) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  return take_digits() > 0 && at == text.size();
}

bool is_whole(std::string_view text) {
  text = without_sign(text);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// A number that is meant by people and other tools but is none in YAML 1.2.
std::optional<ScalarMismatch> odd_number(std::string_view text, std::string_view expected) {
  const std::string_view digits = without_sign(text);
  if (digits.empty() || !(is_digit(digits[0]) || digits[0] == '.')) return std::nullopt;
  if (is_whole(text) && digits.size() > 1 && digits[0] == '0') {
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    return ScalarMismatch{str("expected ", expected, ", found ", shown(text),
                              ", which YAML 1.1 takes for octal and YAML 1.2 does not"),
                          str("write ", shown(digits.substr(first)), ", or \"", shown(text),
                              "\" where text is meant")};
  }
  if (text.find('_') != std::string_view::npos) {
    std::string plain(text);
    std::erase(plain, '_');
    if (looks_like_double(plain))
      return ScalarMismatch{str("expected ", expected, ", found ", shown(text)),
                            "write " + shown(plain)};
  }
  return std::nullopt;
}

ScalarMismatch mismatch(std::string_view expected, std::string_view text, std::string remedy = {}) {
  return {str("expected ", expected, ", found ", shown(text)), std::move(remedy)};
}

/// What some YAML reader takes for null, a boolean or a special number.
bool is_reserved_word(std::string_view text) {
  static constexpr std::array<std::string_view, 15> kWords{
      "null", "true", "false", "yes", "no",  "on",       "off", "y",
      "n",    ".inf", ".nan",  "inf", "nan", "infinity", "~"};
  return std::find(kWords.begin(), kWords.end(), lower(text)) != kWords.end();
}

/// Numbers of any base, and dates.
bool is_like_a_number(std::string_view text) {
  constexpr std::string_view kCharacters = "0123456789abcdefxoABCDEFXO_.+-";
  return (is_digit(text[0]) || text[0] == '.') &&
         text.find_first_not_of(kCharacters) == std::string_view::npos;
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kInside = "_-./+@%= ";
  if (text.empty() || text.size() > 1000 || is_reserved_word(text) || is_like_a_number(text))
    return false;
  if (!is_letter(text[0]) && !is_digit(text[0]) && text[0] != '_' && text[0] != '/' &&
      text[0] != '.')
    return false;
  if (text.back() == ' ' || text.starts_with("...")) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || kInside.find(c) != std::string_view::npos;
  });
}

/// The characters above ASCII that YAML 1.2 or a terminal does not take as they are: U+0080 to
/// U+00A0, U+2028, U+2029 and U+FEFF. Their escape, or "".
std::string escape_of(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) == 0xC2 && byte(1) <= 0xA0)
    return {'\\', 'x', kHexDigits[byte(1) >> 4], kHexDigits[byte(1) & 15]};
  if (text.starts_with("\u2028")) return "\\u2028";
  if (text.starts_with("\u2029")) return "\\u2029";
  if (text.starts_with("\uFEFF")) return "\\ufeff";
  return {};
}

}  // namespace

std::optional<ScalarMismatch> parse_scalar(std::string_view text, bool& value) {
  if (text == "true" || text == "True" || text == "TRUE") {
    value = true;
    return std::nullopt;
  }
  if (text == "false" || text == "False" || text == "FALSE") {
    value = false;
    return std::nullopt;
  }
  const std::string word = lower(text);
  const bool yes = word == "yes" || word == "on" || word == "y" || word == "1" || word == "true";
  const bool no = word == "no" || word == "off" || word == "n" || word == "0" || word == "false";
  return mismatch("true or false", text, yes ? "write true" : no ? "write false" : "");
}

std::optional<ScalarMismatch> parse_scalar(std::string_view text, std::int64_t& value) {
  constexpr std::string_view kExpected = "a whole number";
  if (auto odd = odd_number(text, kExpected)) return odd;
  if (!is_whole(text)) {
    double number = 0;
    std::string remedy;
    if (looks_like_double(text) && !parse_scalar(text, number) && std::trunc(number) == number &&
        std::abs(number) < 1e15)
      remedy = str("write ", static_cast<std::int64_t>(number));
    return mismatch(kExpected, text, remedy);
  }
  const std::string_view unsigned_plus = text.starts_with('+') ? text.substr(1) : text;
  std::int64_t number = 0;
  const auto [end, problem] =
      std::from_chars(unsigned_plus.data(), unsigned_plus.data() + unsigned_plus.size(), number);
  if (problem != std::errc())
    return ScalarMismatch{str(shown(text), " does not fit into 64 bits"), ""};
  value = number;
  return std::nullopt;
}

std::optional<ScalarMismatch> parse_scalar(std::string_view text, double& value) {
  constexpr std::string_view kExpected = "a number";
  if (auto odd = odd_number(text, kExpected)) return odd;
  if (!looks_like_double(text)) {
    const std::string word = lower(without_sign(text));
    if (word == ".inf" || word == ".nan" || word == "inf" || word == "nan" || word == "infinity")
      return mismatch("a finite number", text);
    return mismatch(kExpected, text);
  }
  const std::string_view unsigned_plus = text.starts_with('+') ? text.substr(1) : text;
  double number = 0;
  const auto [end, problem] =
      std::from_chars(unsigned_plus.data(), unsigned_plus.data() + unsigned_plus.size(), number);
  if (problem != std::errc())
    return ScalarMismatch{str(shown(text), " is beyond the range of a double"), ""};
  value = number;
  return std::nullopt;
}

std::string yaml_text(double value) {
  VIT_ASSERT(std::isfinite(value));
  const double size = std::abs(value);
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  std::array<char, 64> buffer;
  const auto [end, problem] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  VIT_ASSERT(problem == std::errc());
  std::string text(buffer.data(), end);
  if (text.find('.') == std::string::npos) text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

std::string yaml_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += {'\\', 'x', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    } else if (const std::string escape = escape_of(text.substr(i)); !escape.empty()) {
      out += escape;
      i += escape.size() == 4 ? 1 : 2;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string range_text(const Range& range) {
  const bool low = std::isfinite(range.low), high = std::isfinite(range.high);
  const bool positive = range.low == kPositive.low;
  std::string from = positive ? "greater than 0" : str("at least ", range.low);
  if (low && high)
    return positive ? str(from, " and at most ", range.high)
                    : str("between ", range.low, " and ", range.high);
  if (low) return from;
  return high ? str("at most ", range.high) : "";
}

}  // namespace vit
