#include "vit/image/lookup.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/image/wide_table.h"

namespace vit {
namespace {

using Histogram = std::array<std::int64_t, 256>;

template <class Function>
LookupTable table_of(const Function& function) {
  LookupTable table;
  for (int value = 0; value < 256; ++value)
    table[static_cast<std::size_t>(value)] = static_cast<std::uint8_t>(function(value));
  return table;
}

LookupTable identity() {
  return table_of([](int value) { return value; });
}

std::array<Histogram, 4> histograms(const Image& image) {
  VIT_ASSERT(image.channels >= 1 && image.channels <= 4, image.channels);
  std::array<Histogram, 4> counts{};
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); i += channels)
    for (std::size_t c = 0; c < channels; ++c) ++counts[c][image.pixels[i + c]];
  return counts;
}

LookupTable stretch(const Histogram& counts) {
  const auto is_used = [](std::int64_t count) { return count > 0; };
  const auto low = std::find_if(counts.begin(), counts.end(), is_used) - counts.begin();
  const auto high = 255 - (std::find_if(counts.rbegin(), counts.rend(), is_used) - counts.rbegin());
  if (high <= low) return identity();
  const double scale = 255.0 / static_cast<double>(high - low);
  const double offset = static_cast<double>(-low) * scale;
  return table_of(
      [&](int value) { return std::clamp(static_cast<int>(value * scale + offset), 0, 255); });
}

LookupTable even_out(const Histogram& counts) {
  std::int64_t total = 0, last = 0, used = 0;
  for (const std::int64_t count : counts) {
    total += count;
    if (count == 0) continue;
    last = count;
    ++used;
  }
  const std::int64_t step = (total - last) / 255;
  if (used <= 1 || step == 0) return identity();
  std::int64_t sum = step / 2;
  return table_of([&](int value) {
    const std::int64_t level = sum / step;
    sum += counts[static_cast<std::size_t>(value)];
    return std::min<std::int64_t>(level, 255);
  });
}

template <class MakeTable>
Image by_histogram(const Image& image, const MakeTable& make) {
  const std::array<Histogram, 4> counts = histograms(image);
  std::array<LookupTable, 4> tables;
  for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels); ++c)
    tables[c] = make(counts[c]);
  return look_up(image, tables);
}

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

Image look_up(const Image& image, const LookupTable& table) {
  Image result(image.width, image.height, image.channels);
  look_up_samples(image.pixels, {&table, 1}, result.pixels.data());
  return result;
}

Image look_up(const Image& image, const std::array<LookupTable, 4>& tables) {
  VIT_ASSERT(image.channels <= 4, image.channels);
  Image result(image.width, image.height, image.channels);
  look_up_samples(image.pixels, std::span(tables).first(static_cast<std::size_t>(image.channels)),
                  result.pixels.data());
  return result;
}

Image invert(const Image& image) {
  return look_up(image, table_of([](int value) { return 255 - value; }));
}

Image solarize(const Image& image, double threshold) {
  return look_up(image,
                 table_of([&](int value) { return value < threshold ? value : 255 - value; }));
}

Image solarize_add(const Image& image, int added, int threshold) {
  return look_up(image, table_of([&](int value) {
                   return value < threshold ? std::clamp(value + added, 0, 255) : value;
                 }));
}

Image posterize(const Image& image, int bits) {
  if (bits >= 8) return image;
  const int kept = 0xFF & (0xFF << (8 - std::max(bits, 0)));
  return look_up(image, table_of([&](int value) { return value & kept; }));
}

Image autocontrast(const Image& image) { return by_histogram(image, stretch); }

Image equalize(const Image& image) { return by_histogram(image, even_out); }

Image adjust_gamma(const Image& image, double gamma, double gain) {
  return look_up(image, table_of([&](int value) {
                   const double level = (255 + 1 - 1e-3) * gain * std::pow(value / 255.0, gamma);
                   return static_cast<int>(std::clamp(level, 0.0, 255.0));
                 }));
}

}  // namespace vit
