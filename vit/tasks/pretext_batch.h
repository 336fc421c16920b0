#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vit/data/collator.h"

namespace vit {

/// What a task that learns without labels knows of a training batch: where in the run it stands,
/// from which follows everything that is drawn for it. So that the same batch is the same again
/// after a resume, and with any number of workers.
class PretextBatch final : public Annotations {
 public:
  [[nodiscard]] std::shared_ptr<Annotations> clone() const override {
    return std::make_shared<PretextBatch>(*this);
  }
  [[nodiscard]] std::vector<torch::Tensor*> tensors() override { return {&noise}; }

  std::int64_t epoch = 0, number = 0;  ///< of the batch in its epoch
  torch::Tensor noise;                 ///< [B, N], which decides what is masked; may be undefined
};

/// Notes where a batch stands.
class PretextCollator : public Collator {
 public:
  [[nodiscard]] std::shared_ptr<Annotations> allocate(
      std::int64_t /*rows*/, Size2 /*size*/,
      const torch::TensorOptions& /*memory*/) const override {
    return std::make_shared<PretextBatch>();
  }
  void put(Annotations& /*annotations*/, std::int64_t /*row*/,
           const Sample& /*sample*/) const override {}
  void finish(Batch& batch, std::int64_t epoch, std::int64_t number) const override {
    const auto known = std::make_shared<PretextBatch>();
    known->epoch = epoch;
    known->number = number;
    complete(*known, batch);
    batch.annotations = known;
  }

 protected:
  /// Draws what the task wants to be drawn.
  virtual void complete(PretextBatch& /*known*/, const Batch& /*batch*/) const {}
};

}  // namespace vit
