#include "vit/weights/naming/convention.h"

#include <c10/util/Exception.h>

#include <array>

#include "vit/core/error.h"
#include "vit/weights/naming/heads.h"

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
    &kTransformersConvNeXt,
    &kTransformersResNet,
    &kTransformersDINOv3,
    &kTransformersDINOv2Registers,
    &kTransformersDINOv2,
    &kTransformersMAE,
    &kTransformersBeit,
    &kTransformersViT,
    &kOpenMMLabViT,
    &kOpenMMLabConvNeXt,
    &kViTDet,
    &kSam,
    &kSegmenter,
    &kMAE,
    &kBeit,
    &kDINOv3,
    &kDINOv2Registers,
    &kDINOv2,
    &kDINO,
    &kDeiT3,
    &kConvNeXt,
    &kTorchvisionConvNeXt,
    &kTimm,
};

/// Of a checkpoint of ours with a running average of the weights, that is what its run evaluates.
void take_averages(TensorMap& file) {
  constexpr std::string_view kAverage = "ema/";
  for (auto entry = file.lower_bound(std::string(kAverage));
       entry != file.end() && entry->first.starts_with(kAverage); entry = file.erase(entry))
    file.insert_or_assign(entry->first.substr(kAverage.size()), entry->second);
}

}  // namespace

std::span<const Convention* const> conventions() { return kConventions; }

NamedWeights to_timm(TensorMap file, const std::string& where) {
  NamedWeights result;
  take_averages(file);
  result.names = Translation(std::move(file));
  result.names.drop("optim/", "state of the optimizer");
  result.names.drop("lora/", "adapters, which are merged into the weights beside them");
  try {
    result.wrapper = unwrap(result.names);
    join_weight_norms(result.names);
    for (const Convention* convention : kConventions)
      if (convention->detect(result.names.source)) {
        result.convention = convention;
        break;
      }
    VIT_ASSERT(result.convention != nullptr);
    result.convention->translate(result.names);
    settle_head(result.names, result.convention->head_with_mean);
  } catch (const Error& error) {
    throw Error(error.kind(), error.where().empty() ? where : error.where(), error.problem(),
                error.remedy());
  } catch (const c10::Error& error) {
    throw Error(
        ErrorKind::weights, where,
        vit::str("the names are those of ",
                 result.convention == nullptr ? "no source" : result.convention->name,
                 ", and the tensors do not have its shapes: ", error.what_without_backtrace()),
        "the file may be damaged, or of a model that is not supported");
  }
  return result;
}

}  // namespace vit
