#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

struct CocoOptions {
  std::string root = "data";
  std::string train_images = "train2017", val_images = "val2017";
  std::string train_annotations = "annotations/instances_train2017.json";
  std::string val_annotations = "annotations/instances_val2017.json";
  bool masks = false;
  /// Whether boxes come with the masks of their objects: what a task needs (give_object_masks), no
  /// key of its own.
  bool object_masks = false;
};
void describe(FieldVisitor& visitor, CocoOptions& options);

/// COCO's format (Lin et al. 2014). From `instances_*.json`, a sample for each picture: its boxes
/// with labels in the order of the categories' ids; crowds only in validation, which counts what is
/// found there neither for nor against; and with `masks` the class of
/// each pixel, counted from 1 (0 is the background, crowds are 255; of objects that overlap, the
/// smaller lies above), drawn from polygons and run lengths as pycocotools does. From
/// `captions_*.json`, a sample for each caption.
///
/// With `object_masks` each box has the mask of its object, and objects without an outline are left
/// out.
///
/// With masks, labels of boxes count from 1, too: they are positions in classes(). Annotations may
/// have been made on the image as it is stored or on the one that EXIF turns upright.
///
/// Errors (data) name the file, the list and the record, all at once: unknown ids, ids that are
/// neither whole numbers nor texts (of categories: that are whole numbers), run lengths that do not
/// fit. What reference readers pass over is left out and noted: boxes without area, polygons of
/// less than three corners; boxes over the edge are cut.
std::unique_ptr<Dataset> coco(const CocoOptions& options, Split split);

}  // namespace vit
