#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vit {

/// Remembers, for each thread, what frequent words became: captions are made of few. A lookup is
/// far cheaper than merging a word anew out of a table of megabytes. It holds words of up to 24
/// bytes and 6 ids in 4,096 places, of which each keeps the word that came last.
class WordCache {
 public:
  /// Appends the ids of `word` to `ids`; `encode(ids)` appends them where they are not remembered.
  template <class Encode>
  void append(std::string_view word, std::vector<std::int64_t>& ids, const Encode& encode) const {
    if (word.size() > kMostBytes) return encode(ids);
    Place& place = place_of(word);
    if (place.owner == owner_ && std::string_view(place.word.data(), place.size) == word) {
      ids.insert(ids.end(), place.ids.begin(), place.ids.begin() + place.count);
      return;
    }
    const std::size_t before = ids.size();
    encode(ids);
    remember(place, word, ids, before);
  }

 private:
  static constexpr std::size_t kMostBytes = 24, kMostIds = 6;
  struct Place {
    std::uint64_t owner = 0;
    std::array<std::uint32_t, kMostIds> ids{};
    std::array<char, kMostBytes> word{};
    std::uint8_t size = 0, count = 0;
  };
  static std::uint64_t next_owner();
  static Place& place_of(std::string_view word);
  void remember(Place& place, std::string_view word, const std::vector<std::int64_t>& ids,
                std::size_t before) const;

  std::uint64_t owner_ = next_owner();  // of the tokenizer's own words: places are shared by all
};

}  // namespace vit
