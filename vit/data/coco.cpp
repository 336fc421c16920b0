#include "vit/data/coco.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/annotated_size.h"
#include "vit/data/box.h"
#include "vit/data/coco_annotation.h"
#include "vit/data/encoded_dataset.h"
#include "vit/data/json_records.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/data/text_lines.h"
#include "vit/image/coco_mask.h"
#include "vit/image/geometry.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// One object's mask as runs, with what is needed to paint it.
struct Region {
  RunLengths runs;
  double area = 0;
  std::uint8_t value = 0;
};

struct Picture {
  fs::path path;
  int width = 0, height = 0;
  std::vector<Box> boxes{};
  std::vector<RunLengths> outlines{};  ///< of the boxes, where their masks are wanted; else empty
  std::vector<Region> regions{};
  std::vector<std::string> captions{};
};

class Coco final : public EncodedDataset {
 public:
  Coco(std::vector<Picture> pictures, std::vector<std::string> classes, bool masks,
       std::string file, DataNotes notes)
      : pictures_(std::move(pictures)),
        classes_(std::move(classes)),
        masks_(masks),
        file_(std::move(file)),
        notes_(std::move(notes)) {
    for (std::size_t i = 0; i < pictures_.size(); ++i)
      for (std::size_t c = 0; c < std::max<std::size_t>(pictures_[i].captions.size(), 1); ++c)
        if (classes_.empty() == !pictures_[i].captions.empty()) samples_.emplace_back(i, c);
  }

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(samples_.size());
  }
  [[nodiscard]] std::int64_t label(std::int64_t /*index*/) const override { return -1; }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return pictures_[samples_[static_cast<std::size_t>(index)].first].path.string();
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] const DataNotes& notes() const override { return notes_; }

  void annotate(std::int64_t index, Sample& sample) const override {
    const auto [number, caption] = samples_[static_cast<std::size_t>(index)];
    const Picture& picture = pictures_[number];
    sample.source = picture.path.string();
    sample.boxes = picture.boxes;
    for (std::size_t i = 0; i < picture.outlines.size(); ++i) {
      Image mask(picture.width, picture.height, 1);
      paint_runs(mask, picture.outlines[i], 1, sample.source);
      sample.boxes[i].mask = std::make_shared<const Image>(std::move(mask));
    }
    if (!picture.captions.empty()) sample.caption = picture.captions[caption];
    // A picture from a cache, as it was stored: only where its sides are others is its file asked.
    if (!sample.image.empty() &&
        (sample.image.width != picture.width || sample.image.height != picture.height))
      lay_on_stored(sample.boxes, read_picture(picture.path), sample.source, picture.width,
                    picture.height, file_);
  }

  [[nodiscard]] Sample read(std::int64_t index) const override {
    const Picture& picture = pictures_[samples_[static_cast<std::size_t>(index)].first];
    Sample sample;
    annotate(index, sample);
    sample.encoded = read_picture(picture.path);
    lay_on_stored(sample.boxes, sample.encoded, sample.source, picture.width, picture.height,
                  file_);
    if (!masks_) return sample;
    sample.mask = Image(picture.width, picture.height, 1);
    for (const Region& region : picture.regions)
      paint_runs(sample.mask, region.runs, region.value, sample.source);
    const auto orientation =
        orientation_to_stored(sample.encoded, sample.source, picture.width, picture.height);
    if (orientation && *orientation != 1) sample.mask = orient(sample.mask, *orientation);
    return sample;
  }

 private:
  std::vector<Picture> pictures_;
  std::vector<std::string> classes_;
  bool masks_;
  std::string file_;
  DataNotes notes_;
  std::vector<std::pair<std::size_t, std::size_t>> samples_;  // picture, caption
};

class CocoReader {
 public:
  CocoReader(fs::path file, fs::path images, const CocoOptions& options, bool crowds)
      : file_(std::move(file)),
        images_(std::move(images)),
        masks_(options.masks),
        object_masks_(options.object_masks),
        crowds_(crowds) {}

  std::unique_ptr<Dataset> read() {
    // The lists may stand in any order, so what the annotations need is read first.
    const std::string text = read_data_text(file_);
    const std::string where = printable_path(file_);
    const auto collected = [&](void (CocoReader::*add)(std::size_t, const Json&)) {
      return [this, add](std::size_t index, const Json& record) {
        faults_.collect([&] { (this->*add)(index, record); });
      };
    };
    read_json_records(text, where,
                      {{"images", collected(&CocoReader::add_picture)},
                       {"categories", collected(&CocoReader::add_category)}});
    name_classes();
    read_json_records(text, where, {{"annotations", collected(&CocoReader::add_annotation)}});
    faults_.require_none(where);
    if (boxes_ > 0 && farthest_ <= 1)
      throw Error(
          ErrorKind::data, where,
          str("all ", boxes_, " boxes lie within one pixel: they are in parts of the image"),
          "write bbox as [x, y, width, height] in pixels");
    for (Picture& picture : pictures_) {
      std::stable_sort(picture.regions.begin(), picture.regions.end(),
                       [](const Region& a, const Region& b) { return a.area > b.area; });
      if (labels_.empty() && picture.captions.empty())
        notes_.add("images without a caption are left out", picture.path.string());
    }
    if (pictures_.empty())
      throw Error(ErrorKind::data, where, "names no picture", "is it one of COCO's files?");
    return std::make_unique<Coco>(std::move(pictures_), std::move(classes_), masks_, where,
                                  std::move(notes_));
  }

 private:
  [[nodiscard]] std::string place(const char* list, std::size_t index) const {
    return str(printable_path(file_), ": ", list, "[", index, "]");
  }

  /// An id as some tools write them: a whole number or a text, which may be such a number.
  static std::string id_text(const Json& record, const char* key, const std::string& where) {
    const auto found = record.is_object() ? record.find(key) : record.end();
    if (found != record.end() && found->is_string()) return found->get<std::string>();
    return std::to_string(json_member<std::int64_t>(record, key, where));
  }

  /// The id of a category, by which categories are put in order.
  static std::int64_t id_number(const Json& record, const char* key, const std::string& where) {
    const std::string text = id_text(record, key, where);
    std::int64_t id = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error == std::errc() && stop == text.data() + text.size()) return id;
    return json_member<std::int64_t>(record, key, where);  // which says what is wrong
  }

  void add_picture(std::size_t index, const Json& record) {
    const std::string where = place("images", index);
    const std::string id = id_text(record, "id", where);
    named_images_.insert(id);
    const auto width = json_member<std::int64_t>(record, "width", where);
    const auto height = json_member<std::int64_t>(record, "height", where);
    constexpr std::int64_t kLongestSide = 1 << 16;
    if (width < 1 || height < 1 || width > kLongestSide || height > kLongestSide)
      throw Error(ErrorKind::data, where, str("a picture of ", width, "x", height, " pixels"),
                  "correct the record");
    // Before the id is known: annotations look for the picture that belongs to it.
    const auto name = json_member<std::string>(record, "file_name", where);
    if (!by_id_.emplace(id, pictures_.size()).second)
      throw Error(ErrorKind::data, where, str("the id ", record["id"].dump(), " is there twice"),
                  "remove one of the records");
    if (!files_.insert(name).second)
      notes_.add("files are listed twice, under two ids", printable(name));
    pictures_.push_back({images_ / name, static_cast<int>(width), static_cast<int>(height)});
  }

  void add_category(std::size_t index, const Json& record) {
    const std::string where = place("categories", index);
    const std::int64_t id = id_number(record, "id", where);
    named_categories_.insert(id);
    const auto [known, is_new] =
        categories_.emplace(id, json_member<std::string>(record, "name", where));
    if (!is_new && known->second != record["name"].get<std::string>())
      throw Error(ErrorKind::data, where, str("the id ", id, " is there twice"),
                  "correct or remove one of the categories");
  }

  /// COCO's ids have gaps; labels have none. In masks, 0 is the background, for boxes as well.
  void name_classes() {
    if (masks_ && !categories_.empty()) classes_.emplace_back("background");
    for (const auto& [id, name] : categories_) {
      const auto known = std::find(classes_.begin(), classes_.end(), name);
      labels_[id] = known - classes_.begin();
      if (known == classes_.end())
        classes_.push_back(name);
      else
        notes_.add("categories of one name are one class", printable(name));
    }
    if (masks_ && classes_.size() > 255)
      throw Error(ErrorKind::data, printable_path(file_), "masks hold at most 254 classes",
                  "set data.masks to false");
  }

  void add_annotation(std::size_t index, const Json& record) {
    const std::string where = place("annotations", index);
    const std::string image_id = id_text(record, "image_id", where);
    const auto image = by_id_.find(image_id);
    if (image == by_id_.end() && named_images_.contains(image_id)) return;  // its fault is told
    if (image == by_id_.end())
      throw Error(ErrorKind::data, where,
                  str("there is no picture with the id ", record["image_id"].dump()),
                  "correct or remove the annotation");
    Picture& picture = pictures_[image->second];
    if (labels_.empty()) {
      if (!record.contains("caption") && record.contains("category_id")) {
        if (!named_categories_.empty() || std::exchange(lacks_categories_, true)) return;
        throw Error(ErrorKind::data, where, "there are objects, and no `categories` to name them",
                    "add the list `categories` to the file");
      }
      picture.captions.push_back(json_member<std::string>(record, "caption", where));
      return;
    }
    const std::int64_t category = id_number(record, "category_id", where);
    const auto label = labels_.find(category);
    if (label == labels_.end() && named_categories_.contains(category)) return;  // as above
    if (label == labels_.end())
      throw Error(ErrorKind::data, where,
                  str("there is no category with the id ", record["category_id"].dump()),
                  "correct or remove the annotation");
    if (stands_twice(image->second, label->second, record)) {
      notes_.add("objects that stand twice, with the same class and box, are left out", where);
      return;
    }
    const bool crowd = annotation_is_crowd(record, where);
    std::optional<Box> box;
    if (!crowd || (crowds_ && record.contains("bbox")))
      box = box_of(picture, record, label->second, where);
    if (box) box->crowd = crowd;
    const auto value = crowd ? kIgnoredClass : static_cast<std::uint8_t>(label->second);
    if (!(masks_ || (object_masks_ && box))) {
      if (box) picture.boxes.push_back(*box);
      return;
    }
    std::vector<RunLengths> outlines =
        annotation_runs(record, picture.height, picture.width, where, notes_);
    if (outlines.empty()) {  // as in detectron2
      notes_.add("objects without an outline are left out", where);
      return;
    }
    if (box) picture.boxes.push_back(*box);
    if (masks_)
      for (const RunLengths& runs : outlines)
        picture.regions.push_back({runs, static_cast<double>(runs_area(runs)), value});
    if (object_masks_ && box) picture.outlines.push_back(join_runs(std::move(outlines)));
  }

  /// Whether an object is one that was read before, word for word.
  bool stands_twice(std::size_t picture, std::int64_t label, const Json& record) {
    const auto dumped = [&](const char* key) {
      const auto found = record.find(key);
      return found == record.end() ? std::string()
                                   : found->dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    const std::string text = str(picture, ' ', label, dumped("bbox"), dumped("segmentation"));
    return !objects_.insert(std::hash<std::string>()(text)).second;
  }

  std::optional<Box> box_of(const Picture& picture, const Json& record, std::int64_t label,
                            const std::string& where) {
    const auto box = json_member<std::vector<double>>(record, "bbox", where);
    if (box.size() != 4)
      throw Error(ErrorKind::data, where, str("a box of ", box.size(), " numbers"),
                  "expected [x, y, width, height]");
    ++boxes_;
    farthest_ = std::max({farthest_, box[0] + box[2], box[1] + box[3]});
    auto inside = box_inside(
        {static_cast<float>(box[0]), static_cast<float>(box[1]),
         static_cast<float>(box[0] + box[2]), static_cast<float>(box[1] + box[3]), label},
        static_cast<float>(picture.width), static_cast<float>(picture.height), where, notes_);
    const auto area = record.find("area");
    if (inside && area != record.end() && area->is_number())
      inside->area = std::max(area->get<double>(), 0.0);
    return inside;
  }

  fs::path file_, images_;
  bool masks_, object_masks_, crowds_;
  std::vector<Picture> pictures_;
  std::map<std::string, std::size_t> by_id_;
  std::set<std::string> named_images_, files_;
  std::set<std::int64_t> named_categories_;
  bool lacks_categories_ = false;
  std::unordered_set<std::size_t> objects_;  ///< hashes of what was read
  std::int64_t boxes_ = 0;
  double farthest_ = 0;  ///< from the left or the top, of all boxes
  std::map<std::int64_t, std::string> categories_;
  std::map<std::int64_t, std::int64_t> labels_;
  std::vector<std::string> classes_;
  DataNotes notes_;
  DataFaults faults_;
};

}  // namespace

void describe(FieldVisitor& visitor, CocoOptions& o) {
  visitor.field({"root", &o.root, "folder that the other paths start from"});
  visitor.field({"train_images", &o.train_images, "folder of the training pictures"});
  visitor.field({"val_images", &o.val_images, "folder of the validation pictures"});
  visitor.field({"train_annotations", &o.train_annotations, "instances_*.json or captions_*.json"});
  visitor.field({"val_annotations", &o.val_annotations, "the same for validation"});
  visitor.field({"masks", &o.masks, "draw the class of each pixel from the instances"});
}

std::unique_ptr<Dataset> coco(const CocoOptions& options, Split split) {
  const fs::path root = options.root;
  const bool train = split == Split::train;
  return CocoReader(root / (train ? options.train_annotations : options.val_annotations),
                    root / (train ? options.train_images : options.val_images), options, !train)
      .read();
}

}  // namespace vit
