#include "vit/config/experiment_data.h"

#include <cmath>
#include <utility>

#include "vit/core/error.h"

namespace vit {
namespace {

/// Training on all parts but one, validation on that one, both of the training samples.
DataSplits cross_validated(const DataSpec& set, const SubsetOptions& options) {
  if (options.fold >= options.folds)
    throw Error(ErrorKind::usage, "data.fold",
                str("is ", options.fold, ", and there are ", options.folds, " folds"),
                "parts are counted from 0");
  // Two of them, as each takes its data set over.
  std::unique_ptr<Dataset> train = open_data(set).train, val = open_data(set).train;
  const std::vector<std::int64_t> fold =
      fold_of_each(*train, options.folds, static_cast<std::uint64_t>(options.subset_seed));
  std::vector<std::int64_t> inside, outside;
  for (std::size_t i = 0; i < fold.size(); ++i)
    (fold[i] == options.fold ? inside : outside).push_back(static_cast<std::int64_t>(i));
  if (inside.empty() || outside.empty())
    throw Error(ErrorKind::usage, "data.folds",
                str("is ", options.folds, ", and there are ", fold.size(), " training samples"),
                "use fewer folds");
  return {subset_of(std::move(train), std::move(outside)),
          subset_of(std::move(val), std::move(inside))};
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

}  // namespace

DataSplits open_data(const DataConfig& data) {
  if (data.decoding.exif_orientation && data.cache.cache != "none")
    throw Error(ErrorKind::usage, "data.exif_orientation",
                str("is true, and data.cache: ", data.cache.cache,
                    " keeps pictures as they lie in their files"),
                "turn one of the two off");
  DataSplits splits =
      data.subset.folds > 0 ? cross_validated(data.set, data.subset) : open_data(data.set);
  splits.train = reduced(std::move(splits.train), data.subset);
  splits.train = cached(std::move(splits.train), data.cache, data.set.name + "-train");
  splits.val = cached(std::move(splits.val), data.cache, data.set.name + "-val");
  return splits;
}

}  // namespace vit
