#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vit {

/// A piece of a text while it grows: a symbol of the vocabulary and how many bytes of the text it
/// covers.
struct TextSymbol {
  std::uint32_t id = 0;
  std::uint32_t length = 0;
};

/// Which two neighbouring symbols become one, and in what order: the heart of byte pair encoding
/// (Sennrich et al. 2016, arXiv:1508.07909).
class MergeTable {
 public:
  /// `left` and `right` become `merged`; of two merges the one of lower rank comes first. A pair
  /// that is added again takes the later rank.
  void add(std::uint32_t left, std::uint32_t right, std::uint32_t rank, std::uint32_t merged);

  /// Merges until no pair is left: lowest rank first, of equal ranks the leftmost pair, one pair at
  /// a time. n log n for n symbols.
  void apply(std::vector<TextSymbol>& symbols) const;

 private:
  struct Slot {
    std::uint32_t left = 0, right = 0, rank = 0, merged = kFree;
  };
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;
  struct Candidate;

  [[nodiscard]] const Slot& find(std::uint32_t left, std::uint32_t right) const;
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(16);  // a power of two, at most half of them taken
  std::size_t taken_ = 0;
};

}  // namespace vit
