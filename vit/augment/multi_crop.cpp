#include "vit/augment/multi_crop.h"

#include "vit/augment/color_jitter.h"
#include "vit/augment/pixel_range.h"
#include "vit/augment/random_resized_crop.h"
#include "vit/augment/simple_ops.h"
#include "vit/core/error.h"

namespace vit {
namespace {

/// What makes the views differ besides their crops.
struct Look {
  double blur, solarize;
};

AugmentList operations(const ViewOptions& options, const Look& look) {
  AugmentList ops;
  auto crop = std::make_unique<RandomResizedCrop>();
  crop->size = options.size;
  crop->scale = options.scale;
  ops.add(std::move(crop));
  ops.add(std::make_unique<HorizontalFlip>());
  auto jitter = std::make_unique<ColorJitter>();
  jitter->brightness = jitter->contrast = 0.4;
  jitter->saturation = 0.2;
  jitter->hue = 0.1;
  jitter->p = 0.8;
  ops.add(std::move(jitter));
  auto grey = std::make_unique<Grayscale>();
  grey->p = 0.2;
  ops.add(std::move(grey));
  auto blur = std::make_unique<GaussianBlur>();
  blur->p = look.blur;
  ops.add(std::move(blur));
  auto solar = std::make_unique<Solarize>();
  solar->p = look.solarize;
  ops.add(std::move(solar));
  return ops;
}

}  // namespace

void describe(FieldVisitor& visitor, ViewOptions& o) {
  visitor.field({"crops", &o.crops, "views of this kind", {0, 64}});
  visitor.field({"size", &o.size, "pixels, one number or [height, width]", kSidePixels});
  visitor.field({"scale", &o.scale, "least and largest part of the picture's area", kPositive});
}

void describe(FieldVisitor& visitor, MultiCropOptions& o) {
  visitor.field({"enabled", &o.enabled, "make several views of each picture"});
  visitor.section("global", "views that cover much of the picture",
                  [&](FieldVisitor& inner) { describe(inner, o.global); });
  visitor.section("local", "views that cover little of it",
                  [&](FieldVisitor& inner) { describe(inner, o.local); });
}

MultiCrop::MultiCrop(const MultiCropOptions& options, const InputSpec& preprocessing,
                     std::uint64_t seed)
    : seed_(seed) {
  if (options.global.crops < 1)
    throw Error(ErrorKind::usage, "augment.multi_crop.global.crops", "is 0",
                "a batch's pictures are its first global view: make one at least");
  const auto add = [&](const ViewOptions& view, const Look& look) {
    InputSpec input = preprocessing;
    input.img_size = view.size;
    views_.push_back({input, operations(view, look)});
    for (const auto& op : views_.back().ops.ops()) op->adapt(input);
  };
  for (std::int64_t i = 0; i < options.global.crops; ++i)
    add(options.global, i == 0 ? Look{1.0, 0} : Look{0.1, 0.2});
  for (std::int64_t i = 0; i < options.local.crops; ++i) add(options.local, Look{0.5, 0});
}

void MultiCrop::apply(const Sample& sample, std::int64_t epoch, std::int64_t index, std::size_t i,
                      float* out) const {
  // Each view has a stretch of the sample's sequence of its own.
  Rng rng(seed_, Stream::augment, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(index));
  rng.seek(static_cast<std::uint64_t>(i) << 32);
  Sample view = sample;
  for (const auto& op : views_[i].ops.ops()) op->apply(view, rng);
  normalize(view.image, views_[i].preprocessing, out);
}

}  // namespace vit
