#pragma once

#include <array>
#include <cstdint>

namespace vit {

/// What a random number is for. Streams with different names never share a number.
enum class Stream : std::uint32_t {
  init = 1,         ///< initial weights
  shuffle = 2,      ///< the order of an epoch
  augment = 3,      ///< one sample's augmentation
  model = 4,        ///< dropout, drop path
  batch = 5,        ///< mixup, cutmix
  dataset = 6,      ///< data sets that are drawn, such as `shapes`
  bench = 7,        ///< synthetic input
  lora = 8,         ///< initial weights of adapters
  companions = 9,   ///< which samples one is joined with
  batch_size = 10,  ///< how large the images of a batch are
  sweep = 11,       ///< the values that a sweep tries
};

/// A counter-based generator (Philox-4x32-10, Salmon et al. 2011): every number is a pure function
/// of (seed, stream, epoch, index) and its position, so that results do not depend on the number of
/// workers or ranks, nor on where a run was resumed.
class Rng {
 public:
  explicit Rng(std::uint64_t seed, Stream stream = Stream::init, std::uint64_t epoch = 0,
               std::uint64_t index = 0);

  std::uint32_t u32();
  std::uint64_t u64();
  /// A double in [0, 1) with 53 random bits.
  double uniform();
  /// A double in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// An integer in [0, n), without bias; n > 0.
  std::uint64_t below(std::uint64_t n);
  /// An integer in [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// True with the given probability.
  bool chance(double probability) { return uniform() < probability; }
  /// A standard normal number.
  double normal();

  /// How many 32-bit words have been drawn, and a jump to such a position (for parallel filling).
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  void seek(std::uint64_t position) noexcept;

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t stream_word_;  // counter words 2 and 3: which sequence
  std::uint64_t position_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::uint64_t block_number_ = ~std::uint64_t{0};
};

/// The 64-bit finaliser of SplitMix64: spreads the bits of a counter.
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// One Philox-4x32-10 block; public for its known-answer test.
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key);

}  // namespace vit
