#include "vit/text/text_input.h"

#include <algorithm>

#include "vit/core/error.h"

namespace vit {

std::vector<std::int64_t> TextInput::whole_ids(std::string_view text) const {
  std::vector<std::int64_t> ids =
      rule.steps.empty() ? tokenizer->encode(text) : tokenizer->encode(rule.apply(text));
  if (begin) ids.insert(ids.begin(), *begin);
  if (end) ids.push_back(*end);
  return ids;
}

std::vector<std::int64_t> TextInput::ids(std::string_view text) const {
  std::vector<std::int64_t> ids = whole_ids(text);
  const auto size = static_cast<std::size_t>(length);
  const bool cut = ids.size() > size;
  ids.resize(size, pad);
  if (cut && end && !ids.empty()) ids.back() = *end;
  return ids;
}

std::string TextInput::text(std::span<const std::int64_t> ids) const {
  if (begin && !ids.empty() && ids.front() == *begin) ids = ids.subspan(1);
  if (end)
    ids =
        ids.first(static_cast<std::size_t>(std::find(ids.begin(), ids.end(), *end) - ids.begin()));
  std::vector<std::int64_t> words(ids.begin(), ids.end());
  while (!words.empty() && words.back() == pad) words.pop_back();
  return tokenizer->decode(words);
}

void TextInput::require_embeddings(std::int64_t rows, const std::string& where) const {
  if (rows == tokenizer->vocab_size()) return;
  throw Error(ErrorKind::weights, where,
              str("the model has embeddings of ", rows, " pieces, and the tokenizer is ",
                  tokenizer->description()),
              "give the tokenizer that the weights were trained with: its files lie beside them");
}

std::string TextInput::description() const {
  const auto named = [&](std::int64_t id) { return str(id, " (", tokenizer->piece(id), ")"); };
  std::string told = str(rule.steps.empty() ? "" : rule.description() + "; ",
                         tokenizer->description(), ", length ", length);
  if (begin) told += str(", begin ", named(*begin));
  if (end) told += str(", end ", named(*end));
  return str(told, ", pad ", named(pad));
}

}  // namespace vit
