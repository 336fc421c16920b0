#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/weights/naming/translation.h"

/// Weights of torchvision's FCOS on a ResNet with a feature pyramid (`fcos_resnet50_fpn_coco`).
///
/// The norms of its backbone are frozen (FrozenBatchNorm2d): statistics, weight and bias under the
/// names of BatchNorm2d and with the same eps 1e-5, without `num_batches_tracked`. A BatchNorm
/// takes them as they are and computes the same in evaluation.
namespace vit {

/// Whether a file holds such a detector.
[[nodiscard]] bool is_torchvision_fcos(const TensorMap& file);

/// Its tensors under the names here: of `backbone.body.*`, a ResNet with timm's names,
/// `backbone.*`; of `backbone.fpn.*`, in the old spelling (`inner_blocks.0.weight`) too, `fpn.*`;
/// `head.*` stays. What has none of these names keeps its own.
[[nodiscard]] TensorMap fcos_of_torchvision(const TensorMap& file);

/// What the outputs of its classifier are called: where there are 91, COCO's classes by their ids,
/// and "" for those that stand for nothing, of which 0 is one. Nothing for another number: its
/// classes are of whoever trained it, and not in the file.
[[nodiscard]] std::vector<std::string> classes_of_torchvision_fcos(std::int64_t outputs);

}  // namespace vit
