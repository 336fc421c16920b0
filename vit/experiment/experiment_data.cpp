#include "vit/experiment/experiment_data.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "vit/core/error.h"

namespace vit {
namespace {

/// Training on some of the training samples, validation on those that `hold_out` says. `key` is
/// what asks for it.
DataSplits divided(const DataSpec& set,
                   const std::function<std::vector<bool>(const Dataset&)>& hold_out,
                   const std::string& key) {
  // Two of them, as each takes its data set over.
  std::unique_ptr<Dataset> train = open_data(set, WantedSplits::train).train,
                           val = open_data(set, WantedSplits::train).train;
  const std::vector<bool> is_held_out = hold_out(*train);
  std::vector<std::int64_t> inside, outside;
  for (std::size_t i = 0; i < is_held_out.size(); ++i)
    (is_held_out[i] ? inside : outside).push_back(static_cast<std::int64_t>(i));
  if (inside.empty() || outside.empty())
    throw Error(ErrorKind::usage, key,
                str("leaves no sample for ", inside.empty() ? "validation" : "training",
                    ": there are ", is_held_out.size(), " training samples"),
                "use fewer folds, or another part");
  return {subset_of(std::move(train), std::move(outside)),
          subset_of(std::move(val), std::move(inside))};
}

/// Training on all parts but one, validation on that one, both of the training samples.
DataSplits cross_validated(const DataSpec& set, const SubsetOptions& options) {
  if (options.fold >= options.folds)
    throw Error(ErrorKind::usage, "data.fold",
                str("is ", options.fold, ", and there are ", options.folds, " folds"),
                "parts are counted from 0");
  return divided(
      set,
      [&](const Dataset& data) {
        std::vector<bool> held_out;
        for (const std::int64_t fold :
             fold_of_each(data, options.folds, static_cast<std::uint64_t>(options.subset_seed)))
          held_out.push_back(fold == options.fold);
        return held_out;
      },
      "data.folds");
}

/// Validation on a part of the training samples, each class in proportion.
DataSplits split_off(const DataSpec& set, const SubsetOptions& options) {
  return divided(
      set,
      [&](const Dataset& data) {
        const double wanted = options.val_split * static_cast<double>(data.size());
        std::vector<bool> held_out(static_cast<std::size_t>(data.size()));
        for (const std::int64_t index :
             stratified_subset(data, std::max<std::int64_t>(std::llround(wanted), 1),
                               static_cast<std::uint64_t>(options.subset_seed)))
          held_out[static_cast<std::size_t>(index)] = true;
        return held_out;
      },
      "data.val_split");
}

std::unique_ptr<Dataset> reduced(std::unique_ptr<Dataset> data, const SubsetOptions& options) {
  if (options.subset == 1) return data;
  const double wanted =
      options.subset < 1 ? options.subset * static_cast<double>(data->size()) : options.subset;
  const auto count = static_cast<std::int64_t>(std::llround(wanted));
  if (count < 1 || count > data->size())
    throw Error(ErrorKind::usage, "data.subset",
                str("asks for ", count, " of ", data->size(), " training samples"),
                "a part is a number up to 1, a count one above 1");
  std::vector<std::int64_t> chosen =
      stratified_subset(*data, count, static_cast<std::uint64_t>(options.subset_seed));
  return subset_of(std::move(data), std::move(chosen));
}

/// The data's own splits. Where there is no validation, the error says what to do.
DataSplits both_splits(const DataSpec& set) {
  try {
    return open_data(set);
  } catch (const Error& problem) {
    if (problem.kind() != ErrorKind::data || !lacks_validation(set)) throw;
    throw Error(ErrorKind::data, problem.where(), problem.problem(),
                str(problem.remedy(), problem.remedy().empty() ? "" : "; ",
                    "or set data.val_split: 0.2, to validate on a part of the training samples"));
  }
}

}  // namespace

DataSplits open_data(const DataConfig& given, const SampleParts& needs) {
  DataConfig data = given;
  if (needs.has(SamplePart::object_masks)) give_object_masks(data.set);
  if (data.decoding.exif_orientation && data.cache.cache != "none")
    throw Error(ErrorKind::usage, "data.exif_orientation",
                str("is true, and data.cache: ", data.cache.cache,
                    " keeps pictures as they lie in their files"),
                "turn one of the two off");
  if (data.subset.folds > 0 && data.subset.val_split > 0)
    throw Error(ErrorKind::usage, "data.val_split",
                str("is ", data.subset.val_split, ", and data.folds says otherwise what validates"),
                "set one of the two to 0");
  DataSplits splits = data.subset.folds > 0       ? cross_validated(data.set, data.subset)
                      : data.subset.val_split > 0 ? split_off(data.set, data.subset)
                                                  : both_splits(data.set);
  splits.train = reduced(std::move(splits.train), data.subset);
  splits.train = cached(std::move(splits.train), data.cache, data.set.name + "-train");
  splits.val = cached(std::move(splits.val), data.cache, data.set.name + "-val");
  return splits;
}

void require_data_for(const TaskSpec& task, const DataSpec& set) {
  const SampleParts needs = task->needs(), parts = parts_of(set);
  if (parts.has_all(needs)) return;
  std::string fitting;
  for (const DataEntry& entry : data_entries())
    if (entry.samples.has_all(needs))
      fitting += (fitting.empty() ? "" : ", ") + std::string(entry.name);
  throw Error(ErrorKind::usage, "data.name",
              str("the samples of ", set.name, " have ", parts.text(), ", and the task ",
                  task.name(), " needs ", needs.text()),
              "data sets that fit: " + fitting);
}

void require_samples_for(const TaskSpec& task, const Dataset& data) {
  if (!task->needs().has(SamplePart::label)) return;
  for (std::int64_t i = 0; i < data.size(); ++i)
    if (data.label(i) < 0)
      throw Error(ErrorKind::data, data.source(i), "has no label",
                  str("the task ", task.name(),
                      " needs one of every sample: label it, or take it out of the data"));
}

DataSplits open_data(const Experiment& experiment) {
  require_data_for(experiment.task, experiment.data.set);
  DataSplits splits = open_data(experiment.data, experiment.task->needs());
  require_samples_for(experiment.task, *splits.train);
  require_samples_for(experiment.task, *splits.val);
  experiment.task->check_data(*splits.train);
  check_sampler(*splits.train, experiment.data.sampler);
  return splits;
}

std::vector<std::string> data_remarks(const DataConfig& data, const DataSplits& splits) {
  std::vector<std::string> remarks;
  // Else it is of the training samples, whose notes are told already.
  const bool validates_on_its_own = data.subset.folds == 0 && data.subset.val_split == 0;
  for (const auto& [name, split] :
       {std::pair("training", splits.train.get()), std::pair("validation", splits.val.get())})
    if (!split->notes().empty() && (split != splits.val.get() || validates_on_its_own))
      remarks.push_back(
          str(name, " data: ", split->notes().line(), " (`vit data check` says which)"));
  if (data.batch_size > splits.train->size())
    remarks.push_back(str("data.batch_size is ", data.batch_size, ", and there are ",
                          splits.train->size(), " training samples: a batch holds all of them"));
  return remarks;
}

std::unique_ptr<Dataset> open_val_data(const DataConfig& data, const SampleParts& needs) {
  if (data.subset.folds == 0 && data.subset.val_split == 0 && data.cache.cache == "none")
    if (std::unique_ptr<Dataset> alone = open_val_alone(data.set)) return alone;
  return open_data(data, needs).val;
}

}  // namespace vit
