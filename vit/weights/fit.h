#pragma once

#include <optional>
#include <string>

#include "vit/models/image_model.h"
#include "vit/weights/load.h"

namespace vit {

/// A tensor of a file changed so that it fits the model.
struct Fitted {
  torch::Tensor tensor;
  std::string what;  ///< what was done, for the report
};

/// Resamples `name` of the file to the shape of the model's `target`: positions to another grid,
/// patch kernels to another patch size, first convolutions to another number of channels. None
/// where that is not what differs.
[[nodiscard]] std::optional<Fitted> fit(const std::string& name, const torch::Tensor& tensor,
                                        const torch::Tensor& target, const ImageModel& model,
                                        Size2 patch, const NamedWeights& file,
                                        const LoadOptions& options);

}  // namespace vit
