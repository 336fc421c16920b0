#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/tasks/detect/fcos.h"
#include "vit/tasks/whole_weights.h"
#include "vit/weights/naming/translation.h"
#include "vit/weights/recognise.h"

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

/// Whether these are weights of a whole FCOS, of torchvision or of our own.
[[nodiscard]] bool is_fcos(const std::filesystem::path& weights);

/// The backbone of torchvision's weights, and what its outputs are called; nothing for others,
/// which the general reader knows.
[[nodiscard]] std::optional<Recognised> recognise_fcos(const WeightsFile& weights,
                                                       std::optional<Size2> image);

/// A whole FCOS under the names here: below `backbone.` those of its backbone. Throws Error
/// (weights) where it cannot be read.
[[nodiscard]] WholeWeights read_fcos(const std::filesystem::path& weights);

/// What the weights say of the head, and the number of classes.
void take_fcos_from(const std::filesystem::path& weights, FCOSOptions& options,
                    std::int64_t& num_classes);

}  // namespace vit
