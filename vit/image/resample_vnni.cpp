#include "vit/image/resample_vnni.h"

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

#if defined(__clang__)
#define VIT_VNNI [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni")]]
#else
#define VIT_VNNI \
  [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni"), gnu::optimize("O3")]]
#endif
#define VIT_VNNI_INLINE VIT_VNNI [[gnu::always_inline]] inline

constexpr int kHalf = 1 << (kWeightBits - 1);
constexpr std::size_t kDigits = 3;

/// Four taps' weights: of each digit the four bytes, the first tap's below. Most significant first.
using Quad = std::array<std::uint32_t, kDigits>;

/// The weights from `first` on; behind the last one, zeros.
Quad quad_of(std::span<const std::int32_t> weights, std::size_t first) {
  Quad quad{};
  for (std::size_t i = 0; i < 4 && first + i < weights.size(); ++i) {
    std::int32_t rest = weights[first + i];
    for (std::size_t digit = kDigits; digit-- > 0;) {
      const auto byte = static_cast<std::int8_t>(rest & 255);
      quad[digit] |= std::uint32_t{static_cast<std::uint8_t>(byte)} << (8 * i);
      rest = (rest - byte) >> 8;
    }
  }
  return quad;
}

constexpr std::size_t kGroup = 8;  // taps of one step along x: 24 bytes

/// The weights of eight taps, for the channels of one pixel: taps 0 to 3 in the lower half.
struct alignas(32) GroupWeights {
  std::array<std::array<std::uint32_t, 8>, kDigits> digits;
};

RowPlan<GroupWeights> plan_of(std::span<const Taps> taps) {
  return plan_rows<GroupWeights>(
      taps, kGroup, 8,
      [](std::span<const std::int32_t> weights, std::size_t first, GroupWeights& to) {
        const Quad quads[2] = {quad_of(weights, first), quad_of(weights, first + 4)};
        for (std::size_t digit = 0; digit < kDigits; ++digit)
          for (std::size_t lane = 0; lane < 8; ++lane)
            to.digits[digit][lane] = lane % 4 == 3 ? 0 : quads[lane / 4][digit];
      });
}

using FourRows = std::array<const std::uint8_t*, 4>;

/// Sums of the three digits as one of weights.
VIT_VNNI_INLINE __m512i joined(const __m512i (&sums)[kDigits]) {
  const __m512i high = _mm512_add_epi32(_mm512_slli_epi32(sums[0], 8), sums[1]);
  return _mm512_add_epi32(_mm512_slli_epi32(high, 8), sums[2]);
}

/// Two rows, 24 bytes of each: the samples of each channel's taps 0 to 3, and 4 to 7.
VIT_VNNI_INLINE __m512i samples_of(const std::uint8_t* first, const std::uint8_t* second,
                                   __m512i spread) {
  const __m256i lower = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first));
  const __m256i upper = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
  return _mm512_permutexvar_epi8(spread,
                                 _mm512_inserti64x4(_mm512_castsi256_si512(lower), upper, 1));
}

/// Four rows side by side: independent sums, and weights that are loaded once.
VIT_VNNI_INLINE void rows_of_colour(const FourRows& from, const std::array<std::uint8_t*, 4>& to,
                                    const RowPlan<GroupWeights>& plan) {
  alignas(64) std::array<std::uint8_t, 64> places{};
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t row = i / 32, half = i % 32 / 16, channel = i % 16 / 4, tap = i % 4;
    places[i] =
        static_cast<std::uint8_t>(channel == 3 ? 0 : 32 * row + 12 * half + 3 * tap + channel);
  }
  const __m512i spread = _mm512_load_si512(places.data()), half = _mm512_set1_epi32(kHalf);
  const GroupWeights* weights = plan.weights.data();
  const std::size_t last = plan.pixels.size() - 1;
  for (std::size_t x = 0; x <= last; ++x) {
    const PixelTaps& pixel = plan.pixels[x];
    __m512i front[kDigits], back[kDigits];  // rows 0 and 1, 2 and 3
    for (std::size_t d = 0; d < kDigits; ++d) front[d] = back[d] = _mm512_setzero_si512();
    std::size_t at = pixel.at;
    for (std::size_t g = 0; g < pixel.groups; ++g, ++weights, at += kGroup * 3) {
      const __m512i a = samples_of(from[0] + at, from[1] + at, spread),
                    b = samples_of(from[2] + at, from[3] + at, spread);
      for (std::size_t d = 0; d < kDigits; ++d) {
        const __m512i digit = _mm512_broadcast_i64x4(
            _mm256_load_si256(reinterpret_cast<const __m256i*>(weights->digits[d].data())));
        front[d] = _mm512_dpbusd_epi32(front[d], a, digit);
        back[d] = _mm512_dpbusd_epi32(back[d], b, digit);
      }
    }
    // Both halves of each row together: one row a quarter.
    const __m512i a = joined(front), b = joined(back);
    const __m512i sums = _mm512_add_epi32(_mm512_shuffle_i64x2(a, b, 0b10'00'10'00),
                                          _mm512_shuffle_i64x2(a, b, 0b11'01'11'01));
    const __m512i totals = _mm512_srai_epi32(_mm512_add_epi32(sums, half), kWeightBits);
    alignas(16) std::array<std::uint32_t, 4> samples;
    _mm_store_si128(reinterpret_cast<__m128i*>(samples.data()),
                    _mm512_cvtusepi32_epi8(_mm512_max_epi32(totals, _mm512_setzero_si512())));
    // The fourth byte is overwritten by the next pixel; behind the last one it would not be.
    if (x < last)
      for (std::size_t r = 0; r < 4; ++r) std::memcpy(to[r] + 3 * x, &samples[r], 4);
    else
      for (std::size_t r = 0; r < 4; ++r) std::memcpy(to[r] + 3 * x, &samples[r], 3);
  }
}

/// 64 samples of one output row, from four input rows a step; those that `mask` leaves out are not
/// touched.
VIT_VNNI_INLINE void column_block(const std::uint8_t* in, std::size_t stride, std::size_t rows,
                                  std::span<const Quad> quads, __mmask64 mask, std::uint8_t* out) {
  __m512i sums[4][kDigits];
  for (auto& part : sums)
    for (__m512i& sum : part) sum = _mm512_setzero_si512();
  for (std::size_t k = 0; k < rows; k += 4) {
    __m512i lines[4];
    for (std::size_t i = 0; i < 4; ++i)  // behind the last row, it again, times zero
      lines[i] = _mm512_maskz_loadu_epi8(mask, in + std::min(k + i, rows - 1) * stride);
    const __m512i front01 = _mm512_unpacklo_epi8(lines[0], lines[1]),
                  back01 = _mm512_unpackhi_epi8(lines[0], lines[1]),
                  front23 = _mm512_unpacklo_epi8(lines[2], lines[3]),
                  back23 = _mm512_unpackhi_epi8(lines[2], lines[3]);
    const __m512i samples[4] = {
        _mm512_unpacklo_epi16(front01, front23), _mm512_unpackhi_epi16(front01, front23),
        _mm512_unpacklo_epi16(back01, back23), _mm512_unpackhi_epi16(back01, back23)};
    for (std::size_t d = 0; d < kDigits; ++d) {
      const __m512i weights = _mm512_set1_epi32(static_cast<int>(quads[k / 4][d]));
      for (std::size_t i = 0; i < 4; ++i)
        sums[i][d] = _mm512_dpbusd_epi32(sums[i][d], samples[i], weights);
    }
  }
  const __m512i half = _mm512_set1_epi32(kHalf);
  __m512i totals[4];
  for (std::size_t i = 0; i < 4; ++i)
    totals[i] = _mm512_srai_epi32(_mm512_add_epi32(joined(sums[i]), half), kWeightBits);
  // The unpacking above and the packing here both work on quarters, and so undo each other.
  const __m512i bytes = _mm512_packus_epi16(_mm512_packs_epi32(totals[0], totals[1]),
                                            _mm512_packs_epi32(totals[2], totals[3]));
  _mm512_mask_storeu_epi8(out, mask, bytes);
}

}  // namespace

bool has_vnni() {
  static const bool answer = has_avx512() && __builtin_cpu_supports("avx512vbmi") != 0 &&
                             __builtin_cpu_supports("avx512vnni") != 0;
  return answer;
}

VIT_VNNI void resample_rows_vnni(const Image& from, int first_row, std::span<const Taps> taps,
                                 Image& to) {
  const RowPlan<GroupWeights> plan = plan_of(taps);
  const RowReader source(from, plan.reach);
  for (int y = 0; y < to.height; y += 4) {
    const auto row = [&](int i) { return std::min(y + i, to.height - 1); };  // the last one again
    rows_of_colour({source(first_row + row(0)), source(first_row + row(1)),
                    source(first_row + row(2)), source(first_row + row(3))},
                   {to.row(row(0)), to.row(row(1)), to.row(row(2)), to.row(row(3))}, plan);
  }
}

VIT_VNNI void resample_columns_vnni(const Image& from, int first_column, std::span<const Taps> taps,
                                    Image& to) {
  constexpr std::size_t kBlock = 64;
  const std::size_t row_bytes = to.row_bytes();
  std::vector<Quad> quads;
  for (int y = 0; y < to.height; ++y) {
    const Taps& tap = taps[static_cast<std::size_t>(y)];
    quads.clear();
    for (std::size_t k = 0; k < tap.weights.size(); k += 4)
      quads.push_back(quad_of(tap.weights, k));
    const std::uint8_t* const in = from.pixel(first_column, tap.first);
    for (std::size_t x = 0; x < row_bytes; x += kBlock) {
      const std::size_t left = row_bytes - x;
      const __mmask64 mask = left >= kBlock ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
      column_block(in + x, from.row_bytes(), tap.weights.size(), quads, mask, to.row(y) + x);
    }
  }
}

}  // namespace vit

#endif
