#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "vit/models/image_model.h"
#include "vit/weights/load_report.h"
#include "vit/weights/naming/convention.h"

namespace vit {

struct LoadOptions {
  bool reset_head = false;  ///< keep the model's own classifier, whatever the file holds
  /// How positions are resampled to another grid; none: as the file's source does it.
  std::optional<Interpolation> pos_embed_resample = std::nullopt;
  /// Picture size that the file's positions are for; none: a square grid.
  std::optional<Size2> file_img_size = std::nullopt;
  /// The file's classifier must be loaded: nobody asked for a model without one.
  bool needs_head = false;
  bool recognised = false;  ///< the model was made for the file, so that no other would fit better
};

/// A weights file, read, with its tensors under timm's names.
struct WeightsFile {
  std::filesystem::path path;
  std::string format;
  std::string part;  ///< which dict of a checkpoint, as in `model_ema`; "" where there is one
  std::map<std::string, std::string> metadata;
  NamedWeights weights;
};

/// Reads weights of any known format and naming: a file, the shards of an index, what lies in a
/// folder, an adapter merged into its base, pretrained weights by their name (see weights_path).
/// `path` of the result is the file that they were read from. Throws Error (weights).
[[nodiscard]] WeightsFile open_weights(const std::filesystem::path& path);

/// Copies the weights of a file into `model`, converting element types; a grid of positions, a
/// patch size or a number of channels that differs is resampled. Nothing is silent: throws Error
/// (weights) that lists every missing, unexpected and mismatched tensor unless all fit; the model
/// is left as it was then.
LoadReport load_weights(ImageModel& model, const WeightsFile& file,
                        const LoadOptions& options = {});
/// The same from a file that is read for this model alone: tensors of its own kind and place become
/// the model's without a copy, so that a large model is in memory once.
LoadReport load_weights(ImageModel& model, WeightsFile&& file, const LoadOptions& options = {});
LoadReport load_weights(ImageModel& model, const std::filesystem::path& path,
                        const LoadOptions& options = {});

}  // namespace vit
