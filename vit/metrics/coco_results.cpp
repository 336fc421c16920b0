#include "vit/metrics/coco_results.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <variant>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/coco_annotation.h"
#include "vit/data/json_records.h"
#include "vit/data/text_lines.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

[[noreturn]] void refuse_record(const std::string& what, const std::string& where,
                                const std::string& remedy = "correct or remove the record") {
  throw Error(ErrorKind::data, where, what, remedy);
}

bool has(const Json& record, const char* key) { return record.is_object() && record.contains(key); }

class CocoResultsReader {
 public:
  CocoResultsReader(const fs::path& annotations, const fs::path& results, OverlapOf what)
      : annotations_(annotations), results_(results), what_(what) {}

  CocoResults read() {
    read_annotations();
    read_results();
    return std::move(read_);
  }

 private:
  struct ImageSize {
    int width = 0, height = 0;
  };

  void read_annotations() {
    const std::string text = read_data_text(annotations_);
    const std::string where = printable_path(annotations_);
    DataFaults faults;
    const auto collected = [&](const char* list,
                               auto add) -> std::pair<const std::string, JsonRecord> {
      return {
          list, [=, this, &faults](std::size_t index, const Json& record) {
            faults.collect([&] { (this->*add)(record, str(where, ": ", list, "[", index, "]")); });
          }};
    };
    // The lists may stand in any order, so what the annotations need is read first.
    read_json_records(text, where,
                      {collected("images", &CocoResultsReader::add_image),
                       collected("categories", &CocoResultsReader::add_category)});
    if (sizes_.empty())
      faults.add({ErrorKind::data, where, "names no image", "is it one of COCO's files?"});
    if (names_.empty())
      faults.add(
          {ErrorKind::data, where, "there are no `categories`", "is it one of COCO's files?"});
    for (const auto& [id, name] : names_) {
      labels_[id] = static_cast<std::int64_t>(read_.classes.size());
      read_.category_ids.push_back(id);
      read_.classes.push_back(name);
    }
    for (const auto& [id, size] : sizes_) {
      by_id_[id] = read_.images.size();
      size_of_.push_back(size);
      read_.images.push_back({.id = static_cast<std::int64_t>(read_.images.size())});
    }
    read_json_records(text, where, {collected("annotations", &CocoResultsReader::add_annotation)});
    faults.require_none(where);
  }

  /// A whole number, or a text; as in Python, 5 and "5" are two.
  using ImageId = std::variant<std::int64_t, std::string>;
  static ImageId id_of(const Json& record, const char* key, const std::string& where) {
    if (has(record, key) && record[key].is_string()) return record[key].get<std::string>();
    return json_member<std::int64_t>(record, key, where);
  }

  void add_image(const Json& record, const std::string& where) {
    ImageId id = id_of(record, "id", where);
    ImageSize size;
    if (what_ == OverlapOf::masks) {
      const auto side = [&](const char* key) {
        constexpr std::int64_t kLongestSide = (1 << 16) - 1;
        const auto value = json_member<std::int64_t>(record, key, where);
        if (value < 1 || value > kLongestSide)
          refuse_record(str("`", key, "` is ", value, " pixels"), where);
        return static_cast<int>(value);
      };
      size = {side("width"), side("height")};
    }
    if (!sizes_.emplace(std::move(id), size).second)
      refuse_record("the id " + json_text(record["id"]) + " is there twice", where,
                    "remove one of the records");
  }

  void add_category(const Json& record, const std::string& where) {
    const auto id = json_member<std::int64_t>(record, "id", where);
    std::string name =
        has(record, "name") ? json_member<std::string>(record, "name", where) : std::to_string(id);
    const auto [known, is_new] = names_.emplace(id, std::move(name));
    if (!is_new && has(record, "name") && known->second != record["name"].get<std::string>())
      refuse_record(str("the id ", id, " is there twice"), where,
                    "correct or remove one of the categories");
  }

  ObjectImage& image_of(const Json& record, const std::string& where) {
    const auto found = by_id_.find(id_of(record, "image_id", where));
    if (found == by_id_.end())
      refuse_record("there is no image with the id " + json_text(record["image_id"]), where);
    return read_.images[found->second];
  }
  /// Where masks are compared.
  [[nodiscard]] const ImageSize& size_of(const ObjectImage& image) const {
    return size_of_[static_cast<std::size_t>(image.id)];
  }

  void add_annotation(const Json& record, const std::string& where) {
    ObjectImage& image = image_of(record, where);
    const auto id = json_member<std::int64_t>(record, "id", where);
    if (!annotation_ids_.insert(id).second)
      refuse_record(str("the id ", id, " is there twice"), where, "number the annotations anew");
    const auto category = json_member<std::int64_t>(record, "category_id", where);
    const auto label = labels_.find(category);
    if (label == labels_.end())
      refuse_record(str("there is no category with the id ", category), where);
    TrueObject object{.label = label->second, .crowd = annotation_is_crowd(record, where)};
    if (id == 0) {
      object.unmatchable = true;
      read_.notes.add(
          "an annotation has the id 0: as in pycocotools, what finds it is wrong; "
          "number annotations from 1",
          where);
    }
    if (what_ == OverlapOf::boxes)
      object.box = box_of(record, where);
    else
      object.mask = mask_of(record, size_of(image), where);
    if (has(record, "area")) {
      object.area = number_of(json_member<double>(record, "area", where), where);
    } else {
      object.area = what_ == OverlapOf::masks ? static_cast<double>(runs_area(object.mask))
                                              : object.box.width * object.box.height;
      read_.notes.add("annotations have no `area`: that of the mask or box is taken", where);
    }
    if (!has(record, "iscrowd"))
      read_.notes.add("annotations have no `iscrowd`: they are taken for single objects", where);
    if (what_ == OverlapOf::boxes) note_box(object.box, "annotations", where);
    image.truth.push_back(std::move(object));
  }

  void read_results() {
    const std::string text = read_data_text(results_);
    const std::string where = printable_path(results_);
    DataFaults faults;
    read_json_list(text, where, [&](std::size_t index, const Json& record) {
      faults.collect([&] { add_result(index, record, str(where, ": [", index, "]")); });
    });
    faults.require_none(where);
    if (read_.detections == 0) read_.notes.add("there are no results: nothing was found", where);
  }

  void add_result(std::size_t index, const Json& record, const std::string& where) {
    if (index == 0)
      with_boxes_ = has(record, "bbox") && !(record["bbox"].is_array() && record["bbox"].empty());
    ObjectImage& image = image_of(record, where);
    const auto category = json_member<std::int64_t>(record, "category_id", where);
    ScoredObject object;
    object.score = number_of(json_member<double>(record, "score", where), where);
    if (with_boxes_) {
      object.box = box_of(record, where);
      object.area = object.box.width * object.box.height;
      if (what_ == OverlapOf::boxes) note_box(object.box, "results", where);
    }
    if (what_ == OverlapOf::masks || !with_boxes_) {
      const bool has_mask = !with_boxes_ || has(record, "segmentation");
      const ImageSize size = what_ == OverlapOf::masks ? size_of(image) : own_size(record, where);
      object.mask = has_mask ? mask_of(record, size, where) : rectangle(object.box, size, where);
      if (!with_boxes_) {
        object.area = static_cast<double>(runs_area(object.mask));
        object.box = has(record, "bbox") ? box_of(record, where) : box_around(object.mask, size);
      }
      if (what_ == OverlapOf::boxes) object.mask = {};
    }
    ++read_.detections;
    const auto label = labels_.find(category);
    if (label == labels_.end()) {
      read_.notes.add("results of categories that the annotations do not have are passed over",
                      where);
      return;
    }
    object.label = label->second;
    image.found.push_back(std::move(object));
  }

  /// Boxes that can hardly be meant; they count as they are.
  void note_box(const ObjectBox& box, const char* list, const std::string& where) {
    if (!(box.width > 0 && box.height > 0))
      read_.notes.add(str("boxes of ", list, " without area are never matched"), where);
  }

  static double number_of(double value, const std::string& where) {
    constexpr double kLargest = 1e12;
    if (!(std::abs(value) <= kLargest))
      refuse_record(str("holds the number ", value, ", which is too large"), where);
    return value;
  }

  static ObjectBox box_of(const Json& record, const std::string& where) {
    const auto box = json_member<std::vector<double>>(record, "bbox", where);
    if (box.size() != 4)
      refuse_record(str("a box of ", box.size(), " numbers; expected [x, y, width, height]"),
                    where);
    constexpr double kFarthest = 1e9;
    for (const double number : box)
      if (!(std::abs(number) <= kFarthest))
        refuse_record(str("`bbox` holds ", number, ", which is too large"), where);
    return {box[0], box[1], box[2], box[3]};
  }

  /// The size that a mask says it has.
  static ImageSize own_size(const Json& record, const std::string& where) {
    constexpr double kLongestSide = (1 << 16) - 1;
    const auto segmentation = record.find("segmentation");
    if (segmentation == record.end() || !segmentation->is_object())
      refuse_record("there is neither a `bbox` nor a `segmentation` of run lengths", where);
    const auto size = json_member<std::vector<double>>(*segmentation, "size", where);
    if (size.size() != 2 || !(size[0] >= 1 && size[0] <= kLongestSide) ||
        !(size[1] >= 1 && size[1] <= kLongestSide))
      refuse_record("`size` is no height and width", where);
    return {static_cast<int>(size[1]), static_cast<int>(size[0])};
  }

  RunLengths mask_of(const Json& record, const ImageSize& size, const std::string& where) {
    DataNotes passed_over;
    std::vector<RunLengths> parts =
        annotation_runs(record, size.height, size.width, where, passed_over);
    if (!passed_over.empty() || parts.empty())
      refuse_record("a polygon of less than three corners, or none at all", where);
    return counted(join_runs(std::move(parts)), where);
  }

  RunLengths rectangle(const ObjectBox& box, const ImageSize& size, const std::string& where) {
    const double right = box.x + box.width, bottom = box.y + box.height;
    return counted(polygon_runs({box.x, box.y, box.x, bottom, right, bottom, right, box.y},
                                size.height, size.width, where),
                   where);
  }

  static ObjectBox box_around(const RunLengths& mask, const ImageSize& size) {
    const auto box = runs_box(mask, size.height);
    return {box[0], box[1], box[2], box[3]};
  }

  RunLengths counted(RunLengths mask, const std::string& where) {
    constexpr std::size_t kMostRuns = std::size_t{1} << 29;
    runs_ += mask.size();
    if (runs_ > kMostRuns)
      throw Error(ErrorKind::data, where, "up to here, the masks take more than 2 GiB",
                  "measure fewer images at a time");
    mask.shrink_to_fit();
    return mask;
  }

  fs::path annotations_, results_;
  OverlapOf what_;
  CocoResults read_;
  std::map<ImageId, ImageSize> sizes_;  // by id, which is the order of images
  std::vector<ImageSize> size_of_;      // by place
  std::map<std::int64_t, std::string> names_;
  std::map<std::int64_t, std::int64_t> labels_;
  std::map<ImageId, std::size_t> by_id_;
  std::set<std::int64_t> annotation_ids_;
  bool with_boxes_ = true;
  std::size_t runs_ = 0;
};

}  // namespace

CocoResults read_coco_results(const fs::path& annotations, const fs::path& results,
                              OverlapOf what) {
  return CocoResultsReader(annotations, results, what).read();
}

}  // namespace vit
