#include "vit/train/batch_plan.h"

#include <algorithm>

namespace vit {

BatchPlan::BatchPlan(std::int64_t samples, LoaderOptions loader, std::int64_t group)
    : samples_(samples), loader_(loader), group_(group) {
  loader_.drop_last = loader.drop_last && samples >= loader.batch_size;
  batches_ = EpochLoader::num_batches(samples, loader_);
}

std::int64_t BatchPlan::group_at(std::int64_t first) const {
  return std::min(group_, batches_ - first);
}

std::int64_t BatchPlan::samples(std::int64_t first, std::int64_t count) const {
  return std::min(samples_, (first + count) * loader_.batch_size) - first * loader_.batch_size;
}

}  // namespace vit
