#include "vit/augment/pipeline.h"

#include "vit/core/error.h"

namespace vit {

Pipeline::Pipeline(const Preprocessing& preprocessing, bool training, AugmentList ops,
                   std::uint64_t seed)
    : preprocessing_(preprocessing), training_(training), ops_(std::move(ops)), seed_(seed) {
  for (const auto& op : ops_.ops()) op->adapt(preprocessing_);
}

Pipeline Pipeline::training(const Preprocessing& preprocessing, const AugmentList& train,
                            std::uint64_t seed) {
  return {preprocessing, true, train, seed};
}

Pipeline Pipeline::evaluation(const Preprocessing& preprocessing) {
  return {preprocessing, false, AugmentList(), 0};
}

void Pipeline::apply(Sample& sample, std::int64_t epoch, std::int64_t index, float* out) const {
  if (!training_) {
    normalize(eval_transform(sample.image, preprocessing_), preprocessing_, out);
    return;
  }
  Rng rng(seed_, Stream::augment, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(index));
  for (const auto& op : ops_.ops()) op->apply(sample, rng);
  const auto [height, width] = preprocessing_.img_size;
  if (sample.image.height != height || sample.image.width != width)
    throw Error(ErrorKind::usage, "augment.train",
                str("leaves ", sample.source, " at ", sample.image.height, "x", sample.image.width,
                    " pixels, and the model takes ", height, "x", width),
                "add random_resized_crop, random_crop, resize or center_crop to augment.train");
  normalize(sample.image, preprocessing_, out);
}

}  // namespace vit
