#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/image/input_spec.h"
#include "vit/weights/load.h"

namespace vit {

/// What a weights file says about the model that it is for.
struct Recognised {
  std::string name;  ///< of `vit models`: the nearest variant, whose options the others change
  /// Keys of `model`, with values as they are written in an experiment: `patch_size`: `[14, 14]`.
  std::map<std::string, std::string> options;
  std::string source;                    ///< what it was recognised by
  std::vector<std::string> assumptions;  ///< what could not be known
  std::vector<std::string> labels;       ///< class names, where config.json has them
  // How pictures become numbers, where it is known.
  std::optional<std::vector<double>> mean, std;
  std::optional<std::string> interpolation;
  std::optional<double> crop_pct;
  std::optional<std::string> crop_mode, crop_offset;
  std::optional<std::vector<double>> crop_fill;
  bool exif_orientation = false;     ///< images are turned upright; no other library has this
  std::optional<Size2> pixels_size;  ///< that transformers' processor gives the model
  std::optional<Size2> img_size;     ///< that the file's positions are for
};

/// Finds the architecture of a weights file: from what lies beside it (config.json of transformers
/// or timm, open_clip_config.json), else from names and shapes alone; what cannot be known, such as
/// the number of heads, is assumed and said. `picture`: size of the images that it is wanted for,
/// which tells how positions lie where their number does not. Throws Error (weights) where the file
/// is of no model that is here, and where what lies beside it says what is not known here or is of
/// another model.
[[nodiscard]] Recognised recognise(const WeightsFile& file,
                                   std::optional<Size2> picture = std::nullopt);

/// The same without looking at files beside it.
[[nodiscard]] Recognised recognise_shapes(const NamedWeights& weights,
                                          std::optional<Size2> picture = std::nullopt);

/// Values as they are written in an experiment.
[[nodiscard]] std::string option_text(Size2 size);
[[nodiscard]] std::string option_text(const std::vector<std::int64_t>& values);
[[nodiscard]] std::string option_text(double value);

}  // namespace vit
