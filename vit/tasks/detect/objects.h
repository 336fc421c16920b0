#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vit/data/collator.h"

namespace vit {

/// The objects of the samples of a batch, as lists of any length.
class ObjectLists final : public Annotations {
 public:
  [[nodiscard]] std::shared_ptr<Annotations> clone() const override {
    return std::make_shared<ObjectLists>(*this);
  }
  [[nodiscard]] std::vector<torch::Tensor*> tensors() override { return {}; }

  std::vector<std::vector<Box>> objects;  ///< of each sample, none where an image is empty
  std::vector<Size2> sizes;               ///< of the images in their files; 0 x 0 where not known
  std::vector<std::string> sources;       ///< of the samples, for messages
};

/// Collects the boxes of samples as they are, be they those of the input or of the file. `put`
/// throws Error (data) for a box whose class is none of the task's, and with `masks` for one whose
/// object has no mask.
class ObjectCollator final : public Collator {
 public:
  explicit ObjectCollator(std::int64_t num_classes, bool masks = false)
      : num_classes_(num_classes), masks_(masks) {}
  [[nodiscard]] std::shared_ptr<Annotations> allocate(
      std::int64_t rows, Size2 size, const torch::TensorOptions& memory) const override;
  void put(Annotations& annotations, std::int64_t row, const Sample& sample) const override;

 private:
  std::int64_t num_classes_;
  bool masks_;
};

}  // namespace vit
