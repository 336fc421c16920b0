#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/augment/op.h"

namespace vit {

/// Pads the picture on all sides and cuts a random part of `size` from it, as torchvision's
/// RandomCrop. A picture that is still smaller than `size` is padded to it.
class RandomCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "random_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<RandomCrop>(*this);
  }

  std::optional<Size2> size;
  std::int64_t padding = 0;
  std::string padding_mode = "constant";
  std::vector<std::int64_t> fill{0};
};

/// DeiT III's Simple Random Crop (Touvron et al. 2022, section 3.2; `--src`): the shorter side is
/// scaled to `size`, then a square of `size` is cut at random from the picture padded by mirroring.
class SimpleRandomCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "simple_random_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<SimpleRandomCrop>(*this);
  }
  void adapt(const InputSpec& input) override;

  std::optional<Size2> size;
  std::int64_t padding = 4;
  std::optional<std::string> interpolation;
};

}  // namespace vit
