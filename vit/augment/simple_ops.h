#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vit/augment/op.h"

/// Operations of few lines, each a call of the library of images with options of its own.
namespace vit {

/// Scales the whole picture to `size`, without keeping its aspect.
class Resize final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "resize"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Resize>(*this);
  }

  std::optional<Size2> size;
  std::optional<std::string> interpolation;
};

/// Cuts the middle; a picture that is too small is padded with black.
class CenterCrop final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void adapt(const InputSpec& input) override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "center_crop"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<CenterCrop>(*this);
  }

  std::optional<Size2> size;
};

/// Mirrors left and right with probability p.
class HorizontalFlip final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "hflip"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<HorizontalFlip>(*this);
  }

  double p = 0.5;
};

/// Mirrors top and bottom with probability p.
class VerticalFlip final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "vflip"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<VerticalFlip>(*this);
  }

  double p = 0.5;
};

/// Turns by one, two or three quarters, each as likely, with probability p: by default each of the
/// four positions is as likely. For images without an up and a down, such as those from above.
class Rot90 final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "rot90"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Rot90>(*this);
  }

  double p = 0.75;
};

/// Leaves only the luma, with probability p (torchvision's RandomGrayscale).
class Grayscale final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "grayscale"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Grayscale>(*this);
  }

  double p = 0.1;
};

/// Inverts all samples from `threshold` on, with probability p (torchvision's RandomSolarize).
class Solarize final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "solarize"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<Solarize>(*this);
  }

  double p = 0.5;
  double threshold = 128;
};

/// Pillow's Gaussian blur with a drawn standard deviation, with probability p (as DINO and DeiT III
/// use it).
class GaussianBlur final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "gaussian_blur"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<GaussianBlur>(*this);
  }
  void adapt(const InputSpec& input) override;

  double p = 0.5;
  std::vector<double> sigma{0.1, 2.0};
};

}  // namespace vit
