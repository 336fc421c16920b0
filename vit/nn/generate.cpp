#include "vit/nn/generate.h"

#include <ATen/ops/full.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "vit/core/error.h"

namespace vit {
namespace {

/// A sequence that is followed: a row of the batch.
struct Hypothesis {
  std::vector<std::int64_t> tokens;
  double score = 0;
  bool done = false;
};

/// A sequence and the token that continues it; none (-1) where it is done.
struct Continuation {
  std::int64_t parent = 0, token = 0;
  double score = 0;
};

/// The best `count` continuations of one item's sequences, which are rows `first` on of logp
/// [rows, V].
std::vector<Continuation> best_of(const std::vector<Hypothesis>& rows, std::int64_t first,
                                  std::int64_t last, const torch::Tensor& logp,
                                  std::int64_t count) {
  std::vector<Continuation> all;
  const std::int64_t vocabulary = logp.size(1);
  for (std::int64_t row = first; row < last; ++row) {
    const Hypothesis& from = rows[static_cast<std::size_t>(row)];
    if (from.done) {
      all.push_back({row, -1, from.score});
      continue;
    }
    const auto* values = logp.const_data_ptr<float>() + row * vocabulary;
    for (std::int64_t token = 0; token < vocabulary; ++token)
      all.push_back({row, token, from.score + static_cast<double>(values[token])});
  }
  const auto better = [](const Continuation& a, const Continuation& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.parent != b.parent ? a.parent < b.parent : a.token < b.token;
  };
  const auto kept = std::min<std::int64_t>(count, static_cast<std::int64_t>(all.size()));
  std::partial_sort(all.begin(), all.begin() + kept, all.end(), better);
  all.resize(static_cast<std::size_t>(kept));
  return all;
}

Generated gathered(const std::vector<Hypothesis>& rows, std::int64_t items,
                   const GenerateOptions& options) {
  Generated result{at::full({items, options.beams, options.length}, options.pad, torch::kInt64),
                   at::full({items, options.beams}, 0, torch::kFloat64)};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::copy(rows[row].tokens.begin(), rows[row].tokens.end(),
              result.tokens.mutable_data_ptr<std::int64_t>() +
                  static_cast<std::int64_t>(row) * options.length);
    result.scores.mutable_data_ptr<double>()[row] = rows[row].score;
  }
  return result;
}

}  // namespace

Generated generate(DecoderImpl& decoder, const torch::Tensor& memory,
                   const GenerateOptions& asked) {
  GenerateOptions options = asked;
  const std::int64_t most = decoder.options.length, items = memory.size(0);
  options.length = options.length == 0 ? most : std::min(options.length, most);
  if (options.beams < 1 || options.beams > decoder.options.vocab_size)
    throw Error(ErrorKind::usage, "generate",
                str(options.beams, " beams of ", decoder.options.vocab_size, " tokens"),
                "choose from 1 to as many as there are tokens");
  if (options.length < 2)
    throw Error(ErrorKind::usage, "generate",
                str("a length of ", options.length, " has no room for a word"), "at least 2");
  const torch::NoGradGuard no_grad;
  DecoderCache cache;
  std::vector<Hypothesis> rows(static_cast<std::size_t>(items), {{options.bos}});
  std::vector<std::int64_t> next(rows.size(), options.bos);
  std::vector<std::vector<SearchStep>> steps;
  for (std::int64_t step = 1; step < options.length; ++step) {
    const torch::Tensor tokens = torch::tensor(next).unsqueeze(1).to(memory.device());  // [rows, 1]
    const torch::Tensor logp = decoder.forward(tokens, memory, {.causal = true}, &cache)
                                   .select(1, 0)
                                   .to(torch::kFloat32)
                                   .log_softmax(-1)
                                   .to(torch::kCPU)
                                   .contiguous();
    const std::int64_t each = static_cast<std::int64_t>(rows.size()) / items;
    std::vector<Hypothesis> kept;
    std::vector<std::int64_t> parents;
    next.clear();
    if (options.trace) steps.emplace_back();
    for (std::int64_t item = 0; item < items; ++item)
      for (const Continuation& found :
           best_of(rows, item * each, (item + 1) * each, logp, options.beams)) {
        Hypothesis& sequence = kept.emplace_back(rows[static_cast<std::size_t>(found.parent)]);
        sequence.score = found.score;
        if (found.token >= 0) sequence.tokens.push_back(found.token);
        sequence.done = found.token < 0 || found.token == options.eos;
        if (options.trace) steps.back().push_back({found.parent, found.token, found.score});
        parents.push_back(found.parent);
        next.push_back(found.token < 0 ? options.pad : found.token);
      }
    rows = std::move(kept);
    if (std::all_of(rows.begin(), rows.end(), [](const Hypothesis& h) { return h.done; })) break;
    cache.select(torch::tensor(parents).to(memory.device()));
  }
  Generated result = gathered(rows, items, options);
  result.steps = std::move(steps);
  return result;
}

}  // namespace vit
