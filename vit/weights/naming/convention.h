#pragma once

#include <span>
#include <string>
#include <string_view>

#include "vit/weights/naming/translation.h"
#include "vit/weights/naming/unwrapping.h"
#include "vit/weights/resample.h"

namespace vit {

/// How one source of weights names its tensors, and what it does when a grid of another size is
/// asked for.
struct Convention {
  std::string_view name;  ///< as the load report says it
  /// Whether a file whose tensors have these names is of this source.
  bool (*detect)(const TensorMap& file);
  /// Moves what it knows from `source` to `tensors`, under timm's names.
  void (*translate)(Translation& translation);
  Interpolation pos_embed = Interpolation::bicubic_antialias;
  Interpolation patch_embed = Interpolation::bicubic_antialias;
  /// How the source normalises its pixels: `imagenet`, `inception`, `clip`, or "" where it is not
  /// known.
  std::string_view pixels{};
  /// Its grids of positions are always square.
  bool square = true;
  /// A classifier of twice the width reads the class token beside the mean of the patches.
  bool head_with_mean = false;
};

// One file each.
extern const Convention kGoogle;
extern const Convention kTorchvisionViT;
extern const Convention kOpenAIClip, kOpenClipTimm;
extern const Convention kTransformersClip, kTransformersSiglip;
extern const Convention kTransformersViT, kTransformersMAE, kTransformersDINOv2,
    kTransformersDINOv2Registers, kTransformersDINOv3, kTransformersBeit;
extern const Convention kTransformersConvNeXt, kTransformersResNet;
extern const Convention kOpenMMLabViT, kOpenMMLabConvNeXt;
extern const Convention kViTDet, kSam;
extern const Convention kSegmenter, kMAE, kDINO, kDINOv2, kDINOv2Registers, kDINOv3;
extern const Convention kDeiT3, kBeit, kConvNeXt, kTorchvisionConvNeXt, kTimm;

/// All of them, in the order in which they are tried; the last one takes everything.
[[nodiscard]] std::span<const Convention* const> conventions();

/// Weights under timm's names.
struct NamedWeights {
  const Convention* convention = nullptr;
  std::string wrapper;  ///< prefix that all names had, as in `module.`; "" for none
  Translation names = Translation(TensorMap());
};

/// Finds out which convention a file follows and translates it. Throws Error (weights) at `where`
/// where the tensors do not have the shapes that their names promise, or are of several models.
[[nodiscard]] NamedWeights to_timm(TensorMap file, const std::string& where);

}  // namespace vit
