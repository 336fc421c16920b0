#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/tasks/detect/rf_detr.h"
#include "vit/weights/load_report.h"
#include "vit/weights/recognise.h"

namespace vit {

/// The ViT of an RF-DETR of Roboflow or transformers, with the names of the outputs (`labels`) and
/// how its images are made; nothing for other weights. `image` as in recognise(). Throws Error
/// (weights) where what lies beside them says what is not known here.
[[nodiscard]] std::optional<Recognised> recognise_rf_detr(const WeightsFile& weights,
                                                          std::optional<Size2> image);

/// What the weights say of the detector: sizes by the tensors, the rest by Roboflow's `args` or
/// transformers' config.json, else as the published model of those sizes has it. `classes` become
/// the names of its outputs: their own, COCO's where there are 91 (its ids, N/A for those of no
/// class), else numbers. Losses and costs stay as they are. Throws Error (weights) for what is not
/// known here.
void take_rf_detr_from(const std::filesystem::path& weights, RfDetrOptions& options,
                       std::vector<std::string>& classes);

/// Loads weights by name, averages in their place where a checkpoint has some. Positions of another
/// grid are resampled as the repository does it; of more groups of queries than the network has,
/// the first are taken. A head of masks that the weights do not have stays as drawn, one that the
/// network does not have is left out. The rows of the class heads are joined by the classes' names
/// (`classes` are the network's): rows of names that the weights do not have stay as drawn, and the
/// report lists them. Throws Error (weights) that lists all that does not fit.
LoadReport load_rf_detr(RfDetr& network, const std::filesystem::path& weights,
                        const std::vector<std::string>& classes);

}  // namespace vit
