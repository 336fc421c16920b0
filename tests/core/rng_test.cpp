#include "vit/core/rng.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "tests/catch.h"

using namespace vit;
using Block = std::array<std::uint32_t, 4>;

TEST_CASE("philox gives the known answers of the Random123 distribution") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a sequence is a function of seed, stream, epoch and index") {
  Rng a(1, Stream::augment, 2, 3), b(1, Stream::augment, 2, 3);
  for (int i = 0; i < 100; ++i) CHECK(a.u32() == b.u32());
}

TEST_CASE("the sequence never changes from one version to the next") {
  Rng rng(42, Stream::augment, 1, 7);
  const std::vector<std::uint32_t> first{rng.u32(), rng.u32(), rng.u32(), rng.u32(), rng.u32()};
  CHECK(first ==
        std::vector<std::uint32_t>{0x168079bd, 0x66cef2e3, 0x619e56f1, 0xba18d6bf, 0xe1690659});
}

TEST_CASE("sequences that differ in one argument share nothing") {
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  const auto draw = [&](Rng rng) {
    for (int i = 0; i < 50; ++i, ++drawn) seen.insert(rng.u64());
  };
  for (std::uint64_t i = 0; i < 20; ++i) {
    draw(Rng(100 + i));
    draw(Rng(i << 32 | 1));
    draw(Rng(0, Stream::augment, 100 + i));
    draw(Rng(0, Stream::augment, 0, 100 + i));
    draw(Rng(0, Stream::augment, i + 1, i + 1));
  }
  for (const Stream stream : {Stream::init, Stream::shuffle, Stream::augment, Stream::model,
                              Stream::batch, Stream::dataset, Stream::bench})
    draw(Rng(7, stream));
  CHECK(seen.size() == drawn);
}

TEST_CASE("sequences of neighbouring indices are uncorrelated") {
  constexpr int kCount = 20'000;
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1} << 32}) {
    double sum = 0;
    for (std::uint64_t i = 0; i < kCount; ++i) {
      Rng a(5, Stream::augment, 0, i * step), b(5, Stream::augment, 0, (i + 1) * step);
      sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    }
    // The standard deviation of the mean is 1/12 / sqrt(count).
    CHECK(std::abs(sum / kCount) < 4.0 / 12 / std::sqrt(kCount));
  }
}

TEST_CASE("seek jumps to any position, forwards and backwards") {
  Rng rng(3, Stream::shuffle);
  std::vector<std::uint32_t> words;
  for (int i = 0; i < 50; ++i) words.push_back(rng.u32());
  CHECK(rng.position() == 50);
  for (const std::size_t position : {17U, 4U, 49U, 0U, 3U}) {
    rng.seek(position);
    CHECK(rng.u32() == words[position]);
    CHECK(rng.position() == position + 1);
  }
  // Past 2^34 words the block number needs more than 32 bits.
  rng.seek(std::uint64_t{1} << 34);
  CHECK(rng.u32() != words[0]);
}

TEST_CASE("uniform numbers fill [0, 1) evenly") {
  Rng rng(11);
  constexpr int kCount = 200'000, kBins = 100;
  std::vector<int> bins(kBins);
  double sum = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.uniform();
    REQUIRE((x >= 0 && x < 1));
    ++bins[static_cast<std::size_t>(x * kBins)];
    sum += x;
  }
  double chi_squared = 0;
  for (const int count : bins) {
    const double expected = static_cast<double>(kCount) / kBins;
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  CHECK(chi_squared < 149);  // 99 degrees of freedom, p = 0.001
  CHECK(chi_squared > 57);
  CHECK(std::abs(sum / kCount - 0.5) < 4 * std::sqrt(1.0 / 12 / kCount));
}

TEST_CASE("below is without bias, also where n is no power of two and large") {
  Rng rng(13);
  std::array<int, 3> counts{};
  // A remainder of 64-bit words would favour the lower two thirds of 3 * 2^62 by a factor of two.
  constexpr std::uint64_t kThird = std::uint64_t{1} << 62;
  constexpr int kCount = 30'000;
  for (int i = 0; i < kCount; ++i) {
    const std::uint64_t x = rng.below(3 * kThird);
    REQUIRE(x < 3 * kThird);
    ++counts[static_cast<std::size_t>(x / kThird)];
  }
  for (const int count : counts)
    CHECK(std::abs(count - kCount / 3) < 4 * std::sqrt(kCount * 2 / 9.0));
  for (int i = 0; i < 100; ++i) CHECK(rng.below(1) == 0);
  std::array<int, 6> dice{};
  for (int i = 0; i < 60'000; ++i) ++dice[rng.below(6)];
  for (const int count : dice) CHECK(std::abs(count - 10'000) < 4 * std::sqrt(60'000 * 5 / 36.0));
}

TEST_CASE("between holds both ends, over the whole range of int64 too") {
  constexpr auto kLow = std::numeric_limits<std::int64_t>::min();
  constexpr auto kHigh = std::numeric_limits<std::int64_t>::max();
  Rng rng(17);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(rng.between(-2, 2));
  CHECK(seen == std::set<std::int64_t>{-2, -1, 0, 1, 2});
  CHECK(rng.between(5, 5) == 5);
  int negative = 0;
  for (int i = 0; i < 1000; ++i) negative += rng.between(kLow, kHigh) < 0;
  CHECK((negative > 400 && negative < 600));
  for (int i = 0; i < 1000; ++i) CHECK(rng.between(kLow, kHigh - 1) < kHigh);
}

TEST_CASE("chance is certain at 0 and 1") {
  Rng rng(19);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    CHECK_FALSE(rng.chance(0));
    CHECK(rng.chance(1));
    hits += rng.chance(0.25);
  }
  CHECK(std::abs(hits - 2500) < 4 * std::sqrt(10'000 * 0.25 * 0.75));
}

TEST_CASE("normal numbers have the moments and the tails of the standard normal distribution") {
  Rng rng(23);
  constexpr int kCount = 200'000;
  double sum = 0, squares = 0, cubes = 0, fourths = 0, product = 0, previous = 0;
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = rng.normal();
    REQUIRE(std::isfinite(x));
    sum += x;
    squares += x * x;
    cubes += x * x * x;
    fourths += x * x * x * x;
    product += x * previous;
    previous = x;
    beyond_two += std::abs(x) > 2;
  }
  const double root = std::sqrt(static_cast<double>(kCount));
  CHECK(std::abs(sum / kCount) < 4 / root);
  CHECK(std::abs(squares / kCount - 1) < 4 * std::sqrt(2) / root);
  CHECK(std::abs(cubes / kCount) < 4 * std::sqrt(15) / root);
  CHECK(std::abs(fourths / kCount - 3) < 4 * std::sqrt(96) / root);
  CHECK(std::abs(product / kCount) < 4 / root);
  CHECK(std::abs(beyond_two / static_cast<double>(kCount) - 0.0455) < 4 * 0.2084 / root);
}
