#include "vit/augment/options.h"

#include "vit/augment/auto_augment_string.h"
#include "vit/augment/pixel_range.h"

namespace vit {

AugmentList AugmentOptions::operations() const {
  AugmentList list = train;
  if (aa) list.add(op_from_aa(*aa));
  return list;
}

void describe(FieldVisitor& visitor, AugmentOptions& o) {
  visitor.field({"train", &o.train, "what is done to training pictures, in this order"});
  visitor.field({"aa", &o.aa, "after that, timm's automatic augmentation: rand-m9-mstd0.5-inc1"});
  if (o.aa) (void)op_from_aa(*o.aa);
  describe(visitor, o.erasing);
  describe(visitor, o.mixup);
  visitor.field({"multi_scale",
                 &o.multi_scale,
                 "factors of the model's size, of which one is drawn for each batch: [0.75, 1, "
                 "1.25]; empty: none",
                 {0.1, 10}});
  visitor.field({"multi_scale_step", &o.multi_scale_step,
                 "such sizes become multiples of so many pixels", kSidePixels});
  visitor.section("multi_crop", "DINO's views of each picture, instead of train",
                  [&](FieldVisitor& inner) { describe(inner, o.multi_crop); });
}

}  // namespace vit
