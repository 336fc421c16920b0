#include "vit/data/shapes_combinations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/data/shapes_colour.h"
#include "vit/data/shapes_outline.h"

namespace vit {
namespace {

std::vector<std::size_t> shuffled(std::size_t count, Rng& rng) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

}  // namespace

// Kinds in a random order take the next colours of a random circle of them, so that colours are
// held out equally often too.
ShapeCombinations::ShapeCombinations(double share, std::uint64_t seed) {
  if (share <= 0) return;
  constexpr std::uint64_t kNoSplit = 0xC0;  // samples are drawn by their split
  Rng rng(seed, Stream::dataset, kNoSplit, 0);
  const std::size_t kinds = kShapeNames.size(), colours = palette().size();
  const std::vector<std::size_t> circle = shuffled(colours, rng), order = shuffled(kinds, rng);
  held_out_.assign(kinds, std::vector<bool>(colours));
  const double all = share * static_cast<double>(kinds * colours);
  std::size_t at = 0, taken = 0;
  for (std::size_t i = 0; i < kinds; ++i) {
    const auto until = static_cast<std::size_t>(
        std::lround(all * static_cast<double>(i + 1) / static_cast<double>(kinds)));
    // Each kind keeps a colour to be learned with, and one to be asked with.
    const std::size_t count =
        std::clamp<std::size_t>(until > taken ? until - taken : 0, 1, colours - 1);
    taken += count;
    for (std::size_t k = 0; k < count; ++k) held_out_[order[i]][circle[at++ % colours]] = true;
  }
}

bool ShapeCombinations::is_held_out(std::size_t kind, std::string_view colour) const {
  if (held_out_.empty()) return false;
  const auto found = std::find_if(palette().begin(), palette().end(),
                                  [&](const NamedColour& one) { return one.name == colour; });
  VIT_ASSERT(found != palette().end(), colour);
  return held_out_[kind][static_cast<std::size_t>(found - palette().begin())];
}

std::size_t ShapeCombinations::held_out() const {
  std::size_t count = 0;
  for (const std::vector<bool>& kind : held_out_)
    count += static_cast<std::size_t>(std::count(kind.begin(), kind.end(), true));
  return count;
}

}  // namespace vit
