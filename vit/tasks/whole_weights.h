#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vit/models/image_model.h"
#include "vit/weights/load.h"
#include "vit/weights/state_dict.h"

namespace vit {

/// Takes out the tensors whose names begin with a prefix, without it.
[[nodiscard]] std::map<std::string, torch::Tensor> take_below(
    std::map<std::string, torch::Tensor>& all, std::string_view prefix);

/// Weights of a whole network: a backbone, and what a task has built on it.
struct WholeWeights {
  std::filesystem::path path;
  std::string format;
  std::string part;  ///< which dict of a checkpoint, see StateDict
  std::map<std::string, std::string> metadata;
  std::map<std::string, torch::Tensor> tensors;  ///< averages in their place, where there are some

  /// Takes out the tensors below a prefix, without it.
  [[nodiscard]] std::map<std::string, torch::Tensor> take(std::string_view prefix);
  /// The names of the classes, where it is a checkpoint of a run; else empty.
  [[nodiscard]] std::vector<std::string> labels() const;
};

/// Reads weights of any format. Throws Error (weights).
[[nodiscard]] WholeWeights read_whole_weights(const std::filesystem::path& path);

/// Whether the file has tensors whose names begin with each of these, averaged ones (`ema/`) too;
/// false where it cannot be read: whoever loads it says why.
[[nodiscard]] bool has_parts(const std::filesystem::path& weights,
                             const std::vector<std::string>& prefixes);

/// Loads a network whose `backbone` is below `backbone.` and whose other tensors have their own
/// names, from weights under the same names (those of the backbone in any known naming). Throws
/// Error (weights) that lists all that does not fit; `remedy` says what to do then.
LoadReport load_whole(torch::nn::Module& network, ImageModel& backbone, WholeWeights weights,
                      const std::string& remedy);
/// The same where the backbone's weights, `body`, were found by their own way.
LoadReport load_whole(torch::nn::Module& network, ImageModel& backbone, WeightsFile body,
                      const WholeWeights& others, const std::string& remedy);
/// Loads the backbone alone; everything else is left as it is, and told as left out.
LoadReport load_backbone(ImageModel& backbone, WholeWeights weights);
/// The same where the backbone's weights, `body`, were found by their own way.
LoadReport load_backbone(ImageModel& backbone, WeightsFile body, const WholeWeights& others);

/// Puts rows of a classifier's tensors (`names`, whose first dimension counts classes) into the
/// places of the classes of the same name: `own` are the network's classes and its tensors as they
/// are, `theirs` the file's. Returns what became of which class, "" where all are the same.
std::string join_class_rows(WholeWeights& weights, const torch::nn::Module& network,
                            const std::vector<std::string>& names,
                            const std::vector<std::string>& theirs,
                            const std::vector<std::string>& own);

}  // namespace vit
