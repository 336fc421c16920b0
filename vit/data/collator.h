#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/batch.h"
#include "vit/image/sample.h"

namespace vit {

/// Makes the annotations of a batch from its samples, as a task needs them.
class Collator {
 public:
  virtual ~Collator() = default;
  /// Room for the annotations of `rows` samples whose images become `size`; `memory` says where.
  /// Called by the thread that asks for batches, so that workers never touch LibTorch's allocator.
  [[nodiscard]] virtual std::shared_ptr<Annotations> allocate(
      std::int64_t rows, Size2 size, const torch::TensorOptions& memory) const = 0;
  /// Puts what is known of an augmented sample into its row. Called from any thread; each row is
  /// written once. Throws Error (data), naming the sample, for what the task cannot use.
  virtual void put(Annotations& annotations, std::int64_t row, const Sample& sample) const = 0;
  /// Sees the whole batch, before it is handed out: to mix its samples, say. A pure function of
  /// (epoch, batch).
  virtual void finish(Batch& /*batch*/, std::int64_t /*epoch*/, std::int64_t /*number*/) const {}
  /// What finish made of the sample in this row, for people: `cat 0.70, dog 0.30`; "": nothing.
  [[nodiscard]] virtual std::string caption(const Annotations& /*annotations*/,
                                            std::int64_t /*row*/,
                                            const std::vector<std::string>& /*classes*/) const {
    return {};
  }
};

}  // namespace vit
