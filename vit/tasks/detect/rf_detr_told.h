#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "vit/weights/source_config.h"

namespace vit {

/// What is told of an RF-DETR beside its tensors, in the words of Roboflow's `args`: num_windows,
/// out_feature_indexes, sa_nheads, ca_nheads, dec_n_points, resolution, class_names,
/// mask_downsample_ratio; and projector_norm_eps, encoder_heads.
struct RfDetrTold {
  std::string where;  ///< that says it; "" where nothing does
  nlohmann::json words = nlohmann::json::object();

  /// A number, at least 1; nothing where it is not told. Throws Error (weights) for anything else.
  [[nodiscard]] std::optional<std::int64_t> number(const char* key) const;
};

/// The `args` of a checkpoint of Roboflow's; nothing told where it has none. Throws Error (weights)
/// where they are of a detector that is not known here.
[[nodiscard]] RfDetrTold told_by_args(const std::filesystem::path& checkpoint);

/// transformers' config.json, with its class's defaults for what it leaves out. Throws Error
/// (weights) where it is of a detector that is not known here.
[[nodiscard]] RfDetrTold told_by_config(const SourceConfig& config);

}  // namespace vit
