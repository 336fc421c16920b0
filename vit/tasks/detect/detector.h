#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/models/network.h"
#include "vit/weights/load_report.h"
#include "vit/weights/tensors.h"

namespace vit {

/// The objects of one image of a batch, in the pixels of the network's input.
struct ObjectTargets {
  torch::Tensor boxes;    ///< [M, 4] float32: x0, y0, x1, y1, each with an area
  torch::Tensor labels;   ///< [M] int64: classes
  torch::Tensor masks{};  ///< [M, H, W] uint8, 1 inside, of the input's size; undefined: not known
};

/// The loss of a batch and what it is the weighted sum of: `class`, `l1`, `giou`, …, scalars.
struct DetectorLoss {
  torch::Tensor total;
  std::vector<std::pair<std::string, torch::Tensor>> parts;  ///< without gradients
};

/// Which object of an image a query (or a point of a map) was made to answer for in training, and
/// what the matching weighed.
struct ObjectMatch {
  std::int64_t query = 0, object = 0;  ///< the object counts in the image's targets
  /// By name (`class`, `l1`, `giou`), weighted; their sum is what the assignment makes small. Empty
  /// where a rule decides without costs.
  std::vector<std::pair<std::string, double>> costs{};
};

/// A network that finds objects: a backbone with one of the heads of `task.head`. Beside being a
/// torch::nn::Module.
class Detector : public Network {
 public:
  /// Draws the weights of all but the backbone.
  virtual void init_head(std::uint64_t seed) = 0;

  /// x [B, C, H, W], normalised -> the head's outputs, by the names that its source has for them
  /// (`logits` [B, Q, K], `pred_boxes` [B, Q, 4] …).
  virtual NamedTensors forward(const torch::Tensor& x) = 0;

  /// Forward pass and loss of a batch; one ObjectTargets for each image.
  virtual DetectorLoss loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) = 0;
  /// What loss() calls its parts, in its order.
  [[nodiscard]] virtual std::vector<std::string> loss_parts() const = 0;

  /// What was found in x: [B, M, 6], each row x0, y0, x1, y1 (in the input's pixels), score, class,
  /// by descending score. M depends on the size of x alone, and no step on what was found, so that
  /// a trace can hold it: where an image has fewer, the rest has score 0. Candidates before
  /// duplicates are removed, where nms_iou says that there are some. Where masks are found, [B, M,
  /// 6 + h w]: behind that the logits of the object's mask, row by row.
  virtual torch::Tensor candidates(const torch::Tensor& x) = 0;
  /// Overlap (IoU) from which on the less sure of two boxes of one class is a duplicate; nothing
  /// where each object is found once.
  [[nodiscard]] virtual std::optional<double> nms_iou() const { return std::nullopt; }

  /// Who answers for which object, of a batch as in loss(); empty where the head has no queries.
  [[nodiscard]] virtual std::vector<std::vector<ObjectMatch>> matches(
      const torch::Tensor& /*x*/, const std::vector<ObjectTargets>& /*targets*/) {
    return {};
  }

  /// Loads weights of the whole detector, in its own names or in those of its source. Classes are
  /// joined by name, where the weights' are known (`classes` are this detector's). Throws Error
  /// (weights) that lists all that does not fit.
  virtual LoadReport load(const std::filesystem::path& weights,
                          const std::vector<std::string>& classes) = 0;
};

}  // namespace vit
