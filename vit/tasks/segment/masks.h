#pragma once

#include <cstdint>

#include "vit/data/collator.h"

namespace vit {

/// The masks of training samples, as large as their inputs.
class MaskMaps final : public Annotations {
 public:
  MaskMaps() = default;
  explicit MaskMaps(torch::Tensor masks_) : masks(std::move(masks_)) {}
  [[nodiscard]] std::shared_ptr<Annotations> clone() const override {
    return std::make_shared<MaskMaps>(*this);
  }
  [[nodiscard]] std::vector<torch::Tensor*> tensors() override { return {&masks}; }

  torch::Tensor masks;  ///< [B, H, W] uint8: classes, or kIgnoredClass
};

/// The masks of samples that are evaluated, as large as their files' images.
class FileMasks final : public Annotations {
 public:
  [[nodiscard]] std::shared_ptr<Annotations> clone() const override {
    return std::make_shared<FileMasks>(*this);
  }
  [[nodiscard]] std::vector<torch::Tensor*> tensors() override { return {}; }

  std::vector<Image> masks;
  std::vector<std::string> sources;  ///< of the samples, for messages
};

/// Collects the masks of training samples. `put` throws Error (data) for a sample without a mask,
/// or with values that are no class.
class MaskCollator final : public Collator {
 public:
  explicit MaskCollator(std::int64_t num_classes) : num_classes_(num_classes) {}
  [[nodiscard]] std::shared_ptr<Annotations> allocate(
      std::int64_t rows, Size2 size, const torch::TensorOptions& memory) const override;
  void put(Annotations& annotations, std::int64_t row, const Sample& sample) const override;

 private:
  std::int64_t num_classes_;
};

/// Collects the masks as they lie in their files.
class FileMaskCollator final : public Collator {
 public:
  explicit FileMaskCollator(std::int64_t num_classes) : num_classes_(num_classes) {}
  [[nodiscard]] std::shared_ptr<Annotations> allocate(
      std::int64_t rows, Size2 size, const torch::TensorOptions& memory) const override;
  void put(Annotations& annotations, std::int64_t row, const Sample& sample) const override;

 private:
  std::int64_t num_classes_;
};

}  // namespace vit
