#include "vit/core/fields.h"

#include <algorithm>
#include <numeric>

namespace vit {
namespace {

/// Damerau's distance without overlapping transpositions.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      current[j] = std::min(
          {previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

/// The word as a person hears it: in lower case, with `_` for `-` and the space.
std::string normalised(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == ' ') c = '_';
  }
  return out;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kShortestPart = 3;
  const std::string wanted = normalised(word);
  const std::string* best = nullptr;
  const std::string* containing = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& candidate : candidates) {
    const std::string known = normalised(candidate);
    const auto [shorter, longer] = std::minmax({wanted.size(), known.size()});
    const std::size_t limit = (longer + 2) / 3;
    if (containing == nullptr && wanted.size() >= kShortestPart &&
        known.find(wanted) != std::string::npos)
      containing = &candidate;
    if (longer - shorter > limit) continue;  // also keeps the cost down for very long words
    const std::size_t distance = edit_distance(wanted, known);
    if (distance > limit || distance >= longer) continue;
    if (best == nullptr || distance < best_distance) {
      best_distance = distance;
      best = &candidate;
    }
  }
  if (best == nullptr) best = containing;
  return best != nullptr ? *best : std::string();
}

}  // namespace vit
