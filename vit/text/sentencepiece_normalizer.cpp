#include "vit/text/sentencepiece_normalizer.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/core/utf8.h"
#include "vit/text/unicode.h"

namespace vit {

namespace {

// A unit of darts-clone (darts.h): the label of the node or, in a leaf, the value; whether a leaf
// hangs below; and how far away (by exclusive or) the children are.
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1U) != 0; }
std::uint32_t value_of(std::uint32_t unit) { return unit & 0x7FFFFFFFU; }
std::uint32_t label_of(std::uint32_t unit) { return unit & (0x80000000U | 0xFFU); }
std::uint32_t offset_of(std::uint32_t unit) { return unit >> 10 << ((unit & 0x200U) >> 6); }

}  // namespace

SentencePieceNormalizer::SentencePieceNormalizer(const SentencePieceModel& model,
                                                 const std::string& where)
    : add_dummy_prefix_(model.add_dummy_prefix),
      remove_extra_whitespaces_(model.remove_extra_whitespaces),
      suffix_(model.treat_whitespace_as_suffix),
      space_(model.escape_whitespaces ? kSentencePieceSpace : " ") {
  if (!model.precompiled_charsmap.empty()) read_charsmap(model.precompiled_charsmap, where);
  for (const auto& piece : model.pieces)
    if (piece.type == SentencePieceModel::Type::user_defined) user_defined_.insert(piece.text, 0);
}

void SentencePieceNormalizer::read_charsmap(std::string_view charsmap, const std::string& where) {
  const auto require = [&](bool sound) {
    if (!sound)
      throw Error(ErrorKind::weights, where, "its table of characters is damaged",
                  "get the model again");
  };
  // The size of the double array in bytes, the array, the replacements.
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(charsmap[at + i]);
    return value;
  };
  require(charsmap.size() > 4);
  const std::size_t size = number(0);
  require(size >= 1024 && size % 1024 == 0 && size < charsmap.size() - 4);
  for (std::size_t at = 4; at < 4 + size; at += 4) units_.push_back(number(at));
  replacements_ = charsmap.substr(4 + size);
  require(replacements_.back() == '\0');
  // No walk may leave the array, and every leaf must point to a replacement.
  require(label_of(units_[0]) == 0 && !has_leaf(units_[0]) && offset_of(units_[0]) != 0);
  for (std::size_t i = 0; i < units_.size(); ++i) {
    if (label_of(units_[i]) > 0xFF) {
      require(value_of(units_[i]) < replacements_.size());
      continue;
    }
    const std::size_t children = i ^ offset_of(units_[i]);
    require((children | 0xFF) < units_.size());
    require(!has_leaf(units_[i]) || label_of(units_[children]) > 0xFF);
  }
}

std::pair<std::size_t, std::size_t> SentencePieceNormalizer::longest_rule(
    std::string_view text) const {
  constexpr int kMostRules = 32;  // of one place, as in sentencepiece
  std::pair<std::size_t, std::size_t> longest{0, 0};
  if (units_.empty()) return longest;
  std::size_t node = offset_of(units_[0]);
  int found = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    node ^= byte;
    const std::uint32_t unit = units_[node];
    if (label_of(unit) != byte) break;
    node ^= offset_of(unit);
    if (has_leaf(unit) && found++ < kMostRules) longest = {value_of(units_[node]), i + 1};
  }
  return longest;
}

std::pair<std::string_view, std::size_t> SentencePieceNormalizer::prefix(
    std::string_view text) const {
  if (const std::size_t length = user_defined_.longest_prefix(text); length > 0)
    return {text.substr(0, length), length};
  if (const auto [at, length] = longest_rule(text); length > 0)
    return {replacements_.data() + at, length};
  const std::size_t length = utf8_length(text, 0);
  if (length == 0) return {unicode::kReplacement, 1};
  return {text.substr(0, length), length};
}

std::string SentencePieceNormalizer::normalize(std::string_view text) const {
  std::string normal;
  if (remove_extra_whitespaces_) {
    while (!text.empty()) {
      const auto [part, length] = prefix(text);
      if (part != " ") break;
      text.remove_prefix(length);
    }
  }
  if (text.empty()) return normal;
  normal.reserve(text.size() + text.size() / 2);
  if (!suffix_ && add_dummy_prefix_) normal += space_;
  bool behind_space = remove_extra_whitespaces_;
  while (!text.empty()) {
    auto [part, length] = prefix(text);
    while (behind_space && part.starts_with(' ')) part.remove_prefix(1);
    for (const char c : part) {
      if (c == ' ')
        normal += space_;
      else
        normal += c;
    }
    if (!part.empty()) behind_space = part.ends_with(' ');
    text.remove_prefix(length);
    behind_space = behind_space && remove_extra_whitespaces_;
  }
  while (remove_extra_whitespaces_ && normal.ends_with(space_))
    normal.resize(normal.size() - space_.size());
  if (suffix_ && add_dummy_prefix_) normal += space_;
  return normal;
}

std::size_t marked_word_length(std::string_view text) {
  std::size_t at = 0;
  while (text.substr(at).starts_with(kSentencePieceSpace)) at += kSentencePieceSpace.size();
  return std::min(text.find(kSentencePieceSpace, at), text.size());
}

bool has_inner_mark(std::string_view text) { return marked_word_length(text) < text.size(); }

}  // namespace vit
