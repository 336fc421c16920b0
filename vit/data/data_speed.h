#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/data/dataset.h"
#include "vit/data/loader.h"

/// How fast pictures become batches.
namespace vit {

/// All pictures below a folder, whatever its layout, with label 0: for measuring. Throws Error
/// (data) where there is none.
[[nodiscard]] std::unique_ptr<Dataset> pictures_below(const std::filesystem::path& root);

/// Seconds for each of `epochs` passes through the loader, after one to warm up.
[[nodiscard]] std::vector<double> time_epochs(const Dataset& data, const Pipeline& pipeline,
                                              std::uint64_t seed, const LoaderOptions& options,
                                              std::int64_t epochs);

/// The same for reading and decoding alone, on the crops that `pipeline` makes: nothing is scaled,
/// changed or assembled.
[[nodiscard]] std::vector<double> time_decoder(const Dataset& data, const Pipeline& pipeline,
                                               std::int64_t threads, std::int64_t epochs);

}  // namespace vit
