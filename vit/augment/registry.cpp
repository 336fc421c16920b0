#include "vit/augment/registry.h"

#include <utility>

#include "vit/augment/aug_mix.h"
#include "vit/augment/auto_augment.h"
#include "vit/augment/color_jitter.h"
#include "vit/augment/mosaic.h"
#include "vit/augment/rand_augment.h"
#include "vit/augment/random_crop.h"
#include "vit/augment/random_iou_crop.h"
#include "vit/augment/random_resized_crop.h"
#include "vit/augment/random_scale_crop.h"
#include "vit/augment/simple_ops.h"
#include "vit/augment/single_op.h"
#include "vit/augment/three_augment.h"
#include "vit/augment/trivial_augment.h"
#include "vit/core/error.h"

namespace vit {
namespace {

template <class Op>
std::unique_ptr<AugmentOp> make() {
  return std::make_unique<Op>();
}

struct OpEntry {
  std::string_view name;
  std::unique_ptr<AugmentOp> (*make)();
};

// A new augmentation is one file and one line here.
constexpr OpEntry kRegisteredOps[] = {
    {"aug_mix", make<AugMix>},
    {"auto_augment", make<AutoAugment>},
    {"center_crop", make<CenterCrop>},
    {"color_jitter", make<ColorJitter>},
    {"gaussian_blur", make<GaussianBlur>},
    {"grayscale", make<Grayscale>},
    {"hflip", make<HorizontalFlip>},
    {"mosaic", make<Mosaic>},
    {"rand_augment", make<RandAugment>},
    {"random_crop", make<RandomCrop>},
    {"random_iou_crop", make<RandomIouCrop>},
    {"random_resized_crop", make<RandomResizedCrop>},
    {"random_scale_crop", make<RandomScaleCrop>},
    {"resize", make<Resize>},
    {"rot90", make<Rot90>},
    {"simple_random_crop", make<SimpleRandomCrop>},
    {"solarize", make<Solarize>},
    {"three_augment", make<ThreeAugment>},
    {"trivial_augment", make<TrivialAugment>},
    {"vflip", make<VerticalFlip>},
};

// RandAugment's operations by themselves: {name here, name of find_leveled_op}.
constexpr std::pair<std::string_view, std::string_view> kSingleOps[] = {
    {"auto_contrast", "AutoContrast"},
    {"brightness", "BrightnessIncreasing"},
    {"color", "ColorIncreasing"},
    {"contrast", "ContrastIncreasing"},
    {"desaturate", "Desaturate"},
    {"equalize", "Equalize"},
    {"invert", "Invert"},
    {"posterize", "PosterizeIncreasing"},
    {"rotate", "Rotate"},
    {"sharpness", "SharpnessIncreasing"},
    {"shear_x", "ShearX"},
    {"shear_y", "ShearY"},
    {"solarize_add", "SolarizeAdd"},
    {"translate_x", "TranslateXRel"},
    {"translate_y", "TranslateYRel"},
};

}  // namespace

std::unique_ptr<AugmentOp> create_op(std::string_view name) {
  for (const OpEntry& entry : kRegisteredOps)
    if (entry.name == name) return entry.make();
  for (const auto& [single, op] : kSingleOps)
    if (single == name) return std::make_unique<SingleOp>(single, op);
  return nullptr;
}

std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const OpEntry& entry : kRegisteredOps) names.emplace_back(entry.name);
  for (const auto& single : kSingleOps) names.emplace_back(single.first);
  return names;
}

AugmentList::AugmentList(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) add(name);
}

AugmentList::AugmentList(const AugmentList& other) : NamedList(other) {
  for (const auto& op : other.ops_) ops_.push_back(op->clone());
}

AugmentList& AugmentList::operator=(const AugmentList& other) {
  if (this != &other) *this = AugmentList(other);
  return *this;
}

void AugmentList::add(std::unique_ptr<AugmentOp> op) { ops_.push_back(std::move(op)); }

void AugmentList::add(std::string_view name) {
  std::unique_ptr<AugmentOp> op = create_op(name);
  VIT_ASSERT(op != nullptr, name);
  ops_.push_back(std::move(op));
}

}  // namespace vit
