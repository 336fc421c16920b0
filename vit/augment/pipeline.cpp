#include "vit/augment/pipeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vit/core/error.h"
#include "vit/image/decode.h"
#include "vit/image/header.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

std::optional<MultiCrop> views_of(const AugmentOptions& augment, const InputSpec& input,
                                  std::uint64_t seed) {
  if (!augment.multi_crop.enabled) return std::nullopt;
  const auto refuse = [](const char* key, const char* problem) {
    throw Error(ErrorKind::usage, key, problem, "turn it off, or augment.multi_crop.enabled");
  };
  if (augment.aa) refuse("augment.aa", "multi-crop has operations of its own");
  if (augment.erasing.reprob > 0) refuse("augment.reprob", "multi-crop erases nothing");
  if (augment.mixup.on()) refuse("augment.mixup", "the views of multi-crop are not mixed");
  return MultiCrop(augment.multi_crop, input, seed);
}

/// The first operation that versions of a sample do not share: crops and flips before it are.
std::size_t first_varied(const AugmentList& ops) {
  constexpr std::array<std::string_view, 11> kShared = {"center_crop",
                                                        "hflip",
                                                        "mosaic",
                                                        "random_crop",
                                                        "random_iou_crop",
                                                        "random_resized_crop",
                                                        "resize",
                                                        "simple_random_crop",
                                                        "random_scale_crop",
                                                        "rot90",
                                                        "vflip"};
  std::size_t first = 0;
  while (first < ops.size() &&
         std::find(kShared.begin(), kShared.end(), ops.ops()[first]->name()) != kShared.end())
    ++first;
  return first;
}

void check_versions(const AugmentOptions& augment, const AugmentList& ops) {
  if (augment.multi_crop.enabled)
    throw Error(ErrorKind::usage, "augment.multi_crop.enabled",
                "makes views of its own, and the loss wants versions of one crop",
                "turn it off, or choose another task.loss than jsd");
  if (augment.mixup.on())
    throw Error(ErrorKind::usage, "augment.mixup",
                "mixes samples, and the loss compares versions of each one",
                "set mixup and cutmix to 0, or choose another task.loss than jsd");
  if (first_varied(ops) == ops.size())
    throw Error(ErrorKind::usage, "augment",
                "has nothing but crops and flips, which all versions of a sample share: they would "
                "be equal",
                "set augment.aa (augmix-m5-w4-d2, rand-m9-mstd0.5) or add such an operation to "
                "augment.train, or choose another task.loss than jsd");
}

/// Decodes all of the image; boxes and mask turn with it, where `options` says so.
void decode_whole(Sample& sample, const DecodeOptions& options) {
  const ImageHeader header = read_image_header(sample.encoded, sample.source);
  sample.image = decode_image(sample.encoded, sample.source, options);
  sample.placement.original = {header.height, header.width};
  if (options.apply_exif_orientation)
    orient_annotations(sample, exif_orientation(sample.encoded, header.format),
                       static_cast<int>(header.width), static_cast<int>(header.height));
}

/// The model's size times `factor`, in whole steps.
Size2 scaled_size(const Size2& size, double factor, std::int64_t step) {
  const auto side = [&](std::int64_t pixels) {
    return step * std::max<std::int64_t>(1, std::llround(static_cast<double>(pixels) * factor /
                                                         static_cast<double>(step)));
  };
  return {side(size.height), side(size.width)};
}

/// The strongest reduction that leaves at least as many pixels as the part is scaled to.
int reduction_for(const PixelBox& part, const Size2& size) {
  for (const int reduction : {8, 4, 2})
    if (part.width / reduction >= size.width && part.height / reduction >= size.height)
      return reduction;
  return 1;
}

}  // namespace

void describe(FieldVisitor& visitor, DecodePolicy& policy) {
  visitor.field(
      {"decode",
       &policy.decode,
       "of training pictures; fast: JPEG at a reduced scale where the crop allows, by a less "
       "exact transform",
       {},
       {"exact", "fast"}});
  visitor.field({"exif_orientation", &policy.exif_orientation,
                 "turn pictures upright as EXIF says; timm does not"});
}

Pipeline::Pipeline(const InputSpec& preprocessing, bool training, const AugmentOptions& augment,
                   std::uint64_t seed, const DecodePolicy& decoding, std::int64_t versions)
    : preprocessing_(preprocessing),
      training_(training),
      ops_(training ? augment.operations() : AugmentList()),
      erasing_(augment.erasing),
      seed_(seed),
      decoding_(decoding),
      multi_crop_(training ? views_of(augment, preprocessing, seed) : std::nullopt),
      versions_(versions) {
  if (versions_ > 1) check_versions(augment, ops_);
  first_varied_ = versions_ > 1 ? first_varied(ops_) : ops_.size();
  // What the model was trained on goes with it, whoever reads the images.
  decoding_.exif_orientation = decoding_.exif_orientation || preprocessing.exif_orientation;
  for (const auto& op : ops_.ops()) op->adapt(preprocessing_);
  for (std::size_t i = 1; i < ops_.size(); ++i)
    if (ops_.ops()[i]->name() == "mosaic")
      throw Error(ErrorKind::usage, "augment.train",
                  "mosaic joins images as they are in their files",
                  "let it be the first of augment.train");
}

Pipeline Pipeline::training(const InputSpec& preprocessing, const AugmentOptions& augment,
                            std::uint64_t seed, const DecodePolicy& decoding,
                            std::int64_t versions) {
  Pipeline pipeline(preprocessing, true, augment, seed, decoding, versions);
  for (const double factor : augment.multi_scale) {
    InputSpec input = preprocessing;
    input.img_size = scaled_size(input.img_size, factor, augment.multi_scale_step);
    pipeline.sizes_.push_back(Pipeline(input, true, augment, seed, decoding, versions));
  }
  return pipeline;
}

Pipeline Pipeline::training(const InputSpec& preprocessing, const AugmentList& train,
                            std::uint64_t seed) {
  AugmentOptions augment;
  augment.train = train;
  return training(preprocessing, augment, seed);
}

Pipeline Pipeline::evaluation(const InputSpec& preprocessing, const DecodePolicy& decoding,
                              AnnotationFrame annotations) {
  Pipeline pipeline(preprocessing, false, {}, 0, decoding);
  pipeline.annotations_ = annotations;
  return pipeline;
}

Rng Pipeline::rng_of(std::int64_t epoch, std::int64_t index) const {
  return Rng(seed_, Stream::augment, static_cast<std::uint64_t>(epoch),
             static_cast<std::uint64_t>(index));
}

std::vector<std::int64_t> Pipeline::companions(std::int64_t samples, std::int64_t epoch,
                                               std::int64_t index) const {
  if (ops_.size() == 0) return {};
  Rng rng(seed_, Stream::companions, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(index));
  return ops_.ops()[0]->companions(samples, rng);
}

const Pipeline& Pipeline::of_batch(std::int64_t epoch, std::int64_t batch) const {
  if (sizes_.empty()) return *this;
  Rng rng(seed_, Stream::batch_size, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(batch));
  return sizes_[rng.below(sizes_.size())];
}

Pipeline::Decoded Pipeline::decode(Sample& sample, Rng& rng) const {
  // Whole, and without drawing: what joins them is no RegionOp.
  for (Sample& companion : sample.companions) (void)decode(companion, rng);
  if (!sample.image.empty()) {
    start_placement(sample);
    return {};
  }
  DecodeOptions options;
  options.apply_exif_orientation = decoding_.exif_orientation;
  options.jpeg_fast = training_ && decoding_.decode == "fast";
  const auto* region_op =
      ops_.size() > 0 ? dynamic_cast<const RegionOp*>(ops_.ops()[0].get()) : nullptr;
  const ImageHeader header = read_image_header(sample.encoded, sample.source);
  constexpr int kUpright = 1;
  const int orientation =
      decoding_.exif_orientation ? exif_orientation(sample.encoded, header.format) : kUpright;
  if (region_op == nullptr || orientation != kUpright || header.format != ImageFormat::jpeg) {
    decode_whole(sample, options);
    return {};
  }
  // Which part is cut out depends on the size alone: the rest need not be decoded.
  const PixelBox part =
      region_op->choose(static_cast<int>(header.width), static_cast<int>(header.height), rng);
  if (options.jpeg_fast && sample.boxes.empty() && sample.mask.empty())
    options.jpeg_reduction = reduction_for(part, region_op->output_size());
  DecodedRegion decoded = decode_region(sample.encoded, sample.source, part, options);
  sample.image = std::move(decoded.image);
  sample.placement.original = {header.height, header.width};
  crop_annotations(sample, part.left, part.top, part.width, part.height);
  if (options.jpeg_reduction == 1) return {1, region_op, {}};
  // The part lies in a smaller image, whose pixels the rest of the operation is told.
  sample.placement.resize(whole_box(part.width, part.height), decoded.box.right - decoded.box.left,
                          decoded.box.bottom - decoded.box.top);
  sample.placement.crop(-decoded.box.left, -decoded.box.top);
  return {1, region_op, decoded.box};
}

void Pipeline::decode_only(Sample& sample, std::int64_t epoch, std::int64_t index) const {
  Rng rng = rng_of(epoch, index);
  (void)decode(sample, rng);
}

void Pipeline::apply(Sample& sample, std::int64_t epoch, std::int64_t index, float* out) const {
  if (!training_) {
    transform(sample);
    normalize(sample.image, preprocessing_, out);
    return;
  }
  Rng rng = rng_of(epoch, index);
  const Decoded decoded = decode(sample, rng);
  if (decoded.pending != nullptr) decoded.pending->finish(sample, decoded.box);
  for (std::size_t i = decoded.next; i < ops_.size(); ++i) ops_.ops()[i]->apply(sample, rng);
  write(sample, out, rng);
}

void Pipeline::transform(Sample& sample) const {
  std::vector<Box> boxes;
  Image mask;
  if (annotations_ == AnnotationFrame::file) {
    boxes = std::exchange(sample.boxes, {});
    mask = std::exchange(sample.mask, {});
  }
  Rng rng = rng_of(0, 0);  // draws nothing
  (void)decode(sample, rng);
  eval_transform(sample, preprocessing_);
  if (annotations_ == AnnotationFrame::input) return;
  sample.boxes = std::move(boxes);
  sample.mask = std::move(mask);
}

Size2 Pipeline::apply_ragged(Sample& sample, std::vector<float>& out) const {
  VIT_ASSERT(keeps_shape(), "inputs of one size");
  transform(sample);
  out.resize(static_cast<std::size_t>(preprocessing_.in_chans) *
             static_cast<std::size_t>(sample.image.height) *
             static_cast<std::size_t>(sample.image.width));
  normalize(sample.image, preprocessing_, std::span<float>(out));
  return {sample.image.height, sample.image.width};
}

void Pipeline::write(const Sample& sample, float* out, Rng& rng) const {
  const auto [height, width] = preprocessing_.img_size;
  if (sample.image.height != height || sample.image.width != width)
    throw Error(ErrorKind::usage, "augment.train",
                vit::str("leaves ", sample.source, " at ", sample.image.height, "x",
                         sample.image.width, " pixels, and the model takes ", height, "x", width),
                "add random_resized_crop, random_crop, resize or center_crop to augment.train");
  normalize(sample.image, preprocessing_, out);
  if (erasing_.reprob > 0) random_erase(erasing_, out, preprocessing_.in_chans, height, width, rng);
}

std::vector<Size2> Pipeline::view_sizes() const {
  if (!multi_crop_)
    return std::vector<Size2>(static_cast<std::size_t>(versions_), preprocessing_.img_size);
  std::vector<Size2> sizes;
  for (std::size_t i = 0; i < multi_crop_->views(); ++i)
    sizes.push_back(multi_crop_->preprocessing(i).img_size);
  return sizes;
}

void Pipeline::apply(Sample& sample, std::int64_t epoch, std::int64_t index,
                     const std::vector<float*>& views) const {
  VIT_ASSERT(views.size() == view_sizes().size(), views.size());
  if (versions_ > 1) {
    Rng rng = rng_of(epoch, index);
    const Decoded decoded = decode(sample, rng);
    if (decoded.pending != nullptr) decoded.pending->finish(sample, decoded.box);
    for (std::size_t i = decoded.next; i < first_varied_; ++i) ops_.ops()[i]->apply(sample, rng);
    const Sample shared = sample;
    write(sample, views[0], rng);
    for (std::size_t version = 1; version < views.size(); ++version) {
      sample = shared;
      for (std::size_t i = first_varied_; i < ops_.size(); ++i) ops_.ops()[i]->apply(sample, rng);
      write(sample, views[version], rng);
    }
    return;
  }
  if (!multi_crop_) return apply(sample, epoch, index, views[0]);
  if (sample.image.empty()) {  // all of it: the views cover different parts
    DecodeOptions options;
    options.apply_exif_orientation = decoding_.exif_orientation;
    options.jpeg_fast = decoding_.decode == "fast";
    decode_whole(sample, options);
  }
  start_placement(sample);
  for (std::size_t i = 0; i < views.size(); ++i)
    multi_crop_->apply(sample, epoch, index, i, views[i]);
}

}  // namespace vit
