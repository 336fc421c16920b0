#include "vit/image/resample_avx2.h"

#ifdef VIT_HAS_AVX2_VARIANT

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "vit/image/intrinsics.h"
#include "vit/image/row_plan.h"
#include "vit/image/row_reader.h"

namespace vit {
namespace {

#define VIT_AVX2_INLINE [[gnu::target("avx2"), gnu::always_inline]] inline

constexpr std::size_t kGroup = 4;  // taps of one step along x
constexpr int kHalf = 1 << (kWeightBits - 1);

std::int32_t high(std::int32_t weight) { return weight >> 8; }
std::int32_t low(std::int32_t weight) { return weight & 255; }
/// Two 16-bit numbers as one of 32 bits, the first one below.
std::int32_t pair(std::int32_t first, std::int32_t second) {
  return static_cast<std::int32_t>((static_cast<std::uint32_t>(second) << 16) |
                                   (static_cast<std::uint32_t>(first) & 0xFFFF));
}

/// The weights of four taps, for the channels of one pixel: taps 0 and 1 in the lower half, 2 and
/// 3 in the upper one.
struct alignas(32) GroupWeights {
  std::array<std::int32_t, 8> high, low;
};

RowPlan<GroupWeights> plan_of(std::span<const Taps> taps) {
  return plan_rows<GroupWeights>(
      taps, kGroup, 4,
      [](std::span<const std::int32_t> weights, std::size_t first, GroupWeights& to) {
        const auto weight = [&](std::size_t i) {
          return first + i < weights.size() ? weights[first + i] : 0;
        };
        for (std::size_t lane = 0; lane < 8; ++lane) {
          const std::size_t i = lane < 4 ? 0 : 2;
          to.high[lane] = pair(high(weight(i)), high(weight(i + 1)));
          to.low[lane] = pair(low(weight(i)), low(weight(i + 1)));
        }
      });
}

/// 256 high + low, both halves together.
VIT_AVX2_INLINE __m128i total(__m256i high_sum, __m256i low_sum) {
  const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high_sum, 8), low_sum);
  return _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
}

/// kRows rows side by side: independent sums, and weights that are loaded once.
template <std::size_t kRows>
VIT_AVX2_INLINE void rows_of_colour(const std::array<const std::uint8_t*, 4>& from,
                                    const std::array<std::uint8_t*, 4>& to,
                                    const RowPlan<GroupWeights>& plan) {
  // From 16 bytes, the samples of each channel's taps 0 and 1, and 2 and 3, as 16-bit pairs.
  const __m256i spread =
      _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, 6, -1, 9, -1, 7,
                       -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  const __m128i half = _mm_set1_epi32(kHalf);
  const GroupWeights* weights = plan.weights.data();
  const std::size_t last = plan.pixels.size() - 1;
  for (std::size_t x = 0; x <= last; ++x) {
    const PixelTaps& pixel = plan.pixels[x];
    __m256i highs[kRows], lows[kRows];
    for (std::size_t r = 0; r < kRows; ++r) highs[r] = lows[r] = _mm256_setzero_si256();
    std::size_t at = pixel.at;
    for (std::size_t g = 0; g < pixel.groups; ++g, ++weights, at += kGroup * 3) {
      const __m256i high_weights =
          _mm256_load_si256(reinterpret_cast<const __m256i*>(weights->high.data()));
      const __m256i low_weights =
          _mm256_load_si256(reinterpret_cast<const __m256i*>(weights->low.data()));
      for (std::size_t r = 0; r < kRows; ++r) {
        const __m256i samples = _mm256_shuffle_epi8(
            _mm256_broadcastsi128_si256(
                _mm_loadu_si128(reinterpret_cast<const __m128i*>(from[r] + at))),
            spread);
        highs[r] = _mm256_add_epi32(highs[r], _mm256_madd_epi16(samples, high_weights));
        lows[r] = _mm256_add_epi32(lows[r], _mm256_madd_epi16(samples, low_weights));
      }
    }
    __m128i sums[4] = {half, half, half, half};
    for (std::size_t r = 0; r < kRows; ++r)
      sums[r] = _mm_srai_epi32(_mm_add_epi32(total(highs[r], lows[r]), half), kWeightBits);
    // Saturation to 16, then to 8 bits clips as Pillow does.
    const __m128i bytes =
        _mm_packus_epi16(_mm_packs_epi32(sums[0], sums[1]), _mm_packs_epi32(sums[2], sums[3]));
    alignas(16) std::array<std::uint32_t, 4> samples;
    _mm_store_si128(reinterpret_cast<__m128i*>(samples.data()), bytes);
    // The fourth byte is overwritten by the next pixel; behind the last one it would not be.
    for (std::size_t r = 0; r < kRows; ++r) {
      if (x < last)
        std::memcpy(to[r] + 3 * x, &samples[r], 4);
      else
        std::memcpy(to[r] + 3 * x, &samples[r], 3);
    }
  }
}

/// 32 samples of one output row, from two input rows a step.
VIT_AVX2_INLINE __m256i column_block(const std::uint8_t* in, std::size_t stride,
                                     std::span<const std::int32_t> weights) {
  __m256i highs[4], lows[4];
  for (std::size_t i = 0; i < 4; ++i) highs[i] = lows[i] = _mm256_setzero_si256();
  for (std::size_t k = 0; k < weights.size(); k += 2) {
    const bool is_pair = k + 1 < weights.size();
    const std::int32_t second = is_pair ? weights[k + 1] : 0;
    const __m256i high_weights = _mm256_set1_epi32(pair(high(weights[k]), high(second)));
    const __m256i low_weights = _mm256_set1_epi32(pair(low(weights[k]), low(second)));
    const std::uint8_t* const next = is_pair ? in + stride : in;
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(next));
    const __m256i front = _mm256_unpacklo_epi8(a, b), back = _mm256_unpackhi_epi8(a, b);
    const __m256i zero = _mm256_setzero_si256();
    const __m256i pairs[4] = {_mm256_unpacklo_epi8(front, zero), _mm256_unpackhi_epi8(front, zero),
                              _mm256_unpacklo_epi8(back, zero), _mm256_unpackhi_epi8(back, zero)};
    for (std::size_t i = 0; i < 4; ++i) {
      highs[i] = _mm256_add_epi32(highs[i], _mm256_madd_epi16(pairs[i], high_weights));
      lows[i] = _mm256_add_epi32(lows[i], _mm256_madd_epi16(pairs[i], low_weights));
    }
    in += 2 * stride;
  }
  const __m256i half = _mm256_set1_epi32(kHalf);
  for (std::size_t i = 0; i < 4; ++i) {
    const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(highs[i], 8), lows[i]);
    highs[i] = _mm256_srai_epi32(_mm256_add_epi32(sum, half), kWeightBits);
  }
  // The unpacking above and the packing here both work on halves, and so undo each other.
  return _mm256_packus_epi16(_mm256_packs_epi32(highs[0], highs[1]),
                             _mm256_packs_epi32(highs[2], highs[3]));
}

}  // namespace

VIT_AVX2 void resample_rows_avx2(const Image& from, int first_row, std::span<const Taps> taps,
                                 Image& to) {
  const RowPlan<GroupWeights> plan = plan_of(taps);
  const RowReader source(from, plan.reach);  // groups of taps reach beyond a row
  int y = 0;
  for (; y + 4 <= to.height; y += 4) {
    const int in = first_row + y;
    rows_of_colour<4>({source(in), source(in + 1), source(in + 2), source(in + 3)},
                      {to.row(y), to.row(y + 1), to.row(y + 2), to.row(y + 3)}, plan);
  }
  for (; y < to.height; ++y) rows_of_colour<1>({source(first_row + y)}, {to.row(y)}, plan);
}

VIT_AVX2 void resample_columns_avx2(const Image& from, int first_column, std::span<const Taps> taps,
                                    Image& to) {
  constexpr std::size_t kBlock = 32;
  const std::size_t stride = from.row_bytes(), row_bytes = to.row_bytes();
  for (int y = 0; y < to.height; ++y) {
    const Taps& tap = taps[static_cast<std::size_t>(y)];
    const std::uint8_t* const in = from.pixel(first_column, tap.first);
    std::uint8_t* const out = to.row(y);
    std::size_t x = 0;
    for (; x + kBlock <= row_bytes; x += kBlock)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + x),
                          column_block(in + x, stride, tap.weights));
    for (; x < row_bytes; ++x) {
      std::int32_t sum = kHalf;
      for (std::size_t k = 0; k < tap.weights.size(); ++k)
        sum += in[x + k * stride] * tap.weights[k];
      out[x] = static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
    }
  }
}

}  // namespace vit

#endif
