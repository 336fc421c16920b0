#pragma once

#include "vit/weights/naming/translation.h"

namespace vit {

/// Writes weights that weight normalisation keeps as direction and length (`weight_v` and
/// `weight_g`, or `parametrizations.weight.original1` and `original0`) as the `weight` that they
/// make: g v / |v|. The projection heads of DINO stay as they are.
void join_weight_norms(Translation& names);

/// Gives the classifier of a file, whose other tensors have timm's names by now, the name that its
/// family has for it: one linear layer, by itself, behind dropout (`head.1`, `fc.1`), or beside the
/// encoder (`backbone.*` with `classifier`). A layer without a bias gets one of zeros; `with_mean`:
/// one of twice the width reads the class token beside the mean of the patches, as DINOv2's does.
/// Heads that are more than that go to `names.heads`; those of self-supervised training are left
/// out.
void settle_head(Translation& names, bool with_mean);

}  // namespace vit
