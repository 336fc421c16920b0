#include "vit/tasks/caption/saying_predictor.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/nn/attention_scope.h"

namespace vit {
namespace {

/// How many words a text has: runs between blanks.
std::size_t count_words(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != ' ' && (i == 0 || text[i - 1] == ' ')) ++count;
  return count;
}

std::string nth_word(const std::string& text, std::size_t n) {
  std::size_t at = text.find_first_not_of(' ');
  for (; n > 0 && at != text.npos; --n) at = text.find_first_not_of(' ', text.find(' ', at));
  return at == text.npos ? "" : text.substr(at, text.find(' ', at) - at);
}

}  // namespace

std::string SayingPredictor::text_of(const torch::Tensor& tokens) const {
  const torch::Tensor row = tokens.to(torch::kCPU, torch::kInt64).contiguous();
  return words_.text(
      std::span(row.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(row.numel())));
}

std::vector<Prediction> SayingPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor memory = network_->memory(batch.images),
                      tokens = generate(network_->decoder(), memory, search_).tokens.select(1, 0);
  std::vector<Prediction> predictions;
  for (std::int64_t i = 0; i < tokens.size(0); ++i) {
    Caption caption{text_of(tokens[i])};
    if (told_ < options_.images) {
      ++told_;
      Saying saying = saying_of(batch.images.narrow(0, i, 1), memory.narrow(0, i, 1), tokens[i]);
      if (!batch.placements.empty())
        saying.placement = batch.placements[static_cast<std::size_t>(i)];
      caption.how = std::make_shared<Saying>(std::move(saying));
    }
    predictions.emplace_back(std::move(caption));
  }
  return predictions;
}

Saying SayingPredictor::saying_of(const torch::Tensor& image, const torch::Tensor& memory,
                                  const torch::Tensor& tokens) const {
  Saying saying;
  const Features features = network_->encoder().features(image).at(0);
  saying.rows = features.grid.height;
  saying.columns = features.grid.width;
  saying.input = {image.size(2), image.size(3)};
  // Where the memory is something else than the patches behind a prefix, there are no maps.
  if (saying.rows * saying.columns + features.prefix != memory.size(1))
    saying.rows = saying.columns = 0;
  put_words(saying, memory, tokens, features.prefix);
  put_search(saying, memory, tokens);
  return saying;
}

void SayingPredictor::put_words(Saying& saying, const torch::Tensor& memory,
                                const torch::Tensor& tokens, std::int64_t prefix) const {
  torch::Tensor looked;  // [M, N], the sum over layers of the mean of heads
  std::int64_t layers = 0;
  const torch::Tensor given = tokens.narrow(0, 0, tokens.size(0) - 1).unsqueeze(0);
  torch::Tensor logits;
  {
    // Each block looks at the words first, then at the memory.
    const AttentionScope scope([&](std::int64_t number, const torch::Tensor& weights) {
      if (number % 2 == 0) return;
      const torch::Tensor mean = weights[0].mean(0).to(torch::kCPU, torch::kFloat32);
      looked = looked.defined() ? looked + mean : mean;
      ++layers;
    });
    logits = network_->logits(given.to(memory.device()), memory);
  }
  const torch::Tensor probabilities =
      logits[0].to(torch::kCPU, torch::kFloat32).softmax(-1).contiguous();
  const torch::Tensor ids = tokens.to(torch::kCPU, torch::kInt64).contiguous();
  const auto* id = ids.const_data_ptr<std::int64_t>();
  const std::string whole = text_of(tokens);
  const bool maps = saying.rows > 0 && layers > 0;
  if (maps) looked = (looked / layers).slice(1, prefix).contiguous();
  std::vector<std::int64_t> tokens_of_word;
  for (std::int64_t i = 1; i < ids.numel() && id[i] != *words_.end; ++i) {
    const std::size_t words = count_words(text_of(ids.narrow(0, 0, i + 1)));
    if (words == 0) continue;
    while (saying.words.size() < words) {
      saying.words.push_back({nth_word(whole, saying.words.size()), 1, {}});
      tokens_of_word.push_back(0);
    }
    SaidWord& word = saying.words.back();
    ++tokens_of_word.back();
    word.probability *= probabilities[i - 1][id[i]].item<double>();
    if (!maps) continue;
    const torch::Tensor row = looked[i - 1];
    const auto* cells = row.const_data_ptr<float>();
    word.looked.resize(static_cast<std::size_t>(row.numel()));
    for (std::size_t cell = 0; cell < word.looked.size(); ++cell) word.looked[cell] += cells[cell];
  }
  for (std::size_t i = 0; i < saying.words.size(); ++i)
    for (float& cell : saying.words[i].looked) cell /= static_cast<float>(tokens_of_word[i]);
}

void SayingPredictor::put_search(Saying& saying, const torch::Tensor& memory,
                                 const torch::Tensor& tokens) const {
  GenerateOptions search = search_;
  search.beams = std::max(search.beams,
                          std::min(options_.least_beams, network_->decoder().options.vocab_size));
  search.trace = true;
  const Generated found = generate(network_->decoder(), memory, search);
  for (std::int64_t beam = 0; beam < search.beams; ++beam)
    saying.beams.emplace_back(text_of(found.tokens[0][beam]), found.scores[0][beam].item<double>());
  struct Row {
    std::int64_t node = -1;
    std::vector<std::int64_t> ids;
  };
  std::vector<Row> rows{{-1, {search.bos}}};
  const auto decoded = [&](const std::vector<std::int64_t>& ids) { return words_.text(ids); };
  for (const std::vector<SearchStep>& step : found.steps) {
    std::vector<Row> next;
    for (const SearchStep& one : step) {
      Row row = rows[static_cast<std::size_t>(one.parent)];
      if (one.token >= 0) {
        const std::string before = decoded(row.ids);
        row.ids.push_back(one.token);
        const std::string now = decoded(row.ids);
        std::string text = now.starts_with(before)
                               ? now.substr(before.size())
                               : std::string(words_.tokenizer->piece(one.token));
        if (one.token == search.eos) text.clear();
        saying.tree.push_back({row.node, std::move(text), one.score, false});
        row.node = static_cast<std::int64_t>(saying.tree.size()) - 1;
      }
      next.push_back(std::move(row));
    }
    rows = std::move(next);
  }
  const std::string said = text_of(tokens);
  for (const Row& row : rows)
    if (decoded(row.ids) == said)
      for (std::int64_t at = row.node; at >= 0;
           at = saying.tree[static_cast<std::size_t>(at)].parent)
        saying.tree[static_cast<std::size_t>(at)].said = true;
}

}  // namespace vit
