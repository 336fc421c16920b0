#include "vit/core/rng.h"

#include <cmath>
#include <numbers>

#include "vit/core/error.h"

namespace vit {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

// The key holds the seed; the upper half of the counter holds a mix of stream, epoch and index, the
// lower half the block number. Sequences could only meet if two such mixes were equal (2^-64 a
// pair).
Rng::Rng(std::uint64_t seed, Stream stream, std::uint64_t epoch, std::uint64_t index)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      stream_word_(
          mix_bits(mix_bits(mix_bits(static_cast<std::uint64_t>(stream)) ^ epoch) ^ index)) {}

void Rng::seek(std::uint64_t position) noexcept { position_ = position; }

std::uint32_t Rng::u32() {
  const std::uint64_t block = position_ / 4;
  if (block != block_number_) {
    block_ = philox(
        {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
         static_cast<std::uint32_t>(stream_word_), static_cast<std::uint32_t>(stream_word_ >> 32)},
        key_);
    block_number_ = block;
  }
  return block_[position_++ % 4];
}

std::uint64_t Rng::u64() {
  const std::uint64_t low = u32();
  return low | (static_cast<std::uint64_t>(u32()) << 32);
}

double Rng::uniform() { return static_cast<double>(u64() >> 11) * 0x1.0p-53; }

std::uint64_t Rng::below(std::uint64_t n) {
  VIT_ASSERT(n > 0);
  // Numbers past the last whole multiple of n would favour the small results; draw again.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % n + 1) % n;
  std::uint64_t draw = u64();
  while (draw > limit) draw = u64();
  return draw % n;
}

std::int64_t Rng::between(std::int64_t low, std::int64_t high) {
  VIT_ASSERT(low <= high, low, " to ", high);
  // Unsigned, since the difference of two int64 need not be one.
  const std::uint64_t first = static_cast<std::uint64_t>(low);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - first;
  return static_cast<std::int64_t>(first + (span == ~std::uint64_t{0} ? u64() : below(span + 1)));
}

double Rng::normal() {
  const double radius =
      std::sqrt(-2.0 * std::log1p(-uniform()));  // Box and Muller; log1p: never log 0
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace vit
