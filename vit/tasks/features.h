#pragma once

#include <torch/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/tasks/task_config.h"

namespace vit {

/// What a frozen model makes of a data set.
struct CachedFeatures {
  torch::Tensor values;  ///< [N, D] float32, what the head is given
  torch::Tensor labels;  ///< [N] int64
};

/// Computes features without augmentation. `body`: a model without a head. Nothing where `stop` was
/// set on the way.
[[nodiscard]] std::optional<CachedFeatures> extract_features(
    ImageModel& body, const Dataset& data, const Pipeline& pipeline, const LoaderOptions& loader,
    c10::Device device, const std::string& amp, const std::atomic<bool>* stop);

/// The features in the file where they are those of its key; otherwise computes them and writes the
/// file.
[[nodiscard]] std::optional<CachedFeatures> cached_features(
    const FeatureFile& file, const std::function<std::optional<CachedFeatures>()>& compute);

/// Batches of features in place of images, in this order, from batch `first` on. `features` must
/// outlive the object.
[[nodiscard]] std::unique_ptr<BatchSource> feature_batches(const CachedFeatures& features,
                                                           std::vector<std::int64_t> order,
                                                           const LoaderOptions& loader,
                                                           std::int64_t first);

}  // namespace vit
