#include "vit/tasks/classify/collator.h"

#include <torch/utils.h>

#include "vit/report/number.h"
#include "vit/tasks/classify/mixup.h"

namespace vit {

void MixingCollator::finish(Batch& batch, std::int64_t epoch, std::int64_t number) const {
  if (!options_.on() || num_classes_ == 0) return;
  Rng rng(seed_, Stream::batch, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(number));
  const bool mixing = options_.mixup_off_epoch == 0 || epoch < options_.mixup_off_epoch;
  const auto mixed = std::make_shared<ClassLabels>(labels_of(batch));
  mixed->targets =
      mix_batch(options_, batch.images, mixed->labels, num_classes_, smoothing_, mixing, rng);
  batch.annotations = mixed;
}

std::string MixingCollator::caption(const Annotations& annotations, std::int64_t row,
                                    const std::vector<std::string>& classes) const {
  const torch::Tensor& all = dynamic_cast<const ClassLabels&>(annotations).targets;
  if (!all.defined()) return {};
  const torch::Tensor targets = all[row];
  const float least = targets.min().item<float>();  // what smoothing gives to every class
  std::string text;
  for (std::int64_t k = 0; k < targets.numel(); ++k) {
    const float share = targets[k].item<float>();
    if (share > least)
      text += (text.empty() ? "" : ", ") + classes[static_cast<std::size_t>(k)] + " " +
              fixed(static_cast<double>(share), 2);
  }
  return text;
}

}  // namespace vit
