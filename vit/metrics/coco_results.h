#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vit/data/data_notes.h"
#include "vit/metrics/detection.h"

namespace vit {

/// COCO's annotations with detections laid beside them.
struct CocoResults {
  std::vector<std::int64_t> category_ids;  ///< ascending, by label; they may have gaps
  std::vector<std::string> classes;        ///< their names
  std::vector<ObjectImage> images;  ///< in the order of their ids; here they are numbered from 0
  std::int64_t detections = 0;
  /// What was treated otherwise than it stands there, each as pycocotools does or would do.
  DataNotes notes;
};

/// Reads `instances_*.json` and a file of results, [{image_id, category_id, bbox or segmentation,
/// score}, …], as pycocotools 2.0.11 does:
/// - What the first result has decides for all: with a `bbox`, areas are those of the boxes, also
///   where masks are compared (its rectangle is the mask where there is none); otherwise they are
///   those of the masks.
/// - Boxes without area and outside of their image are counted as they are: an object whose box has
///   no area is never found.
/// - Ids of images are whole numbers or texts, and 5 is not "5".
/// - Results of categories that the annotations do not have are passed over.
/// - An annotation with the id 0 cannot be matched: what finds it is wrong.
/// What pycocotools has no answer to: without `iscrowd`, an object is none; without `area`, the
/// area is that of the mask or of the box; a file of no results is one that found nothing.
///
/// Throws Error (data) that names file, list and record, all at once: other ids that are not
/// whole numbers, ids that are there twice, missing members, annotations of unknown images or
/// categories, results of unknown images, numbers that are none or beyond a thousand million. Where
/// masks are compared, also polygons of less than three corners (pycocotools takes lists of four
/// numbers for boxes), and run lengths of another size; and where all masks would need more than 2
/// GiB.
[[nodiscard]] CocoResults read_coco_results(const std::filesystem::path& annotations,
                                            const std::filesystem::path& results, OverlapOf what);

}  // namespace vit
