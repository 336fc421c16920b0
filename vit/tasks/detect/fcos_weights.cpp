#include "vit/tasks/detect/fcos_weights.h"

#include <torch/types.h>

#include <array>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/data/joined_classes.h"
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

constexpr const char* kClassifier = "head.classification_head.cls_logits.";

/// Under the names here, and whether they were torchvision's.
std::pair<WholeWeights, bool> read_named(const std::filesystem::path& path) {
  WholeWeights weights = read_whole_weights(path);
  const bool theirs = is_torchvision_fcos(weights.tensors);
  if (theirs) weights.tensors = fcos_of_torchvision(weights.tensors);
  return {std::move(weights), theirs};
}

/// Rows of the classifier; 0 where there is none.
std::int64_t outputs_of(const WholeWeights& weights) {
  const auto found = weights.tensors.find(std::string(kClassifier) + "bias");
  return found == weights.tensors.end() || found->second.dim() != 1 ? 0 : found->second.size(0);
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

bool is_fcos(const std::filesystem::path& weights) {
  return has_parts(weights,
                   {"backbone.", "fpn.", "head.classification_head.", "head.regression_head."}) ||
         has_parts(weights, {"backbone.body.", "backbone.fpn.", "head.classification_head."});
}

std::optional<Recognised> recognise_fcos(const WeightsFile& file, std::optional<Size2> image) {
  if (!is_fcos(file.path)) return std::nullopt;
  auto [weights, theirs] = read_named(file.path);
  if (!theirs) return std::nullopt;
  const std::int64_t outputs = outputs_of(weights);
  Recognised result =
      recognise_shapes(to_timm(weights.take("backbone."), file.path.string()), image);
  result.source = "names (torchvision's FCOS) and shapes";
  result.labels = classes_of_torchvision_fcos(outputs);
  result.crop_pct.reset();
  result.crop_mode.reset();
  return result;
}

WholeWeights read_fcos(const std::filesystem::path& path) { return read_named(path).first; }

void take_fcos_from(const std::filesystem::path& path, FCOSOptions& options,
                    std::int64_t& num_classes) {
  const auto [weights, theirs] = read_named(path);
  num_classes = outputs_of(weights);
  if (const auto found = weights.tensors.find(std::string(kClassifier) + "weight");
      found != weights.tensors.end() && found->second.dim() == 4)
    options.channels = found->second.size(1);
  options.num_convs = 0;
  while (weights.tensors.contains(
      str("head.classification_head.conv.", 3 * options.num_convs, ".weight")))
    ++options.num_convs;
  if (!theirs) return;
  options.points = "corner";
  options.extra_level = weights.tensors.contains("fpn.extra_blocks.p6.weight");
}

LoadReport FCOS::load(const std::filesystem::path& path, const std::vector<std::string>& classes) {
  auto [weights, theirs] = read_named(path);
  const std::vector<std::string> known =
      theirs ? classes_of_torchvision_fcos(outputs_of(weights)) : weights.labels();
  if (are_names(classes)) {
    const std::string name = kClassifier;
    const std::string told =
        join_class_rows(weights, *this, {name + "weight", name + "bias"}, known, classes);
    if (!told.empty()) log::info(told);
  }
  LoadReport report = load_whole(*this, *backbone_, std::move(weights),
                                 "set task.fcos as it was, or start from the backbone alone "
                                 "(init.reset_head: true)");
  if (theirs) report.convention = "FCOS of torchvision";
  return report;
}

}  // namespace vit
