#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "vit/models/pixels.h"

namespace vit {

/// One published set of weights, under timm's name `model.tag`, and what it was made for.
struct PretrainedWeights {
  std::string_view model, tag;
  std::int64_t num_classes;
  PixelInput input;
  std::int64_t img_size;
  std::string_view license;

  /// `model.tag`; `model` where there is no tag (no weights have been published).
  [[nodiscard]] std::string name() const;
};

/// All of them; the first of a model is its default.
[[nodiscard]] std::span<const PretrainedWeights> pretrained_weights();

/// By `model.tag`, or the default of `model`; null where there is none.
[[nodiscard]] const PretrainedWeights* find_pretrained(std::string_view name);

}  // namespace vit
