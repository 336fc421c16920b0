#include "vit/tasks/detect/fcos_weights.h"

#include <array>
#include <optional>

#include "vit/tasks/detect/coco_names.h"

namespace vit {
namespace {

// The first that matches counts.
constexpr std::array kFcosNames = {
    NameRule{"backbone.body.", "backbone."},
    NameRule{"backbone.fpn.inner_blocks.*.weight", "fpn.inner_blocks.*.0.weight"},
    NameRule{"backbone.fpn.inner_blocks.*.bias", "fpn.inner_blocks.*.0.bias"},
    NameRule{"backbone.fpn.layer_blocks.*.weight", "fpn.layer_blocks.*.0.weight"},
    NameRule{"backbone.fpn.layer_blocks.*.bias", "fpn.layer_blocks.*.0.bias"},
    NameRule{"backbone.fpn.", "fpn."},
};

std::string fcos_name(const std::string& of_torchvision) {
  for (const NameRule& rule : kFcosNames)
    if (const std::optional<std::string> here = other_name(rule, of_torchvision)) return *here;
  return of_torchvision;
}

}  // namespace

bool is_torchvision_fcos(const TensorMap& file) {
  return file.contains("backbone.body.conv1.weight") &&
         file.contains("backbone.fpn.extra_blocks.p6.weight") &&
         file.contains("head.classification_head.cls_logits.weight") &&
         file.contains("head.regression_head.bbox_ctrness.weight");
}

TensorMap fcos_of_torchvision(const TensorMap& file) {
  TensorMap here;
  for (const auto& [name, tensor] : file) here.emplace(fcos_name(name), tensor);
  return here;
}

std::vector<std::string> classes_of_torchvision_fcos(std::int64_t outputs) {
  const auto names = coco_names();
  if (outputs != static_cast<std::int64_t>(names.size())) return {};
  return {names.begin(), names.end()};
}

}  // namespace vit
