#pragma once

#include "vit/config/experiment.h"

namespace vit {

/// Opens the data of an experiment: the data set, cut as `data.subset` or `data.folds` says, and
/// behind its cache. Throws Error (data), and Error (usage) where `fold` is not below `folds`, or
/// where pictures are to be turned upright and cached.
[[nodiscard]] DataSplits open_data(const DataConfig& data);

}  // namespace vit
