#include "vit/text/text_rule.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/core/text.h"
#include "vit/text/html_unescape.h"
#include "vit/text/typography.h"
#include "vit/text/unicode.h"

namespace vit {

namespace {

struct StepName {
  TextStep step;
  std::string_view name, told;
};
constexpr std::array<StepName, 8> kSteps = {{
    {TextStep::nfc, "nfc", "NFC"},
    {TextStep::html, "html", "HTML characters"},
    {TextStep::punctuation, "punctuation", "no punctuation"},
    {TextStep::lower, "lower", "lower case"},
    {TextStep::lower_each, "lower_each", "lower case of each character"},
    {TextStep::whitespace, "whitespace", "single blanks"},
    {TextStep::nfc_9, "nfc_9", "NFC of Unicode 9"},
    {TextStep::typography, "typography", "plain typography and NFC"},
}};

std::string without_punctuation(std::string_view text) {
  std::string left;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == '_')
      left += ' ';
    else if (letter || c <= ' ' || c == '\x7F' || static_cast<unsigned char>(c) >= 0x80)
      left += c;
  }
  return left;
}

/// Python also splits at the four separators of ASCII, which Unicode does not call white space.
bool splits_words(char32_t point) {
  return (point >= 0x1C && point <= 0x1F) || unicode::is_space(point);
}

std::string join_words(std::string_view text) {
  std::string joined;
  bool blank = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    if (splits_words(unicode::next(text, at))) {
      blank = true;
      continue;
    }
    if (blank && !joined.empty()) joined += ' ';
    blank = false;
    joined += text.substr(from, at - from);
  }
  return joined;
}

std::string apply_step(TextStep step, const std::string& text) {
  switch (step) {
    case TextStep::nfc: return unicode::to_nfc(text);
    case TextStep::nfc_9: return unicode::to_nfc(text, 9);
    case TextStep::html: return html_unescape(html_unescape(text));
    case TextStep::punctuation: return without_punctuation(text);
    case TextStep::lower: return unicode::to_lower(text, unicode::Sigma::by_place);
    case TextStep::lower_each: return unicode::to_lower(text, unicode::Sigma::plain);
    case TextStep::whitespace: return join_words(text);
    case TextStep::typography: return plain_typography(text);
  }
  return text;
}

}  // namespace

std::string TextRule::apply(std::string_view text) const {
  if (steps.empty()) return std::string(text);
  std::string clean = unicode::well_formed(text);
  for (const TextStep step : steps) clean = apply_step(step, clean);
  return clean;
}

std::string TextRule::description() const {
  std::string told;
  for (const TextStep step : steps) {
    if (!told.empty()) told += ", ";
    told += kSteps[static_cast<std::size_t>(step)].told;
  }
  return told.empty() ? "the text as it is" : told;
}

nlohmann::json to_json(const TextRule& rule) {
  nlohmann::json names = nlohmann::json::array();
  for (const TextStep step : rule.steps)
    names.push_back(kSteps[static_cast<std::size_t>(step)].name);
  return names;
}

TextRule text_rule_from_json(const nlohmann::json& json, const std::string& where) {
  TextRule rule;
  if (!json.is_array())
    throw Error(ErrorKind::weights, where, "a text rule must be a list of steps");
  for (const nlohmann::json& entry : json) {
    const std::string name = entry.is_string() ? entry.get<std::string>() : entry.dump();
    const auto* found = std::find_if(kSteps.begin(), kSteps.end(),
                                     [&](const StepName& step) { return step.name == name; });
    if (found == kSteps.end()) {
      std::vector<std::string> known;
      for (const StepName& step : kSteps) known.emplace_back(step.name);
      const std::string near = nearest(name, known);
      throw Error(ErrorKind::weights, where,
                  "there is no step " + in_quotes(name) + " of a text rule",
                  near.empty() ? "" : "did you mean " + in_quotes(near) + "?");
    }
    rule.steps.push_back(found->step);
  }
  return rule;
}

}  // namespace vit
