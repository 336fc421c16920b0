#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

struct VocOptions {
  std::string root = "data";
  std::string train = "train", val = "val";  ///< names in ImageSets
  std::vector<std::string> classes{};  ///< names by label; empty: those of the annotations, sorted
  bool difficult = true;               ///< keeps objects marked as difficult when training
  bool masks = false;                  ///< the pictures of ImageSets/Segmentation, with masks
};
void describe(FieldVisitor& visitor, VocOptions& options);

/// Pascal VOC's layout: `JPEGImages/`, `Annotations/x.xml` and `ImageSets/Main/SPLIT.txt` (boxes),
/// or `SegmentationClass/x.png` and `ImageSets/Segmentation/SPLIT.txt` (masks, and boxes where
/// there is an annotation). VOC counts pixels from 1, both ends included: box (1, 1, 3, 2) becomes
/// [0, 3) x [0, 2). Boxes without area, by the numbers of the file, are left out and those over the
/// edge cut, which is noted. A size that is neither that of the stored image nor of the one
/// that EXIF turns upright is an Error (data) when the image is read. With masks, labels of boxes
/// count from 1, too: they are positions in classes(). Objects that are marked so have
/// Box::difficult set. Images have any extension that is_picture_name knows. All faults of
/// annotations are one Error (data) with files and lines.
std::unique_ptr<Dataset> voc(const VocOptions& options, Split split);

}  // namespace vit
