#include "vit/data/brace_expansion.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr std::size_t kMostWords = 1'000'000;
constexpr std::size_t kMostLetters = std::size_t{1} << 26;  // of all words together
constexpr int kMostLevels = 32;

using Words = std::vector<std::string>;

class BraceExpander {
 public:
  explicit BraceExpander(const std::string& pattern) : pattern_(pattern) {}

  Words expand(std::string_view text, int level = 0) const {
    if (level > kMostLevels) fail(str("nests braces deeper than ", kMostLevels, " levels"));
    Words words{""};
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] == '\\' && at + 1 < text.size()) {
        words = product(std::move(words), {std::string(text.substr(at + 1, 1))});
        at += 2;
        continue;
      }
      const std::size_t end = text[at] == '{' ? closing(text, at) : std::string_view::npos;
      std::optional<Words> alternatives;
      if (end != std::string_view::npos)
        alternatives = inside(text.substr(at + 1, end - at - 1), level);
      if (alternatives) {
        words = product(std::move(words), *alternatives);
        at = end + 1;
        continue;
      }
      // A brace by itself, or text up to the next one.
      const std::size_t next = std::min(text.find_first_of("{\\", at + 1), text.size());
      words = product(std::move(words), {std::string(text.substr(at, next - at))});
      at = next;
    }
    return words;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::usage, in_quotes(pattern_, 100), what,
                "write ranges as in train-{000..099}.tar, or use *");
  }

  void require_few_letters(std::size_t count) const {
    if (count > kMostLetters)
      fail(str("makes names of more than ", kMostLetters, " letters together"));
  }

  Words product(Words before, const Words& after) const {
    if (before.size() * after.size() > kMostWords)
      fail(str("names more than ", kMostWords, " files"));
    // Each letter of `before` is there once for each word of `after`, and the other way round.
    require_few_letters(letters_in(before) * after.size() + letters_in(after) * before.size());
    if (after.size() == 1) {  // most often, and without a copy
      for (std::string& word : before) word += after[0];
      return before;
    }
    Words words;
    words.reserve(before.size() * after.size());
    for (const std::string& first : before)
      for (const std::string& second : after) words.push_back(first + second);
    return words;
  }

  static std::size_t letters_in(const Words& words) {
    std::size_t count = 0;
    for (const std::string& word : words) count += word.size();
    return count;
  }

  /// The brace that closes the one at `open`.
  static std::size_t closing(std::string_view text, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '{')
        ++depth;
      else if (text[i] == '}' && --depth == 0)
        return i;
    }
    return std::string_view::npos;
  }

  /// What stands between two braces: a list or a range; nothing where it is neither.
  std::optional<Words> inside(std::string_view text, int level) const {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '{')
        ++depth;
      else if (text[i] == '}')
        --depth;
      else if (text[i] == ',' && depth == 0) {
        parts.push_back(text.substr(begin, i - begin));
        begin = i + 1;
      }
    }
    if (parts.empty()) return range(text);
    parts.push_back(text.substr(begin));
    Words words;
    for (const std::string_view part : parts)
      for (std::string& word : expand(part, level + 1)) {
        if (words.size() >= kMostWords) fail(str("names more than ", kMostWords, " files"));
        words.push_back(std::move(word));
      }
    return words;
  }

  static std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    constexpr std::int64_t kLargest = 1'000'000'000'000;
    if (error != std::errc() || stop != end || value > kLargest || value < -kLargest) return {};
    return value;
  }
  static bool is_letter(std::string_view text) {
    return text.size() == 1 &&
           ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  }

  /// `first..last` or `first..last..step`, of numbers or letters.
  std::optional<Words> range(std::string_view text) const {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) return {};
    const std::string_view first = text.substr(0, dots);
    std::string_view last = text.substr(dots + 2);
    std::int64_t step = 1;
    if (const std::size_t more = last.find(".."); more != std::string_view::npos) {
      const auto given = number(last.substr(more + 2));
      if (!given) return {};
      step = std::max<std::int64_t>(std::abs(*given), 1);
      last = last.substr(0, more);
    }
    const bool letters = is_letter(first) && is_letter(last);
    const auto from = letters ? std::optional<std::int64_t>(first[0]) : number(first);
    const auto to = letters ? std::optional<std::int64_t>(last[0]) : number(last);
    if (!from || !to) return {};
    const auto count = static_cast<std::uint64_t>(std::abs(*to - *from) / step) + 1;
    if (count > kMostWords) fail(str("names more than ", kMostWords, " files"));
    // Where one end begins with a zero, all are as wide as the wider end.
    const auto is_padded = [](std::string_view end) {
      if (end.starts_with('-') || end.starts_with('+')) end.remove_prefix(1);
      return end.size() > 1 && end[0] == '0';
    };
    const std::size_t width =
        is_padded(first) || is_padded(last) ? std::max(first.size(), last.size()) : 0;
    require_few_letters(count * width);
    Words words;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::int64_t value =
          *from + (*to < *from ? -step : step) * static_cast<std::int64_t>(i);
      if (letters) {
        words.emplace_back(1, static_cast<char>(value));
        continue;
      }
      std::string digits = std::to_string(std::abs(value));
      const std::size_t sign = value < 0 ? 1 : 0;
      if (digits.size() + sign < width) digits.insert(0, width - digits.size() - sign, '0');
      words.push_back((value < 0 ? "-" : "") + digits);
    }
    return words;
  }

  const std::string& pattern_;
};

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) {
  return BraceExpander(pattern).expand(pattern);
}

}  // namespace vit
