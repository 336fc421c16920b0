#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace vit {

/// Of candidates [B, M, 6] (x0, y0, x1, y1, score, class; by descending score, those of score 0 are
/// none; without `nms` there may be more columns) the `most` surest of each image, [B, min(most,
/// M), 6], filled up with zeros. With `nms`, a box that overlaps a surer one of its class by more
/// (IoU) is a duplicate, and left out (greedy non-maximum suppression, as torchvision's
/// batched_nms).
[[nodiscard]] torch::Tensor without_duplicates(const torch::Tensor& candidates,
                                               std::optional<double> nms, std::int64_t most);

/// The same in TorchScript, see ExportedStep.
[[nodiscard]] std::string duplicates_script(double nms, std::int64_t most);

}  // namespace vit
