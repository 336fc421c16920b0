#pragma once

#include <memory>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

struct YoloOptions {
  std::string root = "data";                 ///< folder with data.yaml, or such a file
  std::string train = "train", val = "val";  ///< keys of data.yaml that say where images are
};
void describe(FieldVisitor& visitor, YoloOptions& options);

/// The text layout of the YOLO tools: `data.yaml` with `path`, `names` (a list or a map), `nc` and
/// for each split a folder of images, a list of folders, or a .txt file with one image a line; the
/// objects of `…/images/a/x.jpg` in `…/labels/a/x.txt`, one a line: `class cx cy w h` as fractions
/// of the image's sides, or `class` and the corners of a polygon, which becomes its box (with
/// `kpt_shape`, keypoints follow the box). Without a label file, an image has no objects; where no
/// image has one, that is an Error.
///
/// Paths are looked for as Ultralytics does: `path` from the folder of data.yaml, splits from
/// `path`, also without a leading `../`. Fractions count on the image as EXIF turns it upright,
/// since that is what these tools show and train on; boxes come out for the stored image, as
/// everywhere. Boxes without area and lines that are there twice are left out, boxes over the edge
/// cut, which is noted. All faults are one Error (data) with files and lines: classes that have no
/// name, pixels instead of fractions, lines of any other form.
std::unique_ptr<Dataset> yolo(const YoloOptions& options, Split split);

/// Whether data.yaml can be read and does not name the validation split.
[[nodiscard]] bool yolo_lacks_val(const YoloOptions& options);

}  // namespace vit
