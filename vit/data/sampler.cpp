#include "vit/data/sampler.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/core/text.h"
#include "vit/data/text_lines.h"

namespace vit {
namespace {

std::vector<double> read_weights(const SamplerOptions& options, std::int64_t size) {
  if (options.sample_weights.empty())
    throw Error(ErrorKind::usage, "data.sample_weights",
                "says nothing, and data.sampler is weighted",
                "name a file with one number a line, one for each training sample");
  std::vector<double> weights;
  for (const TextLine& line : read_lines(options.sample_weights)) {
    double weight = -1;
    const char* end = line.text.data() + line.text.size();
    const auto [stop, error] = std::from_chars(line.text.data(), end, weight);
    if (error != std::errc() || stop != end || !std::isfinite(weight) || weight < 0)
      throw Error(ErrorKind::data, line.place(options.sample_weights),
                  "expected a weight, 0 or more, found " + in_quotes(line.text, 40),
                  "correct this line");
    weights.push_back(weight);
  }
  if (static_cast<std::int64_t>(weights.size()) != size)
    throw Error(ErrorKind::data, printable_path(options.sample_weights),
                str("holds ", weights.size(), " weights, and there are ", size, " samples"),
                "write one number a line, one for each training sample");
  return weights;
}

std::vector<double> balancing_weights(const Dataset& data) {
  std::map<std::int64_t, double> count;
  for (std::int64_t i = 0; i < data.size(); ++i) ++count[data.label(i)];
  if (count.contains(-1))
    throw Error(ErrorKind::usage, "data.sampler", "class_balanced needs a label for every sample",
                "use shuffle, or weighted");
  std::vector<double> weights(static_cast<std::size_t>(data.size()));
  for (std::int64_t i = 0; i < data.size(); ++i)
    weights[static_cast<std::size_t>(i)] = 1 / count[data.label(i)];
  return weights;
}

std::vector<std::int64_t> repeated(const std::vector<std::int64_t>& order, std::int64_t repeats) {
  std::vector<std::int64_t> out;
  out.reserve(order.size());
  for (std::size_t i = 0; out.size() < order.size(); ++i)
    for (std::int64_t r = 0; r < repeats && out.size() < order.size(); ++r) out.push_back(order[i]);
  return out;
}

}  // namespace

std::vector<std::int64_t> sequential_order(std::int64_t size) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  return order;
}

std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed,
                                         std::int64_t epoch) {
  std::vector<std::int64_t> order = sequential_order(size);
  Rng rng(seed, Stream::shuffle, static_cast<std::uint64_t>(epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

std::vector<std::int64_t> weighted_order(const std::vector<double>& weights, std::int64_t size,
                                         std::uint64_t seed, std::int64_t epoch) {
  std::vector<double> ends(weights.size());
  std::partial_sum(weights.begin(), weights.end(), ends.begin());
  if (ends.empty() || !(ends.back() > 0))
    throw Error(ErrorKind::data, "data.sample_weights", "all weights are 0",
                "give some sample a positive weight");
  Rng rng(seed, Stream::shuffle, static_cast<std::uint64_t>(epoch));
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  for (std::int64_t& index : order)  // the first end above the number: never one of weight 0
    index = std::upper_bound(ends.begin(), ends.end(), rng.uniform() * ends.back()) - ends.begin();
  return order;
}

std::vector<std::int64_t> training_order(const Dataset& data, const SamplerOptions& options,
                                         std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> order;
  if (options.sampler == "class_balanced")
    order = weighted_order(balancing_weights(data), data.size(), seed, epoch);
  else if (options.sampler == "weighted")
    order = weighted_order(read_weights(options, data.size()), data.size(), seed, epoch);
  else
    order = shuffled_order(data.size(), seed, epoch);
  return options.aug_repeats > 1 ? repeated(order, options.aug_repeats) : order;
}

void check_sampler(const Dataset& data, const SamplerOptions& options) {
  if (options.sampler == "weighted") static_cast<void>(read_weights(options, data.size()));
  if (options.sampler == "class_balanced") static_cast<void>(balancing_weights(data));
  if (options.sampler != "weighted" && !options.sample_weights.empty())
    throw Error(ErrorKind::usage, "data.sample_weights",
                "names a file, and data.sampler is " + options.sampler + ", which reads none",
                "set data.sampler: weighted, or remove data.sample_weights");
}

std::vector<std::int64_t> rank_order(const std::vector<std::int64_t>& order, std::int64_t rank,
                                     std::int64_t world) {
  VIT_ASSERT(rank >= 0 && rank < world, rank, " of ", world);
  const auto step = static_cast<std::size_t>(world);
  const std::size_t each = (order.size() + step - 1) / step;
  std::vector<std::int64_t> part(each);
  for (std::size_t i = 0; i < each; ++i)
    part[i] = order[(i * step + static_cast<std::size_t>(rank)) % order.size()];
  return part;
}

void describe(FieldVisitor& visitor, SamplerOptions& o) {
  visitor.field({"sampler",
                 &o.sampler,
                 "how an epoch is drawn: each sample once, or with replacement by class or weight",
                 {},
                 {"shuffle", "class_balanced", "weighted"}});
  visitor.field({"aug_repeats",
                 &o.aug_repeats,
                 "repeated augmentation: so many varied copies of each picture; 0: none",
                 {0, 64}});
  visitor.field({"sample_weights", &o.sample_weights,
                 "for weighted: file with one number a line, one for each training sample"});
}

}  // namespace vit
