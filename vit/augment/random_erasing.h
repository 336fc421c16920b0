#pragma once

#include <cstdint>
#include <string>

#include "vit/core/fields.h"
#include "vit/core/rng.h"

namespace vit {

/// Random Erasing (Zhong et al. 2020) as timm does it: on normalised numbers, where 0 is the mean.
struct RandomErasingOptions {
  double reprob = 0;
  std::string remode = "pixel";  ///< const: 0; rand: one normal colour; pixel: normal noise
  std::int64_t recount = 1;      ///< largest number of rectangles; each is as much smaller
  double min_area = 0.02, max_area = 1.0 / 3, min_aspect = 0.3;
};
void describe(FieldVisitor& visitor, RandomErasingOptions& options);

/// Erases in `planes`, [channels, height, width] floats.
void random_erase(const RandomErasingOptions& options, float* planes, std::int64_t channels,
                  std::int64_t height, std::int64_t width, Rng& rng);

}  // namespace vit
