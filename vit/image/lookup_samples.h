#pragma once

#include <cstdint>
#include <span>

#include "vit/image/lookup.h"

namespace vit {

/// to[i] = tables[i % tables.size()][from[i]]: one table for all samples, or one for each channel,
/// up to four.
void look_up_samples(std::span<const std::uint8_t> from, std::span<const LookupTable> tables,
                     std::uint8_t* to);

/// The same one by one: what tests compare with.
void look_up_samples_portable(std::span<const std::uint8_t> from,
                              std::span<const LookupTable> tables, std::uint8_t* to);

}  // namespace vit
