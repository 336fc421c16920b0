#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vit/models/image_model.h"

namespace vit {

/// The class names that weights bring along: a checkpoint's of ours, or those of what describes
/// them beside them. Empty where there are none.
[[nodiscard]] std::vector<std::string> labels_of(const std::filesystem::path& weights);

/// Joins the outputs of a classifier, whose names are `of_model`, with the classes of data by their
/// names: where the same names stand in another order, the rows of the head are put into the
/// data's. Returns what a reader should know, "" for nothing: that the order was changed, or that
/// the names are others, with both lists. Does nothing where either side has no names, or another
/// number of them than the other. Throws Error (data) where some names are the same and stand
/// elsewhere, and others are not: no order joins them.
[[nodiscard]] std::string join_labels(ImageModel& model, const std::vector<std::string>& of_model,
                                      const std::vector<std::string>& of_data,
                                      const std::string& where);

}  // namespace vit
