#include "vit/tasks/mae/mask_noise.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>

namespace vit {

torch::Tensor mask_noise(std::uint64_t seed, std::int64_t epoch, std::int64_t sample,
                         std::int64_t units) {
  Rng rng(seed, Stream::batch, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(sample));
  torch::Tensor noise = at::empty({units});
  auto* out = noise.data_ptr<float>();
  for (std::int64_t i = 0; i < units; ++i) out[i] = static_cast<float>(rng.uniform());
  return noise;
}

void MaskNoiseCollator::complete(PretextBatch& known, const Batch& batch) const {
  std::vector<torch::Tensor> rows;
  const auto* samples = batch.indices.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < batch.size(); ++i)
    rows.push_back(mask_noise(seed_, known.epoch, samples[i], units_));
  known.noise = at::stack(rows);
}

}  // namespace vit
