#include "vit/tasks/detect/results.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/data/json_records.h"
#include "vit/data/text_lines.h"
#include "vit/image/header.h"
#include "vit/image/sample_geometry.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/report/number.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// The number that is written with the fewest digits and read as this float again.
double decimal_of(float value) {
  std::array<char, 64> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double number = 0;
  std::from_chars(text.data(), written.ptr, number);
  return number;
}

Json image_id(const std::string& source, const CocoIds* ids) {
  const std::filesystem::path path(source);
  if (ids == nullptr) {
    const std::string stem = path.stem().string();
    const bool is_number =
        !stem.empty() && stem.size() < 19 &&
        std::all_of(stem.begin(), stem.end(), [](char c) { return c >= '0' && c <= '9'; });
    return is_number ? Json(std::stoll(stem)) : Json(stem);
  }
  // As in `val2017/000000000139.jpg`, `file_name` may hold some of the folders: the most count.
  const std::string* found = nullptr;
  std::filesystem::path end;
  for (auto part = path.end(); part != path.begin();) {
    end = end.empty() ? *--part : *--part / end;
    if (const auto known = ids->images.find(end.generic_string()); known != ids->images.end())
      found = &known->second;
  }
  if (found != nullptr) return Json::parse(*found);
  throw Error(ErrorKind::data, source, "is none of the images of the annotation file",
              "predict images that it names");
}

std::int64_t category_id(const Box& box, const std::vector<std::string>& classes,
                         const CocoIds* ids) {
  if (ids == nullptr) return box.label + 1;
  const std::string& name = classes.at(static_cast<std::size_t>(box.label));
  const auto found = ids->categories.find(name);
  if (found != ids->categories.end()) return found->second;
  throw Error(ErrorKind::data, "categories",
              "the class " + in_quotes(name) + " is none of the annotation file's",
              "name the categories as the model's classes");
}

}  // namespace

Json coco_segmentation(const RunLengths& mask, Size2 size) {
  return {{"size", {size.height, size.width}}, {"counts", runs_text(mask)}};
}

CocoIds read_coco_ids(const std::filesystem::path& annotations) {
  CocoIds ids;
  const std::string where = printable_path(annotations);
  const auto place = [&](const char* list, std::size_t index) {
    return str(where, ": ", list, "[", index, "]");
  };
  read_json_records(read_data_text(annotations), where,
                    {{"images",
                      [&](std::size_t index, const Json& record) {
                        const std::string here = place("images", index);
                        const auto name = json_member<std::string>(record, "file_name", here);
                        const auto id = record.find("id");
                        if (id == record.end() || !(id->is_number() || id->is_string()))
                          throw Error(ErrorKind::data, here, "`id` is neither a number nor a text",
                                      "correct the record");
                        ids.images[name] =
                            id->is_string()
                                ? id->dump(-1, ' ', true)
                                : std::to_string(json_member<std::int64_t>(record, "id", here));
                      }},
                     {"categories", [&](std::size_t index, const Json& record) {
                        const std::string here = place("categories", index);
                        ids.categories[json_member<std::string>(record, "name", here)] =
                            json_member<std::int64_t>(record, "id", here);
                      }}});
  if (ids.images.empty() || ids.categories.empty())
    throw Error(ErrorKind::data, where, "names no images, or no categories",
                "is it one of COCO's annotation files?");
  return ids;
}

void add_coco_results(Json& list, const DetectedObjects& found, const std::string& source,
                      const std::vector<std::string>& classes, const CocoIds* ids) {
  if (!list.is_array()) list = Json::array();
  if (found.objects.empty()) return;
  const Json image = image_id(source, ids);
  for (const FoundObject& object : found.objects) {
    const Box& box = object.box;
    list.push_back({{"image_id", image},
                    {"category_id", category_id(box, classes, ids)},
                    {"bbox",
                     {decimal_of(box.x0), decimal_of(box.y0), decimal_of(box.x1 - box.x0),
                      decimal_of(box.y1 - box.y0)}},
                    {"score", object.score}});
    if (!object.mask.empty())
      list.back()["segmentation"] = coco_segmentation(object.mask, found.size);
  }
}

std::string yolo_text(const DetectedObjects& found, Size2 size, int exif_orientation) {
  std::string text;
  Sample upright;
  for (const FoundObject& object : found.objects) upright.boxes.push_back(object.box);
  orient_annotations(upright, exif_orientation, static_cast<int>(size.width),
                     static_cast<int>(size.height));
  if (exif_orientation >= 5) std::swap(size.width, size.height);
  const auto width = static_cast<double>(size.width), height = static_cast<double>(size.height);
  for (std::size_t i = 0; i < upright.boxes.size(); ++i) {
    const Box& box = upright.boxes[i];
    text += std::to_string(box.label);
    for (const double number :
         {(double{box.x0} + box.x1) / 2 / width, (double{box.y0} + box.y1) / 2 / height,
          (double{box.x1} - box.x0) / width, (double{box.y1} - box.y0) / height,
          found.objects[i].score})
      text += " " + significant(number, 6);
    text += "\n";
  }
  return text;
}

void ObjectWriter::add(const Prediction& prediction, const TellOptions& options) {
  const auto& found = std::get<DetectedObjects>(prediction);
  // Images of one name in two folders have names of their own.
  add_coco_results(list_, found, ids_ ? options.image.string() : options.name + ".png",
                   options.classes, ids_ ? &*ids_ : nullptr);
  DetectedObjects sure;
  for (const FoundObject& object : found.objects)
    if (object.score >= least_) sure.objects.push_back(object);
  const std::vector<std::byte> file = read_file(options.image);
  const ImageHeader header = read_image_header(file, options.image.string());
  std::error_code error;
  std::filesystem::create_directories(folder_ / "labels", error);
  write_file_atomically(
      folder_ / "labels" / (options.name + ".txt"),
      yolo_text(sure, {header.height, header.width}, exif_orientation(file, header.format)));
}

void ObjectWriter::finish() {
  write_file_atomically(folder_ / "detections.json", list_.dump(1) + "\n");
  if (!ids_)
    log::info(
        "detections.json: the id of an image is its file's name, that of a class its place "
        "in the model's list, from 1; with --annotations FILE they are those of that file");
}

}  // namespace vit
