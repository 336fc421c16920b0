#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

namespace vit {

/// What a task knows of the samples of a batch beside their images: classes, masks, boxes. Each
/// task has a kind of its own; its collator fills it.
class Annotations {
 public:
  virtual ~Annotations() = default;
  [[nodiscard]] virtual std::shared_ptr<Annotations> clone() const = 0;
  /// Its tensors, each of which has a row for every sample; some may be undefined.
  [[nodiscard]] virtual std::vector<torch::Tensor*> tensors() = 0;

  /// The same on another device. Not blocking: from page-locked memory, a GPU copies while the CPU
  /// goes on.
  [[nodiscard]] std::shared_ptr<Annotations> to(torch::Device device) const {
    std::shared_ptr<Annotations> moved = clone();
    for (torch::Tensor* tensor : moved->tensors())
      if (tensor->defined()) *tensor = tensor->to(device, /*non_blocking=*/true);
    return moved;
  }
};

}  // namespace vit
