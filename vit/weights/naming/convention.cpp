#include "vit/weights/naming/convention.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <array>

#include "vit/core/error.h"

namespace vit {
namespace {

// What is specific stands before what is general: MAE, DINO and DeiT-III use timm's names for the
// most part.
constexpr std::array kConventions = {
    &kGoogle,
    &kTorchvisionViT,
    &kOpenClipTimm,
    &kOpenAIClip,
    &kTransformersSiglip,
    &kTransformersClip,
    &kTransformersDINOv3,
    &kTransformersDINOv2Registers,
    &kTransformersDINOv2,
    &kTransformersMAE,
    &kTransformersViT,
    &kSegmenter,
    &kMAE,
    &kDINOv3,
    &kDINOv2Registers,
    &kDINOv2,
    &kDINO,
    &kDeiT3,
    &kConvNeXt,
    &kTimm,
};

/// What data parallelism, torch.compile and training frameworks put before every name.
constexpr std::array<std::string_view, 3> kWrappers = {"module.", "_orig_mod.", "model."};

/// Smaller is better.
int rank(std::string_view prefix) {
  const auto contains = [&](std::string_view part) { return prefix.find(part) != prefix.npos; };
  if (contains("student")) return 3;
  if (contains("teacher") || contains("_ema.") || prefix.starts_with("ema.")) return 0;
  return prefix.empty() ? 1 : 2;
}

std::string unwrap(Translation& names) {
  std::string removed;
  for (bool again = true; again && !names.source.empty();) {
    again = false;
    for (const std::string_view wrapper : kWrappers) {
      const bool all =
          std::all_of(names.source.begin(), names.source.end(),
                      [&](const auto& entry) { return entry.first.starts_with(wrapper); });
      if (!all) continue;
      names.strip(wrapper);
      removed += wrapper;
      again = true;
    }
  }
  return removed;
}

/// Of a checkpoint of ours with a running average of the weights, that is what its run evaluates.
void take_averages(TensorMap& file) {
  constexpr std::string_view kAverage = "ema/";
  for (auto entry = file.lower_bound(std::string(kAverage));
       entry != file.end() && entry->first.starts_with(kAverage); entry = file.erase(entry))
    file.insert_or_assign(entry->first.substr(kAverage.size()), entry->second);
}

}  // namespace

std::span<const Convention* const> conventions() { return kConventions; }

std::optional<std::string> prefix_of(const TensorMap& file, std::string_view anchor) {
  std::optional<std::string> best;
  for (const auto& [name, tensor] : file) {
    if (!name.ends_with(anchor)) continue;
    const std::string prefix = name.substr(0, name.size() - anchor.size());
    if (!prefix.empty() && prefix.back() != '.' && prefix.back() != '/') continue;
    if (!best || rank(prefix) < rank(*best)) best = prefix;
  }
  return best;
}

NamedWeights to_timm(TensorMap file, const std::string& where) {
  NamedWeights result;
  take_averages(file);
  result.names = Translation(std::move(file));
  result.names.drop("optim/", "state of the optimizer");
  result.names.drop("lora/", "adapters, which are merged into the weights beside them");
  result.wrapper = unwrap(result.names);
  for (const Convention* convention : kConventions)
    if (convention->detect(result.names.source)) {
      result.convention = convention;
      break;
    }
  VIT_ASSERT(result.convention != nullptr);
  try {
    result.convention->translate(result.names);
  } catch (const c10::Error& error) {
    throw Error(
        ErrorKind::weights, where,
        vit::str("the names are those of ", result.convention->name,
                 ", and the tensors do not have its shapes: ", error.what_without_backtrace()),
        "the file may be damaged, or of a model that is not supported");
  }
  return result;
}

}  // namespace vit
