#include "vit/tasks/views.h"

#include <ATen/ops/cat.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/models/vit.h"
#include "vit/nn/init.h"
#include "vit/tasks/pretext_batch.h"

namespace vit {

void enable_views(AugmentOptions& augment, const ModelSpec& model, std::int64_t local) {
  MultiCropOptions& views = augment.multi_crop;
  if (views.enabled) return;
  ModelSpec spec = model;
  const Size2 size = img_size(spec);
  const auto* vit = std::get_if<ViTOptions>(&spec.options);
  const Size2 patch = vit != nullptr ? vit->patch_size : Size2{1, 1};
  const auto half = [](std::int64_t length, std::int64_t step) {
    return std::max(step, length / 2 / step * step);
  };
  views = {
      .enabled = true,
      .global = {2, size, {0.4, 1.0}},
      .local = {
          local, {half(size.height, patch.height), half(size.width, patch.width)}, {0.05, 0.4}}};
}

void require_views(const TrainingContext& training, Size2 img_size, const ImageModel& model) {
  const MultiCropOptions& views = training.augment.multi_crop;
  if (!views.enabled || views.global.crops + views.local.crops < 2)
    throw Error(ErrorKind::usage, "augment.multi_crop",
                "makes fewer than two views of an image, and views of one image are compared",
                "leave augment.multi_crop out, or set global.crops: 2");
  const auto* vit = dynamic_cast<const VisionTransformerImpl*>(&model);
  const Size2 patch =
      vit == nullptr || vit->options.dynamic_img_pad ? Size2{1, 1} : vit->options.patch_size;
  const auto check = [&](const ViewOptions& view, const char* kind) {
    if (view.crops == 0) return;
    const std::string key = str("augment.multi_crop.", kind, ".size"),
                      is = str("is ", view.size.height, "x", view.size.width);
    if (view.size.height > img_size.height || view.size.width > img_size.width)
      throw Error(
          ErrorKind::usage, key,
          str(is, ", and the model is for images of ", img_size.height, "x", img_size.width),
          str("set it to at most [", img_size.height, ", ", img_size.width,
              "], or model.img_size to more"));
    if (view.size.height % patch.height != 0 || view.size.width % patch.width != 0)
      throw Error(
          ErrorKind::usage, key,
          str(is, ", which is no whole number of patches of ", patch.height, "x", patch.width),
          str("set it to multiples of [", patch.height, ", ", patch.width, "]"));
  };
  check(views.global, "global");
  check(views.local, "local");
  if (training.loader.batch_size < 2 || training.train_data.size() < 2)
    throw Error(ErrorKind::usage, "data.batch_size",
                vit::str("gives batches of one image (there are ", training.train_data.size(),
                         "), and images are learned by telling them from each other"),
                "set it to 2 or more; a few hundred do better");
}

torch::Tensor of_views(const std::vector<torch::Tensor>& views,
                       const std::function<torch::Tensor(const torch::Tensor& images)>& compute) {
  VIT_ASSERT(!views.empty(), "a batch without views");
  const std::int64_t count = views[0].size(0);
  if (count < 2)
    throw Error(ErrorKind::data, "data.batch_size",
                "a batch has one image, and no other to be told from",
                "set train.drop_last: true, or another data.batch_size");
  std::vector<torch::Tensor> found;
  for (std::size_t first = 0; first < views.size();) {
    std::size_t last = first;
    while (last < views.size() && views[last].sizes() == views[first].sizes()) ++last;
    const std::vector<torch::Tensor> group(views.begin() + static_cast<std::ptrdiff_t>(first),
                                           views.begin() + static_cast<std::ptrdiff_t>(last));
    found.push_back(compute(at::cat(group)));  // [views of this size * B, D]
    first = last;
  }
  return at::cat(found).unflatten(0, {-1, count});
}

Batch random_views(const MultiCropOptions& options, std::int64_t in_chans, std::int64_t size,
                   std::uint64_t seed) {
  Batch batch{.images = {}, .indices = torch::arange(size), .annotations = nullptr};
  for (const ViewOptions* kind : {&options.global, &options.local})
    for (std::int64_t i = 0; i < kind->crops; ++i) {
      torch::Tensor view = torch::empty({size, in_chans, kind->size.height, kind->size.width});
      init::normal(view, 1.0, Rng(seed, Stream::bench, 0, batch.views.size()));
      batch.views.push_back(view);
    }
  batch.images = batch.views.front();
  PretextCollator().finish(batch, 0, 0);
  return batch;
}

}  // namespace vit
