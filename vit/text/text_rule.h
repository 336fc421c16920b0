#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// What is done to a text before it is cut into pieces, one step after another: part of what a
/// model was trained on, as much as its mean and standard deviation are.
enum class TextStep {
  nfc,          ///< canonical composition
  html,         ///< character references become what they name, twice: `&amp;lt;` is `<`
  punctuation,  ///< `_` becomes a blank, the rest of ASCII's punctuation goes
  lower,        ///< lower case, Python's str.lower()
  lower_each,   ///< lower case of each character by itself: Σ is always σ
  whitespace,   ///< single blanks between words, none around them: Python's " ".join(text.split())
  nfc_9,        ///< canonical composition as Unicode 9 knew it: what the tokenizers library has
  typography,   ///< plain quotes, ligatures, widths: see plain_typography
};

/// A list of steps.
struct TextRule {
  std::vector<TextStep> steps;

  /// transformers' CLIPTokenizer.
  static TextRule clip() { return {{TextStep::nfc_9, TextStep::lower_each}}; }
  /// open_clip's and OpenAI's CLIP, which begin with ftfy.
  static TextRule open_clip() {
    return {{TextStep::typography, TextStep::html, TextStep::whitespace, TextStep::lower}};
  }
  /// SigLIP's canonical text (big_vision's prompt_engineering.py): also what SigLIP 2 reads in
  /// big_vision and open_clip.
  static TextRule siglip() {
    return {{TextStep::punctuation, TextStep::lower, TextStep::whitespace}};
  }
  /// SigLIP and SigLIP 2 in open_clip, which cleans first.
  static TextRule open_clip_siglip() {
    return {{TextStep::typography, TextStep::html, TextStep::punctuation, TextStep::lower,
             TextStep::whitespace}};
  }
  /// transformers' Siglip2Tokenizer.
  static TextRule siglip2() { return {{TextStep::lower_each}}; }

  /// The text after all steps; bytes that are not UTF-8 have become U+FFFD. Without steps it is the
  /// bytes as they are.
  [[nodiscard]] std::string apply(std::string_view text) const;

  /// For people: "NFC, lower case".
  [[nodiscard]] std::string description() const;
  friend bool operator==(const TextRule&, const TextRule&) = default;
};

/// As JSON a rule is the list of its steps' names: `["nfc", "lower_each"]`.
[[nodiscard]] nlohmann::json to_json(const TextRule& rule);
/// Throws Error(weights) at `where` for a step that is not known.
[[nodiscard]] TextRule text_rule_from_json(const nlohmann::json& json, const std::string& where);

}  // namespace vit
