#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/image/prediction.h"
#include "vit/tasks/task_config.h"

/// What was found, in the formats of other programs.
namespace vit {

/// A mask in an image of this size as COCO writes it: `{"size": [height, width], "counts": text}`,
/// the run lengths compressed.
[[nodiscard]] nlohmann::json coco_segmentation(const RunLengths& mask, Size2 size);

/// What COCO's evaluation calls images and classes.
struct CocoIds {
  std::map<std::string, std::string> images{};       ///< JSON of the id, by `file_name`
  std::map<std::string, std::int64_t> categories{};  ///< ids by name
};
/// Those of an annotation file. Throws Error (data), naming the file and the record.
[[nodiscard]] CocoIds read_coco_ids(const std::filesystem::path& annotations);

/// Appends the objects of an image to a list in COCO's results format, which pycocotools and `vit
/// metrics detection` evaluate: `{"image_id", "category_id", "bbox": [x, y, width, height],
/// "score"}` in the file's pixels, and where masks were found `"segmentation"` (coco_segmentation).
/// `source`: the image's file, `classes`: names by label.
///
/// With the ids of an annotation file, images are found by the end of their path, and classes by
/// name; what is not among them is an Error (data). Without, the id of an image is its file's name
/// without extension (a number where it is one, as in COCO's own files), and that of a class its
/// label plus 1.
void add_coco_results(nlohmann::json& list, const DetectedObjects& found, const std::string& source,
                      const std::vector<std::string>& classes, const CocoIds* ids = nullptr);

/// The objects of an image as the YOLO tools write them (`save_txt` with `save_conf`): a line
/// `class cx cy w h confidence` for each, in fractions of the image's sides. `size`: of the image
/// in its file, `exif_orientation`: how it is turned, for these fractions count on the upright
/// image.
[[nodiscard]] std::string yolo_text(const DetectedObjects& found, Size2 size,
                                    int exif_orientation = 1);

/// Writes both into a folder: `detections.json`, of all images, and `labels/x.txt`. Those of a
/// score below `least` are left out of the texts alone: COCO's evaluation wants all.
class ObjectWriter final : public PredictionWriter {
 public:
  ObjectWriter(std::filesystem::path folder, double least,
               std::optional<CocoIds> ids = std::nullopt)
      : folder_(std::move(folder)), least_(least), ids_(std::move(ids)) {}
  void add(const Prediction& prediction, const TellOptions& options) override;
  void finish() override;

 private:
  std::filesystem::path folder_;
  double least_;
  std::optional<CocoIds> ids_;
  nlohmann::json list_ = nlohmann::json::array();
};

}  // namespace vit
