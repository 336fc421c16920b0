#include "vit/run/batch_section.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/data/sampler.h"

namespace vit {

std::optional<Section> batch_section(BuiltExperiment& built) {
  constexpr std::int64_t kImages = 8;
  const TrainingParts parts = built.parts();
  const Pipeline& pipeline =
      parts.pipeline_of_epoch ? parts.pipeline_of_epoch(0) : parts.train_pipeline;
  if (pipeline.view_sizes().size() != 1) return std::nullopt;
  std::vector<std::int64_t> order =
      training_order(parts.train_data, parts.loader.sampler, parts.seed, 0);
  // Those that are mixed are mixed with others of their batch.
  order.resize(
      std::min<std::size_t>(order.size(), static_cast<std::size_t>(parts.loader.batch_size)));
  LoaderOptions loader = parts.loader;
  loader.workers = 0;
  Gallery gallery{.about = "The first images of the first epoch, as the model was given them.",
                  .items = {}};
  try {
    const Collator& collator = parts.task.collator(Split::train);
    const auto batch = EpochLoader(parts.train_data, pipeline, collator, order, 0, loader).next();
    if (!batch) return std::nullopt;
    const torch::Tensor images = batch->images.contiguous();
    const InputSpec& input = pipeline.preprocessing();
    if (images.dim() != 4 || images.size(1) != input.in_chans ||
        images.size(2) != input.img_size.height || images.size(3) != input.img_size.width ||
        images.scalar_type() != torch::kFloat32)
      return std::nullopt;
    for (std::int64_t i = 0; i < std::min(kImages, images.size(0)); ++i) {
      const std::int64_t index = batch->indices[i].item<std::int64_t>();
      std::string caption = collator.caption(*batch->annotations, i, parts.train_data.classes());
      const std::int64_t label = parts.train_data.label(index);
      const auto& classes = parts.train_data.classes();
      if (caption.empty() && label >= 0 && label < static_cast<std::int64_t>(classes.size()))
        caption = classes[static_cast<std::size_t>(label)];
      gallery.items.push_back({denormalize(images[i].const_data_ptr<float>(), input), caption,
                               parts.train_data.source(index)});
    }
  } catch (const Error&) {  // data that is gone meanwhile: the report has the rest
    return std::nullopt;
  }
  return Section{"A training batch", std::move(gallery)};
}

}  // namespace vit
