#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/tasks/detect/yolos.h"
#include "vit/tasks/whole_weights.h"
#include "vit/weights/recognise.h"

namespace vit {

/// Weights of a whole YOLOS in the names that Yolos has, whoever wrote them: we, its authors
/// (hustvl/YOLOS), or transformers 4 and 5.
struct YolosFile {
  std::string source;    ///< whose names they are
  WeightsFile backbone;  ///< in timm's names, positions without those of the detection tokens
  WholeWeights others;
  std::vector<Translation::Renamed> renamed;  ///< of the others
  /// The image that the positions are for, in whole patches, by config.json or as the published
  /// models have it; else nothing.
  std::optional<Size2> img_size;
  /// What the outputs but the last are called; empty: not known. COCO's outputs by the ids of its
  /// classes; those that no class has are "N/A", as transformers calls them.
  std::vector<std::string> classes;

  [[nodiscard]] std::int64_t detection_tokens() const;
  [[nodiscard]] std::int64_t outputs() const;  ///< of the classifier, with "no object"
};

/// Whether these are weights of a whole YOLOS. False where they cannot be read.
[[nodiscard]] bool is_yolos(const std::filesystem::path& weights);

/// Throws Error (weights) where they are none, or are not of the shapes that their names promise.
[[nodiscard]] YolosFile read_yolos(const std::filesystem::path& weights);

/// The ViT of a YOLOS, from config.json beside the weights, or else from the tensors; the heads of
/// YOLOS-Small-DWR are 55 wide. `image`: the size that its positions are for, where nothing else
/// tells. Nothing where the weights are of no YOLOS. The labels are YolosFile's classes; how an
/// image is cropped is left open, since a detector is shown all of it.
[[nodiscard]] std::optional<Recognised> recognise_yolos(const WeightsFile& weights,
                                                        std::optional<Size2> image);

/// What the weights say of the options, and of the number of classes.
void take_yolos_from(const std::filesystem::path& weights, YolosOptions& options,
                     std::int64_t& num_classes);

}  // namespace vit
