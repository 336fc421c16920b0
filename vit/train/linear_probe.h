#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vit/train/trainer.h"

namespace vit {

/// What a frozen model makes of a data set.
struct Features {
  torch::Tensor values;  ///< [N, D] float32, what the head is given
  torch::Tensor labels;  ///< [N] int64
};

/// Computes features without augmentation. `body`: a model without a head. Nothing where `stop` was
/// set on the way.
[[nodiscard]] std::optional<Features> extract_features(ImageModel& body, const Dataset& data,
                                                       const Pipeline& pipeline,
                                                       const LoaderOptions& loader,
                                                       c10::Device device, const std::string& amp,
                                                       const std::atomic<bool>* stop);

/// The features in `file` where they are those of `key` (all that they depend on); otherwise
/// computes them and writes the file.
[[nodiscard]] std::optional<Features> cached_features(
    const std::filesystem::path& file, const std::string& key,
    const std::function<std::optional<Features>()>& compute);

/// Trains the classifier of `parts.model`, a linear layer, on features; the rest of the model stays
/// as it is. As the trainer: an epoch's order from the seed, the optimizer and schedule of the
/// parts. Leaves the best epoch's weights in the model, and tells the observers of each epoch.
void train_linear_probe(TrainingParts& parts, const Features& train, const Features& val,
                        const std::vector<Observer*>& observers, TrainingState& state,
                        double smoothing);

}  // namespace vit
