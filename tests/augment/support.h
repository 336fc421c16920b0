#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "vit/augment/op.h"
#include "vit/core/rng.h"

namespace vit::test {

inline InputSpec square_input(std::int64_t side) {
  InputSpec input;
  input.img_size = {side, side};
  return input;
}

/// A picture of noise with a box and a mask.
inline Sample noisy_sample(int width, int height) {
  Sample sample;
  sample.image = Image(width, height);
  Rng rng(11, Stream::bench, static_cast<std::uint64_t>(width));
  for (auto& value : sample.image.pixels) value = static_cast<std::uint8_t>(rng.u32());
  sample.mask = Image(width, height, 1);
  sample.boxes = {{1, 1, static_cast<float>(width) / 2, static_cast<float>(height) / 2, 3}};
  return sample;
}

/// Whether `count` of `total` trials is within four standard deviations of a probability.
inline bool plausible(std::int64_t count, std::int64_t total, double probability) {
  const double n = static_cast<double>(total), mean = n * probability;
  const double deviation = std::sqrt(n * probability * (1 - probability));
  return std::abs(static_cast<double>(count) - mean) <= 4 * deviation;
}

/// How often `happens` is true over indices, each with the generator of its sample.
inline std::int64_t count_over_indices(std::int64_t total,
                                       const std::function<bool(Rng&)>& happens) {
  std::int64_t count = 0;
  for (std::int64_t index = 0; index < total; ++index) {
    Rng rng(5, Stream::augment, 0, static_cast<std::uint64_t>(index));
    count += happens(rng) ? 1 : 0;
  }
  return count;
}

/// A sample after `op`, with the numbers that it draws for sample `index`.
inline Sample augmented(const AugmentOp& op, Sample sample, std::uint64_t index = 0) {
  Rng rng(5, Stream::augment, 0, index);
  op.apply(sample, rng);
  return sample;
}

/// How many of `total` pictures, each a sample after `op`, are as `wanted` says.
inline std::int64_t count_augmented(std::int64_t total, const AugmentOp& op, const Sample& sample,
                                    const std::function<bool(const Image&)>& wanted) {
  return count_over_indices(total, [&](Rng& rng) {
    Sample one = sample;
    op.apply(one, rng);
    return wanted(one.image);
  });
}

/// How many of them are another picture.
inline std::int64_t count_changed(std::int64_t total, const AugmentOp& op, const Sample& sample) {
  return count_augmented(total, op, sample,
                         [&](const Image& image) { return image != sample.image; });
}

inline bool is_grey(const std::uint8_t* pixel) {
  return pixel[0] == pixel[1] && pixel[1] == pixel[2];
}

/// The names of the options that `op` describes.
inline std::vector<std::string> option_names(AugmentOp& op) {
  struct Names final : FieldVisitor {
    std::vector<std::string> names;
    void field(const Field& field) override { names.emplace_back(field.name); }
    void section(std::string_view name, std::string_view,
                 const std::function<void(FieldVisitor&)>&) override {
      names.emplace_back(name);
    }
  } visitor;
  op.describe(visitor);
  return visitor.names;
}

}  // namespace vit::test
