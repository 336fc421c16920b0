#pragma once

#include <cstdint>

#include "vit/tasks/detect/rf_detr.h"

namespace vit {

/// Draws what is not the backbone as RF-DETR's repository does: the transformer's matrices Xavier
/// uniform, the points of the attention to the image on a compass, every class at a probability of
/// 0.01, no box moved yet; each group of the first stage starts as a copy of the last stage's
/// heads.
void init_rf_detr_head(RfDetr& network, std::uint64_t seed);

}  // namespace vit
