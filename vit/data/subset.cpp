#include "vit/data/subset.h"

#include <algorithm>
#include <map>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/data/sampler.h"

namespace vit {
namespace {

class Subset final : public Dataset {
 public:
  Subset(std::unique_ptr<Dataset> data, std::vector<std::int64_t> indices)
      : data_(std::move(data)), indices_(std::move(indices)) {}

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(indices_.size());
  }
  [[nodiscard]] Sample get(std::int64_t index) const override { return data_->get(at(index)); }
  [[nodiscard]] Sample read(std::int64_t index) const override { return data_->read(at(index)); }
  void annotate(std::int64_t index, Sample& sample) const override {
    data_->annotate(at(index), sample);
  }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return data_->label(at(index));
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return data_->source(at(index));
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return data_->classes();
  }
  [[nodiscard]] const std::vector<std::string>& mask_classes() const override {
    return data_->mask_classes();
  }
  [[nodiscard]] const DataNotes& notes() const override { return data_->notes(); }

 private:
  [[nodiscard]] std::int64_t at(std::int64_t index) const {
    return indices_[static_cast<std::size_t>(index)];
  }

  std::unique_ptr<Dataset> data_;
  std::vector<std::int64_t> indices_;
};

/// The samples of each class, shuffled: the same for every use of one seed.
std::map<std::int64_t, std::vector<std::int64_t>> shuffled_classes(const Dataset& data,
                                                                   std::uint64_t seed) {
  std::map<std::int64_t, std::vector<std::int64_t>> classes;
  for (const std::int64_t index : shuffled_order(data.size(), seed, 0))
    classes[data.label(index)].push_back(index);
  return classes;
}

}  // namespace

std::unique_ptr<Dataset> subset_of(std::unique_ptr<Dataset> data,
                                   std::vector<std::int64_t> indices) {
  return std::make_unique<Subset>(std::move(data), std::move(indices));
}

std::vector<std::int64_t> stratified_subset(const Dataset& data, std::int64_t count,
                                            std::uint64_t seed) {
  count = std::clamp<std::int64_t>(count, 0, data.size());
  std::vector<std::int64_t> chosen;
  std::int64_t seen = 0;  // samples of the classes so far; shares are cut where they add up
  for (const auto& [label, members] : shuffled_classes(data, seed)) {
    const std::int64_t before = seen * count / data.size();
    seen += static_cast<std::int64_t>(members.size());
    const std::int64_t share = seen * count / data.size() - before;
    chosen.insert(chosen.end(), members.begin(), members.begin() + share);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<std::int64_t> fold_of_each(const Dataset& data, std::int64_t folds,
                                       std::uint64_t seed) {
  VIT_ASSERT(folds > 0);
  std::vector<std::int64_t> fold(static_cast<std::size_t>(data.size()));
  std::int64_t next = 0;  // goes on from class to class, so that no part gets all the remainders
  for (const auto& [label, members] : shuffled_classes(data, seed))
    for (const std::int64_t index : members) fold[static_cast<std::size_t>(index)] = next++ % folds;
  return fold;
}

void describe(FieldVisitor& visitor, SubsetOptions& o) {
  visitor.field({"subset", &o.subset,
                 "of the training samples: a part (up to 1) or a number (above 1), by class",
                 kPositive});
  visitor.field({"folds",
                 &o.folds,
                 "cross-validation: parts of the training samples; 0: the data's own validation",
                 {0, 1000}});
  visitor.field({"fold", &o.fold, "the part to validate on, from 0", {0, 999}});
  visitor.field({"val_split",
                 &o.val_split,
                 "validate on this part of the training samples, by class, where there is no "
                 "validation split; 0: the data's own",
                 {0, 0.95}});
  visitor.field({"subset_seed", &o.subset_seed, "of subset, folds and val_split", kNonNegative});
}

}  // namespace vit
