#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vit/data/batch.h"
#include "vit/optim/clip.h"
#include "vit/optim/optimizer.h"
#include "vit/train/ema.h"
#include "vit/train/grad_scaler.h"
#include "vit/train/sam.h"
#include "vit/train/task.h"

namespace vit {

/// What a training step works on, beside the batches.
struct StepParts {
  Task& task;
  Optimizer& optimizer;
  const OptimOptions& optim;
  c10::Device device;
  std::string amp;  ///< fp32, bf16 or fp16
  std::uint64_t seed = 0;
  Ema* ema = nullptr;
};

/// Which batch a step is of: the random numbers of its forward pass are a function of this.
struct BatchPlace {
  std::int64_t epoch = 0, batch = 0;
};

/// One step of training, the same for the trainer, for what searches a learning rate or a batch
/// size, and for what measures speed: random numbers, autocast, loss scaling, clipping, SAM, the
/// update and the moving averages.
class TrainStep {
 public:
  /// `scaler` is kept up to date.
  TrainStep(const StepParts& parts, GradScalerState& scaler);

  /// Forward pass and loss of a batch. The same random numbers each time.
  TaskStep forward(const Batch& batch, BatchPlace place, double drop_path_factor = 1.0);
  /// Adds `share` of the step's gradient to what is there.
  void backward(const TaskStep& step, double share = 1.0);

  struct Update {
    bool finite = true;  ///< else the weights are as before
    double grad_norm = 0;
  };
  /// Clips the gradients, updates the weights by `rates` and the averages as after update `number`
  /// (counted from 0), and forgets the gradients.
  Update update(UpdateRates rates, std::int64_t number,
                std::optional<double> ema_decay = std::nullopt);

  /// Sharpness-aware minimisation needs the batches of an update twice: `again` makes their
  /// gradients once more, uphill from the weights. `before_change` is called before these move.
  [[nodiscard]] bool climbs() const { return sam_.enabled(); }
  void uphill(const std::function<void()>& before_change, const std::function<void()>& again);

  /// All of it for one batch: what the step itself told, and its update.
  struct Whole {
    double loss = 0;
    Update update;
  };
  Whole whole(const Batch& batch, BatchPlace place, const UpdateRates& rates);

 private:
  StepParts parts_;
  std::vector<std::string> heads_;
  std::vector<torch::Tensor> parameters_;
  GradScaler scaler_;
  Sam sam_;
};

}  // namespace vit
