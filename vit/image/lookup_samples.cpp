#include "vit/image/lookup_samples.h"

#include "vit/image/wide_table.h"

namespace vit {
namespace {

#ifdef VIT_HAS_AVX2_VARIANT

/// Which of 64 samples have channel 0, the first one having channel `first`.
template <std::size_t kTables>
__mmask64 channel_mask(std::size_t first) {
  __mmask64 mask = 0;
  for (std::size_t i = 0; i < 64; ++i)
    if ((first + i) % kTables == 0) mask |= __mmask64{1} << i;
  return mask;
}

/// A multiple of 64 kTables samples; returns how many.
template <std::size_t kTables>
VIT_VBMI std::size_t look_up_vbmi(std::span<const std::uint8_t> from,
                                  std::span<const LookupTable> tables, std::uint8_t* to) {
  WideTable all[kTables];
  __mmask64 masks[kTables];  // of channel 0 in a register whose first sample has channel i
  for (std::size_t i = 0; i < kTables; ++i) {
    all[i] = wide_table(tables[i].data());
    masks[i] = channel_mask<kTables>(i);
  }
  std::size_t at = 0;
  for (; at + 64 * kTables <= from.size(); at += 64 * kTables) {
    for (std::size_t part = 0; part < kTables; ++part) {
      const __m512i samples = _mm512_loadu_si512(from.data() + at + 64 * part);
      __m512i result = look_up(samples, all[0]);
      for (std::size_t c = 1; c < kTables; ++c) {
        const std::size_t shift = (64 * part + kTables - c) % kTables;
        result = _mm512_mask_mov_epi8(result, masks[shift], look_up(samples, all[c]));
      }
      _mm512_storeu_si512(to + at + 64 * part, result);
    }
  }
  return at;
}

#endif

}  // namespace

void look_up_samples_portable(std::span<const std::uint8_t> from,
                              std::span<const LookupTable> tables, std::uint8_t* to) {
  if (tables.size() == 1) {
    for (std::size_t i = 0; i < from.size(); ++i) to[i] = tables[0][from[i]];
    return;
  }
  for (std::size_t i = 0; i < from.size(); i += tables.size())
    for (std::size_t c = 0; c < tables.size(); ++c) to[i + c] = tables[c][from[i + c]];
}

void look_up_samples(std::span<const std::uint8_t> from, std::span<const LookupTable> tables,
                     std::uint8_t* to) {
  std::size_t done = 0;
#ifdef VIT_HAS_AVX2_VARIANT
  if (has_vbmi() && tables.size() == 1) done = look_up_vbmi<1>(from, tables, to);
  if (has_vbmi() && tables.size() == 3) done = look_up_vbmi<3>(from, tables, to);
#endif
  look_up_samples_portable(from.subspan(done), tables, to + done);
}

}  // namespace vit
