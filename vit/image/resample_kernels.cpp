#include "vit/image/resample_kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "vit/image/resample_avx2.h"
#include "vit/image/resample_vnni.h"
#include "vit/image/vectorised.h"

// AVX2's 32-bit multiplication makes these loops several times faster. Integers: the results are
// the same.

namespace vit {
namespace {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);  // so that the shift rounds to nearest

VIT_INLINE std::uint8_t to_sample(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

// Vectors of the compiler (GCC and Clang), one lane a channel. Three channels are read as four.
using Bits4 [[gnu::vector_size(16)]] = std::uint32_t;
using Sums4 [[gnu::vector_size(16)]] = std::int32_t;

/// Four samples in a lane each. Compilers turn the shifts into two or three instructions, a
/// conversion of vectors into a dozen.
VIT_INLINE Sums4 load_samples(const std::uint8_t* from) {
  std::uint32_t bits;
  std::memcpy(&bits, from, sizeof bits);
  constexpr bool kLittle = std::endian::native == std::endian::little;
  const Bits4 places = kLittle ? Bits4{0, 8, 16, 24} : Bits4{24, 16, 8, 0};
  return reinterpret_cast<Sums4>((Bits4{bits, bits, bits, bits} >> places) & 255);
}

/// kRows rows side by side, so that the processor has independent sums to work on.
template <std::size_t kChannels, std::size_t kRows>
VIT_INLINE void rows_of_colour(const std::array<const std::uint8_t*, 4>& from,
                               const std::array<std::uint8_t*, 4>& to, std::span<const Taps> taps) {
  std::size_t x_byte = 0;
  for (const Taps& tap : taps) {
    std::array<Sums4, kRows> sums;
    for (std::size_t r = 0; r < kRows; ++r) sums[r] = Sums4{kHalf, kHalf, kHalf, kHalf};
    std::size_t at = static_cast<std::size_t>(tap.first) * kChannels;
    for (const std::int32_t weight : tap.weights) {
      for (std::size_t r = 0; r < kRows; ++r) {
        sums[r] += load_samples(from[r] + at) * weight;
      }
      at += kChannels;
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t c = 0; c < kChannels; ++c) to[r][x_byte + c] = to_sample(sums[r][c]);
    }
    x_byte += kChannels;
  }
}

VIT_INLINE void row_of_any(const std::uint8_t* from, std::uint8_t* to, std::span<const Taps> taps,
                           std::size_t channels) {
  for (const Taps& tap : taps) {
    for (std::size_t c = 0; c < channels; ++c) {
      std::int32_t sum = kHalf;
      const std::uint8_t* sample = from + static_cast<std::size_t>(tap.first) * channels + c;
      for (const std::int32_t weight : tap.weights) {
        sum += *sample * weight;
        sample += channels;
      }
      *to++ = to_sample(sum);
    }
  }
}

template <std::size_t kChannels>
VIT_INLINE void colour_body(const Image& from, int first_row, std::span<const Taps> taps,
                            Image& to) {
  // Reading three channels as four touches one byte past a row; the last row has none behind it.
  const std::uint8_t* const last_row = from.row(from.height - 1);
  std::vector<std::uint8_t> last(last_row, last_row + from.row_bytes());
  last.push_back(0);
  const auto source = [&](int y) { return y == from.height - 1 ? last.data() : from.row(y); };

  int y = 0;
  for (; y + 4 <= to.height; y += 4) {
    const int in = first_row + y;
    rows_of_colour<kChannels, 4>({source(in), source(in + 1), source(in + 2), source(in + 3)},
                                 {to.row(y), to.row(y + 1), to.row(y + 2), to.row(y + 3)}, taps);
  }
  for (; y < to.height; ++y) {
    rows_of_colour<kChannels, 1>({source(first_row + y)}, {to.row(y)}, taps);
  }
}

VIT_INLINE void rows_body(const Image& from, int first_row, std::span<const Taps> taps, Image& to) {
  if (from.channels == 3) return colour_body<3>(from, first_row, taps, to);
  if (from.channels == 4) return colour_body<4>(from, first_row, taps, to);
  const auto channels = static_cast<std::size_t>(from.channels);
  for (int y = 0; y < to.height; ++y) {
    row_of_any(from.row(first_row + y), to.row(y), taps, channels);
  }
}

VIT_INLINE void columns_body(const Image& from, int first_column, std::span<const Taps> taps,
                             Image& to) {
  constexpr std::size_t kBlock = 64;  // sums that stay in registers
  const std::size_t stride = from.row_bytes(), row_bytes = to.row_bytes();
  for (int y = 0; y < to.height; ++y) {
    const Taps& tap = taps[static_cast<std::size_t>(y)];
    std::uint8_t* const out = to.row(y);
    std::size_t x = 0;
    for (; x + kBlock <= row_bytes; x += kBlock) {
      std::int32_t sums[kBlock];
      for (std::int32_t& sum : sums) sum = kHalf;
      const std::uint8_t* in = from.pixel(first_column, tap.first) + x;
      for (const std::int32_t weight : tap.weights) {
        for (std::size_t i = 0; i < kBlock; ++i) sums[i] += in[i] * weight;
        in += stride;
      }
      for (std::size_t i = 0; i < kBlock; ++i) out[x + i] = to_sample(sums[i]);
    }
    for (; x < row_bytes; ++x) {
      std::int32_t sum = kHalf;
      const std::uint8_t* in = from.pixel(first_column, tap.first) + x;
      for (const std::int32_t weight : tap.weights) {
        sum += *in * weight;
        in += stride;
      }
      out[x] = to_sample(sum);
    }
  }
}

}  // namespace

void resample_rows(const Image& from, int first_row, std::span<const Taps> taps, Image& to) {
#ifdef VIT_HAS_AVX2_VARIANT
  if (from.channels == 3 && has_vnni()) return resample_rows_vnni(from, first_row, taps, to);
  if (from.channels == 3 && has_avx2()) return resample_rows_avx2(from, first_row, taps, to);
#endif
  resample_rows_portable(from, first_row, taps, to);
}

void resample_columns(const Image& from, int first_column, std::span<const Taps> taps, Image& to) {
#ifdef VIT_HAS_AVX2_VARIANT
  if (has_vnni()) return resample_columns_vnni(from, first_column, taps, to);
  if (has_avx2()) return resample_columns_avx2(from, first_column, taps, to);
#endif
  resample_columns_portable(from, first_column, taps, to);
}

void resample_rows_portable(const Image& from, int first_row, std::span<const Taps> taps,
                            Image& to) {
  vectorised([&]() VIT_INLINED { rows_body(from, first_row, taps, to); });
}

void resample_columns_portable(const Image& from, int first_column, std::span<const Taps> taps,
                               Image& to) {
  vectorised([&]() VIT_INLINED { columns_body(from, first_column, taps, to); });
}

}  // namespace vit
