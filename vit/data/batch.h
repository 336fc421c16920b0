#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/placement.h"

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

/// What a network and its loss are given at once.
struct Batch {
  /// [B, C, H, W] float32, normalised; undefined where images differ in size: see `ragged`.
  torch::Tensor images;
  torch::Tensor indices;                           ///< [B] int64, positions in the data set
  std::shared_ptr<const Annotations> annotations;  ///< of the task's kind
  /// With multi-crop, each view of all samples, [B, C, h, w] with a size of its own; the first one
  /// is `images`. Else empty.
  std::vector<torch::Tensor> views{};
  /// Of each sample; where there are several, the first versions of all samples stand before the
  /// second ones, in `images`, `annotations` and `indices` alike.
  std::int64_t versions = 1;
  /// Images that keep their shape, each [1, C, h, w]; else empty.
  std::vector<torch::Tensor> ragged{};
  /// How each image came from its file; empty where nobody said so.
  std::vector<Placement> placements{};

  [[nodiscard]] std::int64_t size() const { return indices.size(0); }
  [[nodiscard]] std::int64_t samples() const { return size() / versions; }

  /// The annotations as those of a task. Those of another kind are a bug.
  template <class T>
  [[nodiscard]] const T& annotations_as() const {
    const auto* typed = dynamic_cast<const T*>(annotations.get());
    VIT_ASSERT(typed != nullptr, "a batch with the annotations of another task");
    return *typed;
  }

  [[nodiscard]] Batch to(torch::Device device) const {
    const auto move = [&](const torch::Tensor& tensor) {
      return tensor.defined() ? tensor.to(device, /*non_blocking=*/true) : tensor;
    };
    Batch batch{.images = move(images),
                .indices = indices,
                .annotations = annotations ? annotations->to(device) : nullptr,
                .versions = versions,
                .placements = placements};
    for (std::size_t i = 0; i < views.size(); ++i)
      batch.views.push_back(i == 0 ? batch.images : move(views[i]));
    for (const torch::Tensor& image : ragged) batch.ragged.push_back(move(image));
    return batch;
  }
};

}  // namespace vit
