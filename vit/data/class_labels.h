#pragma once

#include "vit/data/collator.h"

namespace vit {

/// The classes of the samples of a batch.
class ClassLabels final : public Annotations {
 public:
  ClassLabels() = default;
  explicit ClassLabels(torch::Tensor labels_) : labels(std::move(labels_)) {}
  [[nodiscard]] std::shared_ptr<Annotations> clone() const override {
    return std::make_shared<ClassLabels>(*this);
  }
  [[nodiscard]] std::vector<torch::Tensor*> tensors() override { return {&labels, &targets}; }

  torch::Tensor labels;   ///< [B] int64
  torch::Tensor targets;  ///< [B, K] float32 where samples were mixed: soft, instead of the labels
};

/// Collects the label of each sample.
class LabelCollator : public Collator {
 public:
  [[nodiscard]] std::shared_ptr<Annotations> allocate(
      std::int64_t rows, Size2 size, const torch::TensorOptions& memory) const override;
  void put(Annotations& annotations, std::int64_t row, const Sample& sample) const override;
};

/// The labels [B] of a batch that LabelCollator made.
[[nodiscard]] inline const torch::Tensor& labels_of(const Batch& batch) {
  return batch.annotations_as<ClassLabels>().labels;
}

/// A batch of images [B, C, H, W] with their labels [B]; `indices`: 0, 1 … unless given.
[[nodiscard]] Batch labelled_batch(const torch::Tensor& images, const torch::Tensor& labels,
                                   torch::Tensor indices = {});

}  // namespace vit
