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

/// A weight as three signed bytes, or, with kOne, what a box filter has: all taps of a pixel weigh
/// the same, and their plain sum is multiplied by that.
constexpr std::size_t kDigits = 3, kOne = 1;

/// Four taps' weights: of each digit the four bytes, the first tap's below. Most significant first.
template <std::size_t kParts>
using Quad = std::array<std::uint32_t, kParts>;

/// The weights from `first` on; behind the last one, zeros.
template <std::size_t kParts>
Quad<kParts> quad_of(std::span<const std::int32_t> weights, std::size_t first) {
  Quad<kParts> quad{};
  for (std::size_t i = 0; i < 4 && first + i < weights.size(); ++i) {
    std::int32_t rest = kParts == kOne ? 1 : weights[first + i];
    for (std::size_t digit = kParts; digit-- > 0;) {
      const auto byte = static_cast<std::int8_t>(rest & 255);
      quad[digit] |= std::uint32_t{static_cast<std::uint8_t>(byte)} << (8 * i);
      rest = (rest - byte) >> 8;
    }
  }
  return quad;
}

bool is_box(std::span<const Taps> taps) {
  return std::all_of(taps.begin(), taps.end(), [](const Taps& tap) {
    return std::all_of(tap.weights.begin(), tap.weights.end(),
                       [&](std::int32_t weight) { return weight == tap.weights.front(); });
  });
}

/// That of all taps of a box filter; 0 for none.
std::int32_t common_weight(const Taps& tap) {
  return tap.weights.empty() ? 0 : tap.weights.front();
}

constexpr std::size_t kGroup = 4;  // taps of one step along x: 12 bytes

/// The weights of four taps, for the channels of one pixel.
template <std::size_t kParts>
struct alignas(16) GroupWeights {
  std::array<std::array<std::uint32_t, 4>, kParts> digits;
};

template <std::size_t kParts>
RowPlan<GroupWeights<kParts>> plan_of(std::span<const Taps> taps) {
  return plan_rows<GroupWeights<kParts>>(
      taps, kGroup, 4,
      [](std::span<const std::int32_t> weights, std::size_t first, GroupWeights<kParts>& to) {
        const Quad<kParts> quad = quad_of<kParts>(weights, first);
        for (std::size_t digit = 0; digit < kParts; ++digit)
          to.digits[digit] = {quad[digit], quad[digit], quad[digit], 0};
      });
}

using FourRows = std::array<const std::uint8_t*, 4>;

/// The sums of each digit as one of weights, before the shift that rounds. `weight` is the one of
/// all taps.
template <std::size_t kParts>
VIT_VNNI_INLINE __m512i joined(const __m512i (&sums)[kParts], std::int32_t weight) {
  const __m512i half = _mm512_set1_epi32(kHalf);
  if constexpr (kParts == kOne) {
    return _mm512_add_epi32(_mm512_mullo_epi32(sums[0], _mm512_set1_epi32(weight)), half);
  } else {
    __m512i total = sums[0];
    for (std::size_t d = 1; d < kParts; ++d)
      total = _mm512_add_epi32(_mm512_slli_epi32(total, 8), sums[d]);
    return _mm512_add_epi32(total, half);
  }
}

/// The same from four taps' samples (bytes), where they are all that there is: a digit's sum goes
/// on in the next one's.
template <std::size_t kParts>
VIT_VNNI_INLINE __m512i sum_of_one(__m512i samples, const __m512i (&digits)[kParts],
                                   std::int32_t weight) {
  if constexpr (kParts == kOne) {
    const __m512i sums[] = {_mm512_dpbusd_epi32(_mm512_setzero_si512(), samples, digits[0])};
    return joined<kParts>(sums, weight);
  } else {
    __m512i sum = _mm512_set1_epi32(kHalf >> (8 * (kParts - 1)));  // shifted with the digits
    for (std::size_t d = 0; d < kParts; ++d)
      sum = _mm512_dpbusd_epi32(d == 0 ? sum : _mm512_slli_epi32(sum, 8), samples, digits[d]);
    return sum;
  }
}

/// 16 bytes of each of four rows.
VIT_VNNI_INLINE __m512i four_lines(const FourRows& from, std::size_t at) {
  __m128i lines[4];
  for (std::size_t r = 0; r < 4; ++r)
    lines[r] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from[r] + at));
  __m512i all = _mm512_castsi128_si512(lines[0]);
  all = _mm512_mask_broadcast_i32x4(all, 0x00F0, lines[1]);
  all = _mm512_mask_broadcast_i32x4(all, 0x0F00, lines[2]);
  return _mm512_mask_broadcast_i32x4(all, 0xF000, lines[3]);
}

template <std::size_t kParts>
VIT_VNNI_INLINE void load_digits(const GroupWeights<kParts>& group, __m512i (&digits)[kParts]) {
  for (std::size_t d = 0; d < kParts; ++d)
    digits[d] = _mm512_broadcast_i32x4(
        _mm_load_si128(reinterpret_cast<const __m128i*>(group.digits[d].data())));
}

/// A pixel of four rows, a quarter of the vector each, one lane a channel. `weights` are those of
/// its groups of taps.
template <std::size_t kParts>
VIT_VNNI_INLINE __m512i pixel_of(const FourRows& from, const PixelTaps& pixel,
                                 const GroupWeights<kParts>* weights, const Taps& tap) {
  // From 16 bytes, each channel's samples of the four taps.
  const __m512i spread =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1));
  __m512i digits[kParts];
  std::size_t at = pixel.at;
  if (pixel.groups == 1) {
    load_digits(*weights, digits);
    return _mm512_srai_epi32(sum_of_one<kParts>(_mm512_shuffle_epi8(four_lines(from, at), spread),
                                                digits, common_weight(tap)),
                             kWeightBits);
  }
  __m512i sums[kParts];
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  for (std::size_t g = 0; g < pixel.groups; ++g, at += kGroup * 3) {
    const __m512i samples = _mm512_shuffle_epi8(four_lines(from, at), spread);
    load_digits(weights[g], digits);
    for (std::size_t d = 0; d < kParts; ++d)
      sums[d] = _mm512_dpbusd_epi32(sums[d], samples, digits[d]);
  }
  return _mm512_srai_epi32(joined<kParts>(sums, common_weight(tap)), kWeightBits);
}

/// Four rows side by side: weights are loaded once.
template <std::size_t kParts>
VIT_VNNI_INLINE void rows_of_colour(const FourRows& from, const std::array<std::uint8_t*, 4>& to,
                                    std::span<const Taps> taps,
                                    const RowPlan<GroupWeights<kParts>>& plan) {
  constexpr std::size_t kPixels = 4;
  // Of four pixels, the three channels that are there.
  const __m512i colours =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  const GroupWeights<kParts>* weights = plan.weights.data();
  const std::size_t count = plan.pixels.size();
  for (std::size_t x = 0; x < count; x += kPixels) {
    __m512i pixels[kPixels];
    for (std::size_t i = 0; i < kPixels; ++i) {
      if (x + i == count) {  // nothing is behind the last one
        std::fill(pixels + i, pixels + kPixels, pixels[i - 1]);
        break;
      }
      const PixelTaps& pixel = plan.pixels[x + i];
      pixels[i] = pixel_of<kParts>(from, pixel, weights, taps[x + i]);
      weights += pixel.groups;
    }
    // Saturation to 16, then to 8 bits clips as Pillow does.
    const __m512i bytes =
        _mm512_shuffle_epi8(_mm512_packus_epi16(_mm512_packs_epi32(pixels[0], pixels[1]),
                                                _mm512_packs_epi32(pixels[2], pixels[3])),
                            colours);
    const __m128i rows[4] = {_mm512_castsi512_si128(bytes), _mm512_extracti32x4_epi32(bytes, 1),
                             _mm512_extracti32x4_epi32(bytes, 2),
                             _mm512_extracti32x4_epi32(bytes, 3)};
    // The last four bytes are overwritten by the next pixels, where two more follow.
    if (x + kPixels + 2 <= count) {
      for (std::size_t r = 0; r < 4; ++r)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to[r] + 3 * x), rows[r]);
    } else {
      for (std::size_t r = 0; r < 4; ++r)
        std::memcpy(to[r] + 3 * x, &rows[r], 3 * std::min(kPixels, count - x));
    }
  }
}

template <std::size_t kParts>
VIT_VNNI_INLINE void all_rows(const Image& from, int first_row, std::span<const Taps> taps,
                              Image& to) {
  const RowPlan<GroupWeights<kParts>> plan = plan_of<kParts>(taps);
  const RowReader source(from, plan.reach);
  for (int y = 0; y < to.height; y += 4) {
    const auto row = [&](int i) { return std::min(y + i, to.height - 1); };  // the last one again
    rows_of_colour<kParts>({source(first_row + row(0)), source(first_row + row(1)),
                            source(first_row + row(2)), source(first_row + row(3))},
                           {to.row(row(0)), to.row(row(1)), to.row(row(2)), to.row(row(3))}, taps,
                           plan);
  }
}

/// From 64 samples of four rows, `first` and on, each sample's four taps together, a quarter of the
/// samples in each vector.
VIT_VNNI_INLINE void column_samples(const std::uint8_t* in, std::size_t stride, std::size_t first,
                                    std::size_t rows, __mmask64 mask, __m512i (&samples)[4]) {
  __m512i lines[4];
  for (std::size_t i = 0; i < 4; ++i)  // behind the last row, it again, times zero
    lines[i] = _mm512_maskz_loadu_epi8(mask, in + std::min(first + i, rows - 1) * stride);
  const __m512i front01 = _mm512_unpacklo_epi8(lines[0], lines[1]),
                back01 = _mm512_unpackhi_epi8(lines[0], lines[1]),
                front23 = _mm512_unpacklo_epi8(lines[2], lines[3]),
                back23 = _mm512_unpackhi_epi8(lines[2], lines[3]);
  samples[0] = _mm512_unpacklo_epi16(front01, front23);
  samples[1] = _mm512_unpackhi_epi16(front01, front23);
  samples[2] = _mm512_unpacklo_epi16(back01, back23);
  samples[3] = _mm512_unpackhi_epi16(back01, back23);
}

/// 64 samples of one output row, from four input rows a step; those that `mask` leaves out are not
/// touched.
template <std::size_t kParts>
VIT_VNNI_INLINE void column_block(const std::uint8_t* in, std::size_t stride, const Taps& tap,
                                  std::span<const Quad<kParts>> quads, __mmask64 mask,
                                  std::uint8_t* out) {
  const std::size_t rows = tap.weights.size();
  __m512i samples[4], digits[kParts], totals[4];
  if (quads.size() == 1) {
    column_samples(in, stride, 0, rows, mask, samples);
    for (std::size_t d = 0; d < kParts; ++d)
      digits[d] = _mm512_set1_epi32(static_cast<int>(quads[0][d]));
    for (std::size_t i = 0; i < 4; ++i)
      totals[i] = sum_of_one<kParts>(samples[i], digits, common_weight(tap));
  } else {
    __m512i sums[4][kParts];
    for (auto& part : sums)
      for (__m512i& sum : part) sum = _mm512_setzero_si512();
    for (std::size_t k = 0; k < rows; k += 4) {
      column_samples(in, stride, k, rows, mask, samples);
      for (std::size_t d = 0; d < kParts; ++d) {
        digits[d] = _mm512_set1_epi32(static_cast<int>(quads[k / 4][d]));
        for (std::size_t i = 0; i < 4; ++i)
          sums[i][d] = _mm512_dpbusd_epi32(sums[i][d], samples[i], digits[d]);
      }
    }
    for (std::size_t i = 0; i < 4; ++i) totals[i] = joined<kParts>(sums[i], common_weight(tap));
  }
  for (__m512i& total : totals) total = _mm512_srai_epi32(total, kWeightBits);
  // The unpacking above and the packing here both work on quarters, and so undo each other.
  const __m512i bytes = _mm512_packus_epi16(_mm512_packs_epi32(totals[0], totals[1]),
                                            _mm512_packs_epi32(totals[2], totals[3]));
  _mm512_mask_storeu_epi8(out, mask, bytes);
}

template <std::size_t kParts>
VIT_VNNI_INLINE void all_columns(const Image& from, int first_column, std::span<const Taps> taps,
                                 Image& to) {
  constexpr std::size_t kBlock = 64;
  const std::size_t row_bytes = to.row_bytes();
  std::vector<Quad<kParts>> quads;
  for (int y = 0; y < to.height; ++y) {
    const Taps& tap = taps[static_cast<std::size_t>(y)];
    quads.clear();
    for (std::size_t k = 0; k < tap.weights.size(); k += 4)
      quads.push_back(quad_of<kParts>(tap.weights, k));
    const std::uint8_t* const in = from.pixel(first_column, tap.first);
    for (std::size_t x = 0; x < row_bytes; x += kBlock) {
      const std::size_t left = row_bytes - x;
      const __mmask64 mask = left >= kBlock ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
      column_block<kParts>(in + x, from.row_bytes(), tap, quads, mask, to.row(y) + x);
    }
  }
}

}  // namespace

bool has_vnni() {
  static const bool answer = has_avx512() && __builtin_cpu_supports("avx512vbmi") != 0 &&
                             __builtin_cpu_supports("avx512vnni") != 0;
  return answer;
}

VIT_VNNI void resample_rows_vnni(const Image& from, int first_row, std::span<const Taps> taps,
                                 Image& to) {
  if (is_box(taps))
    all_rows<kOne>(from, first_row, taps, to);
  else
    all_rows<kDigits>(from, first_row, taps, to);
}

VIT_VNNI void resample_columns_vnni(const Image& from, int first_column, std::span<const Taps> taps,
                                    Image& to) {
  if (is_box(taps))
    all_columns<kOne>(from, first_column, taps, to);
  else
    all_columns<kDigits>(from, first_column, taps, to);
}

}  // namespace vit

#endif
