#pragma once

#include "vit/data/dataset.h"
#include "vit/report/section.h"

namespace vit {

/// What the objects of a data set look like: how many there are of each class and in how many
/// images, how large they are by COCO's limits, and where their centres and sizes lie in their
/// images. Of a set of more than 5,000 images, as many are read, evenly spread, which is said; none
/// is decoded. Images that cannot be read are passed over.
[[nodiscard]] Section box_statistics(const Dataset& data);

}  // namespace vit
