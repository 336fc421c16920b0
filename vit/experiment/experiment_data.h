#pragma once

#include <string>
#include <vector>

#include "vit/experiment/experiment.h"

namespace vit {

/// Opens the data of an experiment: the data set, cut as `data.subset`, `data.folds` or
/// `data.val_split` says, and behind its cache. Where folds or a part of the training samples
/// validate, the data's own validation split is not opened, and need not be there. Throws Error
/// (data), and Error (usage) where `fold` is not below `folds`, where both are set, or where
/// pictures are to be turned upright and cached.
/// `needs` is what the samples are used for: what is costly to make and not named there is left out
/// of them (masks of objects).
[[nodiscard]] DataSplits open_data(const DataConfig& data, const SampleParts& needs = {});

/// Throws Error (usage) where the samples of this kind of data set cannot hold what the task needs,
/// and says which kinds do. Opens nothing.
void require_data_for(const TaskSpec& task, const DataSpec& set);

/// Throws Error (data) at the first sample that lacks what the task needs, by its name. Decodes
/// nothing.
void require_samples_for(const TaskSpec& task, const Dataset& data);

/// Opens the data of an experiment, and asks it for what the task and the sampler need, so that
/// nothing runs without. Throws what open_data, require_data_for and require_samples_for do, and
/// Error (usage) for a sampler without weights.
[[nodiscard]] DataSplits open_data(const Experiment& experiment);

/// What a person should know of the data when training starts, a line each: what was left out or
/// mended, and a batch that is larger than the data.
[[nodiscard]] std::vector<std::string> data_remarks(const DataConfig& data,
                                                    const DataSplits& splits);

/// What a model is evaluated on: the validation samples of the same data, for which training's need
/// not be there if they lie by themselves.
[[nodiscard]] std::unique_ptr<Dataset> open_val_data(const DataConfig& data,
                                                     const SampleParts& needs);

}  // namespace vit
