#include "vit/augment/options.h"

#include "vit/augment/auto_augment_string.h"

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
  visitor.section("multi_crop", "DINO's views of each picture, instead of train",
                  [&](FieldVisitor& inner) { describe(inner, o.multi_crop); });
}

}  // namespace vit
