#include "vit/text/word_cache.h"

#include <algorithm>
#include <atomic>
#include <functional>

namespace vit {

std::uint64_t WordCache::next_owner() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

WordCache::Place& WordCache::place_of(std::string_view word) {
  constexpr std::size_t kPlaces = 4096;
  static thread_local std::vector<Place> places(kPlaces);
  return places[std::hash<std::string_view>{}(word) % kPlaces];
}

void WordCache::remember(Place& place, std::string_view word, const std::vector<std::int64_t>& ids,
                         std::size_t before) const {
  const std::size_t count = ids.size() - before;
  if (count > kMostIds) return;
  place.owner = owner_;
  place.size = static_cast<std::uint8_t>(word.size());
  place.count = static_cast<std::uint8_t>(count);
  std::copy(word.begin(), word.end(), place.word.begin());
  for (std::size_t i = 0; i < count; ++i)
    place.ids[i] = static_cast<std::uint32_t>(ids[before + i]);
}

}  // namespace vit
