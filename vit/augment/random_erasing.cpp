#include "vit/augment/random_erasing.h"

#include <algorithm>
#include <cmath>

#include "vit/augment/distributions.h"

namespace vit {
namespace {

struct Rectangle {
  std::int64_t left = 0, top = 0, width = 0, height = 0;
};

/// Empty where none of ten attempts fits, as in timm.
Rectangle draw_rectangle(const RandomErasingOptions& o, double count, std::int64_t height,
                         std::int64_t width, Rng& rng) {
  constexpr int kAttempts = 10;
  const double log_aspect = std::log(o.min_aspect);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double area =
        rng.uniform(o.min_area, o.max_area) * static_cast<double>(height * width) / count;
    const double aspect = std::exp(rng.uniform(log_aspect, -log_aspect));
    const auto h = static_cast<std::int64_t>(std::nearbyint(std::sqrt(area * aspect)));
    const auto w = static_cast<std::int64_t>(std::nearbyint(std::sqrt(area / aspect)));
    if (w >= width || h >= height) continue;
    const std::int64_t top = rng.between(0, height - h), left = rng.between(0, width - w);
    return {left, top, w, h};
  }
  return {};
}

}  // namespace

void describe(FieldVisitor& visitor, RandomErasingOptions& o) {
  visitor.field({"reprob", &o.reprob, "probability of random erasing", kProbability});
  visitor.field({"remode",
                 &o.remode,
                 "what is left: the mean, one random colour, or noise",
                 {},
                 {"const", "rand", "pixel"}});
  visitor.field({"recount", &o.recount, "largest number of erased rectangles", {1, 100}});
}

void random_erase(const RandomErasingOptions& o, float* planes, std::int64_t channels,
                  std::int64_t height, std::int64_t width, Rng& rng) {
  if (!rng.chance(o.reprob)) return;
  const std::int64_t count = rng.between(1, o.recount);
  for (std::int64_t i = 0; i < count; ++i) {
    const Rectangle r = draw_rectangle(o, static_cast<double>(count), height, width, rng);
    for (std::int64_t c = 0; c < channels; ++c) {
      float colour = 0;
      if (o.remode == "rand") draw_normals(&colour, 1, rng);
      for (std::int64_t y = r.top; y < r.top + r.height; ++y) {
        float* const row = planes + (c * height + y) * width + r.left;
        if (o.remode == "pixel")
          draw_normals(row, static_cast<std::size_t>(r.width), rng);
        else
          std::fill_n(row, r.width, colour);
      }
    }
  }
}

}  // namespace vit
