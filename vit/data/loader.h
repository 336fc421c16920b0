#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/data/batch.h"
#include "vit/data/collator.h"
#include "vit/data/dataset.h"
#include "vit/data/sampler.h"

namespace vit {

struct LoaderOptions {
  std::int64_t batch_size = 128;
  std::int64_t workers = 2;   ///< threads; 0: decode in the calling thread
  std::int64_t prefetch = 4;  ///< batches prepared ahead
  bool drop_last = false;     ///< leave out a last batch that is not full
  bool pin_memory = false;    ///< page-locked batches, which a GPU copies while it computes
  /// Pictures of an epoch that may be broken. Each is replaced by another sample, by (epoch, index)
  /// alone, and told; one more is an error. 0: the first is.
  std::int64_t max_bad = 0;
  /// Seconds after which a worker that reads one sample is taken for stalled; 0: never.
  double stall_timeout = 600;
  SamplerOptions sampler{};  ///< what a training epoch is made of: for training_order
};

/// Where the batches of an epoch come from, in their order.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The next batch; nothing at the end of the epoch.
  virtual std::optional<Batch> next() = 0;
};

/// Reads one epoch: threads decode and augment the samples of `order` ahead of time, and batches
/// come out in order. What comes out depends on (order, pipeline, epoch) alone, never on the number
/// of threads. A sample that is several times in the order is augmented differently each time. An
/// error in a worker is thrown by the next() that would have returned its batch, and so is a worker
/// that stalls (Error (data), with the file that it reads).
class EpochLoader final : public BatchSource {
 public:
  /// `first_batch` batches are left out at the start: where a resumed epoch goes on.
  /// The data set, the pipeline and the collator must outlive the loader.
  EpochLoader(const Dataset& dataset, const Pipeline& pipeline, const Collator& collator,
              std::vector<std::int64_t> order, std::int64_t epoch, const LoaderOptions& options,
              std::int64_t first_batch = 0);
  /// With the labels of the samples: ClassLabels.
  EpochLoader(const Dataset& dataset, const Pipeline& pipeline, std::vector<std::int64_t> order,
              std::int64_t epoch, const LoaderOptions& options, std::int64_t first_batch = 0);
  ~EpochLoader() override;
  EpochLoader(const EpochLoader&) = delete;
  EpochLoader& operator=(const EpochLoader&) = delete;

  std::optional<Batch> next() override;

  /// Batches of an epoch of `samples` samples.
  [[nodiscard]] static std::int64_t num_batches(std::int64_t samples, const LoaderOptions& options);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A batch of one sample, without annotations.
[[nodiscard]] Batch single_batch(Sample sample, const Pipeline& pipeline);

}  // namespace vit
