#include "vit/tasks/caption/sentence_collator.h"

#include <ATen/ops/empty.h>

#include "vit/core/rng.h"

namespace vit {

void SentenceCollator::finish(Batch& batch, std::int64_t epoch, std::int64_t /*number*/) const {
  if (parallel_ <= 0) return;
  auto texts = std::make_shared<Texts>(batch.annotations_as<Texts>());
  texts->not_given = at::empty({batch.size()}, torch::kBool);
  const auto* samples = batch.indices.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < batch.size(); ++i)
    texts->not_given.mutable_data_ptr<bool>()[i] =
        Rng(seed_, Stream::batch, static_cast<std::uint64_t>(epoch),
            static_cast<std::uint64_t>(samples[i]))
            .uniform() < parallel_;
  batch.annotations = std::move(texts);
}

}  // namespace vit
