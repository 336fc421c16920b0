#include "vit/image/level_planes.h"

#include <cstring>

#include "vit/image/wide_table.h"

namespace vit {
namespace {

/// Pixels `first` and on of all planes, whose lengths are `pixels`.
void one_by_one(const std::uint8_t* rgb, std::size_t first, std::size_t pixels,
                const std::array<LevelTable, 3>& tables, float* out) {
  for (std::size_t i = first; i < pixels; ++i)
    for (std::size_t c = 0; c < 3; ++c) out[c * pixels + i] = tables[c][rgb[3 * i + c]];
}

#ifdef VIT_HAS_AVX2_VARIANT

constexpr std::size_t kPixels = 64;  // of one step

/// One byte of each number of a table.
VIT_VBMI WideTable byte_table(const LevelTable& table, std::size_t byte) {
  std::array<std::uint8_t, 256> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, &table[i], sizeof bits);
    bytes[i] = static_cast<std::uint8_t>(bits >> (8 * byte));
  }
  return wide_table(bytes.data());
}

/// Where the levels of a channel lie in 192 bytes of colours, in the order in which unpacking
/// leaves the numbers of pixels 0 to 15 in the first register, 16 to 31 in the second …
struct Selection {
  __m512i from_first_two, from_third;
  __mmask64 is_third;
};

VIT_VBMI Selection selection(std::size_t channel) {
  std::array<std::uint8_t, 64> two{}, third{};
  __mmask64 mask = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t quarter = i / 16, group = i % 16 / 4;
    const std::size_t byte = 3 * (16 * group + 4 * quarter + i % 4) + channel;
    (byte < 128 ? two : third)[i] = static_cast<std::uint8_t>(byte % 128);
    if (byte >= 128) mask |= __mmask64{1} << i;
  }
  return {_mm512_loadu_si512(two.data()), _mm512_loadu_si512(third.data()), mask};
}

/// A multiple of 64 pixels of one plane; returns how many.
VIT_VBMI std::size_t plane_by_vbmi(const std::uint8_t* rgb, std::size_t pixels, std::size_t channel,
                                   const LevelTable& table, float* out) {
  const WideTable bytes[4] = {byte_table(table, 0), byte_table(table, 1), byte_table(table, 2),
                              byte_table(table, 3)};
  const Selection select = selection(channel);
  std::size_t i = 0;
  for (; i + kPixels <= pixels; i += kPixels) {
    const std::uint8_t* const from = rgb + 3 * i;
    const __m512i two = _mm512_permutex2var_epi8(_mm512_loadu_si512(from), select.from_first_two,
                                                 _mm512_loadu_si512(from + 64));
    const __m512i levels = _mm512_mask_permutexvar_epi8(two, select.is_third, select.from_third,
                                                        _mm512_loadu_si512(from + 128));
    const __m512i b0 = look_up(levels, bytes[0]), b1 = look_up(levels, bytes[1]),
                  b2 = look_up(levels, bytes[2]), b3 = look_up(levels, bytes[3]);
    const __m512i front01 = _mm512_unpacklo_epi8(b0, b1), back01 = _mm512_unpackhi_epi8(b0, b1),
                  front23 = _mm512_unpacklo_epi8(b2, b3), back23 = _mm512_unpackhi_epi8(b2, b3);
    _mm512_storeu_si512(out + i, _mm512_unpacklo_epi16(front01, front23));
    _mm512_storeu_si512(out + i + 16, _mm512_unpackhi_epi16(front01, front23));
    _mm512_storeu_si512(out + i + 32, _mm512_unpacklo_epi16(back01, back23));
    _mm512_storeu_si512(out + i + 48, _mm512_unpackhi_epi16(back01, back23));
  }
  return i;
}

#endif

}  // namespace

void levels_to_planes_portable(const std::uint8_t* rgb, std::size_t pixels,
                               const std::array<LevelTable, 3>& tables, float* out) {
  one_by_one(rgb, 0, pixels, tables, out);
}

void levels_to_planes(const std::uint8_t* rgb, std::size_t pixels,
                      const std::array<LevelTable, 3>& tables, float* out) {
  std::size_t done = 0;
#ifdef VIT_HAS_AVX2_VARIANT
  if (has_vbmi())
    for (std::size_t c = 0; c < 3; ++c)
      done = plane_by_vbmi(rgb, pixels, c, tables[c], out + c * pixels);
#endif
  one_by_one(rgb, done, pixels, tables, out);
}

}  // namespace vit
