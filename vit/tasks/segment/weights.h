#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vit/tasks/segment/network.h"
#include "vit/weights/load_report.h"

namespace vit {

/// Whether these are weights of a whole segmenter: `backbone.*` and `decode_head.*`, as our own
/// checkpoints have them, or `encoder.*` and `decoder.*`, as Segmenter's repository.
[[nodiscard]] bool is_segmenter(const std::filesystem::path& weights);

/// Loads them by name; averages in their place, where a checkpoint has some. Positions of another
/// grid are resampled as their source does it, and the classes of a checkpoint are joined with
/// `classes` by their names. Throws Error (weights) that lists all that does not fit.
LoadReport load_segmenter(SegmentNetwork& network, const std::filesystem::path& weights,
                          const std::vector<std::string>& classes);

/// What the weights say of the head: its kind, its sizes, the number of classes. What they do not
/// say (the heads of its attention) stays as it is.
void take_head_from(const std::filesystem::path& weights, SegmentOptions& options,
                    std::int64_t& num_classes);

}  // namespace vit
