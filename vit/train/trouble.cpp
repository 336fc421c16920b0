#include "vit/train/trouble.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace vit {

std::string trouble_text(const UpdateEvent& event) {
  const bool of_loss = !std::isfinite(event.loss);
  return vit::str(of_loss ? "the loss is " : "the norm of the gradients is ",
                  of_loss ? event.loss : event.grad_norm, " in update ", event.update, " (epoch ",
                  event.epoch, ", batch ", event.batch, " of ", event.batches, ", learning rate ",
                  event.lr, ")");
}

Error trouble_error(const UpdateEvent& event, const std::string& why) {
  return {ErrorKind::numerical,
          vit::str("epoch ", event.epoch, ", batch ", event.batch, " of ", event.batches),
          trouble_text(event) + "; training has diverged" + why,
          vit::str("lower optim.lr, lengthen schedule.warmup_epochs, set optim.clip_grad: 1.0, or "
                   "go on behind such batches with train.on_nan: skip or rollback; `vit runs "
                   "replay RUN --step ",
                   event.update, "` takes the step again; checkpoints of before are untouched")};
}

std::string trouble_json(const UpdateEvent& event) {
  const auto number = [](double value) {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(vit::str(value));
  };
  return nlohmann::json{{"update", event.update},
                        {"epoch", event.epoch},
                        {"batch", event.batch},
                        {"loss", number(event.loss)},
                        {"grad_norm", number(event.grad_norm)},
                        {"lr", event.lr},
                        {"samples", event.samples}}
             .dump(1) +
         "\n";
}

std::optional<double> LossWatch::see(double loss) {
  constexpr std::int64_t kMemory = 100, kFirst = 20;
  const double distance = loss - mean_;
  if (deviations_ > 0 && seen_ >= kFirst && distance > deviations_ * std::sqrt(variance_))
    return mean_;
  ++seen_;
  const double weight = 1.0 / static_cast<double>(std::min(seen_, kMemory));
  mean_ += weight * distance;
  variance_ = (1 - weight) * (variance_ + weight * distance * distance);
  return std::nullopt;
}

}  // namespace vit
