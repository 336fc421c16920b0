#include "vit/tasks/caption/attributes.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "vit/core/error.h"
#include "vit/text/text_rule.h"

namespace vit {
namespace {

constexpr const char* kKey = "task.attributes";

std::vector<std::string> between_blanks(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_not_of(' '); at != text.npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(' ', end);
  }
  return words;
}

std::string in_lower_case(const std::string& text) {
  return TextRule{{TextStep::nfc, TextStep::lower, TextStep::whitespace}}.apply(text);
}

/// Bytes above ASCII are of letters.
bool is_of_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

/// Runs of letters and digits.
std::vector<std::string> letter_runs(const std::string& sentence) {
  std::string plain = in_lower_case(sentence);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return !is_of_word(c); }, ' ');
  return between_blanks(plain);
}

[[noreturn]] void refuse(const std::string& line, const std::string& why) {
  throw Error(ErrorKind::usage, kKey, "`" + line + "` " + why,
              "write it as in `colour: red green blue, before on`");
}

SentenceAttribute parsed(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) refuse(line, "has no name");
  SentenceAttribute attribute;
  const std::vector<std::string> name = between_blanks(line.substr(0, colon));
  if (name.size() != 1 || !std::all_of(name[0].begin(), name[0].end(), is_of_word))
    refuse(line, "needs one word of letters for its name");
  attribute.name = name[0];
  for (std::size_t at = colon + 1, part = 0; at <= line.size(); ++part) {
    const std::size_t comma = std::min(line.find(',', at), line.size());
    const std::vector<std::string> words = letter_runs(line.substr(at, comma - at));
    if (part == 0) {
      attribute.words = words;
    } else if (words.size() == 2 && words[0] == "before") {
      attribute.before = words[1];
    } else if (words.size() == 2 && words[0] == "after") {
      attribute.after = words[1];
    } else {
      refuse(line, "has something else than `before WORD` or `after WORD` behind its comma");
    }
    at = comma + 1;
  }
  if (attribute.words.empty()) refuse(line, "names no words");
  return attribute;
}

}  // namespace

std::vector<std::string> SentenceAttribute::in(const std::string& sentence) const {
  std::vector<std::string> all = letter_runs(sentence), found;
  if (!before.empty()) all.erase(std::find(all.begin(), all.end(), before), all.end());
  if (!after.empty()) {
    const auto at = std::find(all.begin(), all.end(), after);
    all.erase(all.begin(), at == all.end() ? at : at + 1);
  }
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), [&](const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  });
  return found;
}

std::vector<SentenceAttribute> parse_attributes(const std::vector<std::string>& lines) {
  std::vector<SentenceAttribute> all;
  std::set<std::string> names;
  for (const std::string& line : lines) {
    all.push_back(parsed(line));
    if (!names.insert(all.back().name).second) refuse(line, "has the name of another one");
  }
  return all;
}

std::string words_of_sentence(const std::string& sentence) {
  // Of COCO's thirteen: brackets are its -LRB- and the like.
  constexpr std::string_view kPunctuation = "'`.?!,:;-()[]{}\"";
  std::string joined;
  for (const std::string& token : between_blanks(in_lower_case(sentence))) {
    const std::size_t first = token.find_first_not_of(kPunctuation),
                      last = token.find_last_not_of(kPunctuation);
    if (first == token.npos) continue;
    joined += (joined.empty() ? "" : " ") + token.substr(first, last - first + 1);
  }
  return joined;
}

}  // namespace vit
