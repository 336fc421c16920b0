#pragma once

#include <cstdint>

#include "vit/data/loader.h"

namespace vit {

/// How an epoch is cut into batches, and batches into updates.
class BatchPlan {
 public:
  /// `loader.drop_last` is taken back where it would leave nothing. `group`: batches of an update.
  BatchPlan(std::int64_t samples, LoaderOptions loader, std::int64_t group);

  [[nodiscard]] const LoaderOptions& loader() const { return loader_; }
  [[nodiscard]] std::int64_t batches() const { return batches_; }
  [[nodiscard]] std::int64_t updates() const { return (batches_ + group_ - 1) / group_; }
  /// Batches of the update that batch `first` begins.
  [[nodiscard]] std::int64_t group_at(std::int64_t first) const;
  /// Samples of `count` batches from `first` on.
  [[nodiscard]] std::int64_t samples(std::int64_t first, std::int64_t count) const;

 private:
  std::int64_t samples_;
  LoaderOptions loader_;
  std::int64_t group_, batches_;
};

}  // namespace vit
