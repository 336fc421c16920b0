#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "vit/image/image.h"

/// The two inner loops of resizing. Weights are fixed-point numbers with kWeightBits fractional
/// bits: 32 less 8 for the sample and 2 for the overshoot of filters with negative lobes.
namespace vit {

inline constexpr int kWeightBits = 32 - 8 - 2;

/// One output pixel as a weighted sum of neighbouring inputs, `weights[i]` for input `first + i`.
struct Taps {
  int first = 0;
  std::span<const std::int32_t> weights;
};

/// Resamples the rows `first_row` and on of `from` along x, into all rows of `to`; one Taps for
/// each output column.
void resample_rows(const Image& from, int first_row, std::span<const Taps> taps, Image& to);

/// Resamples the columns `first_column` and on of `from` along y, into all columns of `to`; one
/// Taps for each output row, counted in rows of `from`.
void resample_columns(const Image& from, int first_column, std::span<const Taps> taps, Image& to);

/// The same without intrinsics: what runs on other processors, and what tests compare with.
void resample_rows_portable(const Image& from, int first_row, std::span<const Taps> taps,
                            Image& to);
void resample_columns_portable(const Image& from, int first_column, std::span<const Taps> taps,
                               Image& to);

}  // namespace vit
