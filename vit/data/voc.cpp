#include "vit/data/voc.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/box.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/data/text_lines.h"
#include "vit/data/xml.h"
#include "vit/io/printable.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string>& official_classes() {
  static const std::vector<std::string> classes = {
      "aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",      "car",
      "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",    "motorbike",
      "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};
  return classes;
}

struct Annotation {
  fs::path file;
  XmlElement root;
};

[[noreturn]] void fail(const fs::path& file, const XmlElement& at, const std::string& what) {
  throw Error(ErrorKind::data, str(printable_path(file), ":", at.line), what,
              "correct the annotation");
}

const XmlElement& part(const fs::path& file, const XmlElement& element, const char* name) {
  const XmlElement* found = element.child(name);
  if (found == nullptr) fail(file, element, str("<", element.name, "> has no <", name, ">"));
  return *found;
}

float number(const fs::path& file, const XmlElement& element, const char* name) {
  const XmlElement& found = part(file, element, name);
  float value = 0;
  const char* end = found.text.data() + found.text.size();
  if (std::from_chars(found.text.data(), end, value).ptr != end || found.text.empty())
    fail(file, found, str("expected a number in <", name, ">, found ", in_quotes(found.text)));
  return value;
}

/// Where nothing is said, it is not.
bool is_difficult(const fs::path& file, const XmlElement& object) {
  return object.child("difficult") != nullptr && number(file, object, "difficult") != 0;
}

std::vector<Box> boxes_of(const Annotation& annotation,
                          const std::map<std::string, std::int64_t>& labels, bool all) {
  const fs::path& file = annotation.file;
  const XmlElement& size = part(file, annotation.root, "size");
  const float width = number(file, size, "width"), height = number(file, size, "height");
  std::vector<Box> boxes;
  for (const XmlElement& object : annotation.root.children) {
    if (object.name != "object" || (!all && is_difficult(file, object))) continue;
    const XmlElement& name = part(file, object, "name");
    const auto label = labels.find(name.text);
    if (label == labels.end())
      fail(file, name, str("the class ", in_quotes(name.text), " is not among data.classes"));
    const XmlElement& edges = part(file, object, "bndbox");
    const Box box{number(file, edges, "xmin") - 1, number(file, edges, "ymin") - 1,
                  number(file, edges, "xmax"), number(file, edges, "ymax"), label->second};
    boxes.push_back(box_inside(box, width, height, str(printable_path(file), ":", edges.line)));
    boxes.back().difficult = is_difficult(file, object);
  }
  return boxes;
}

/// The names in a split's file; a second column (1, -1, 0 in the files of single classes) is passed
/// over.
std::vector<std::string> names_in(const fs::path& file) {
  std::vector<std::string> names;
  for (const TextLine& line : read_lines(file)) {
    const std::string name = line.text.substr(0, line.text.find_first_of(" \t"));
    if (name.empty() || name.find('/') != std::string::npos)
      throw Error(ErrorKind::data, line.place(file),
                  "expected the name of a picture, found " + in_quotes(line.text),
                  "write one name a line, without folder and extension");
    names.push_back(name);
  }
  return names;
}

fs::path picture_of(const fs::path& root, const std::string& name) {
  std::error_code error;
  for (const char* extension : {".jpg", ".jpeg", ".JPG", ".png"})
    if (fs::exists(root / "JPEGImages" / (name + extension), error))
      return root / "JPEGImages" / (name + extension);
  return root / "JPEGImages" / (name + ".jpg");  // reading it says what is wrong
}

class VocReader {
 public:
  explicit VocReader(const VocOptions& options) : options_(options), root_(options.root) {
    require_folder(
        root_ / "ImageSets" / sets(),
        "data.root must hold JPEGImages/, Annotations/ and ImageSets/ as Pascal VOC does");
  }

  std::unique_ptr<Dataset> open(Split split) {
    std::vector<std::string> classes = options_.classes;
    if (classes.empty()) classes = found_classes();
    std::map<std::string, std::int64_t> labels;
    for (std::size_t i = 0; i < classes.size(); ++i)
      labels[classes[i]] = static_cast<std::int64_t>(i);
    std::vector<ListedPicture> pictures;
    for (const std::string& name : names(split)) {
      ListedPicture picture{picture_of(root_, name)};
      if (const Annotation* annotation = annotation_of(name))
        picture.boxes = boxes_of(*annotation, labels, keeps_difficult(split));
      if (options_.masks) picture.mask = root_ / "SegmentationClass" / (name + ".png");
      pictures.push_back(std::move(picture));
    }
    if (pictures.empty())
      throw Error(ErrorKind::data, set_file(split).string(), "names no picture",
                  "name one a line, or set data.train and data.val");
    // In masks, 0 is the background and the classes begin at 1.
    if (options_.masks) classes.insert(classes.begin(), "background");
    const auto count = static_cast<std::int64_t>(classes.size());
    return std::make_unique<PictureList>(std::move(pictures), std::move(classes),
                                         MaskLabels{count, {}, false});
  }

 private:
  [[nodiscard]] const char* sets() const { return options_.masks ? "Segmentation" : "Main"; }
  [[nodiscard]] fs::path set_file(Split split) const {
    return root_ / "ImageSets" / sets() /
           ((split == Split::train ? options_.train : options_.val) + ".txt");
  }
  [[nodiscard]] std::vector<std::string> names(Split split) const {
    return names_in(set_file(split));
  }

  /// VOC's evaluation needs them, to leave out what is found there.
  [[nodiscard]] bool keeps_difficult(Split split) const {
    return split == Split::val || options_.difficult;
  }

  /// Null where masks need none.
  const Annotation* annotation_of(const std::string& name) {
    const auto known = annotations_.find(name);
    if (known != annotations_.end()) return &known->second;
    const fs::path file = root_ / "Annotations" / (name + ".xml");
    std::error_code error;
    if (options_.masks && !fs::exists(file, error)) return nullptr;
    Annotation annotation{file, parse_xml(read_data_text(file), file.string())};
    return &annotations_.emplace(name, std::move(annotation)).first->second;
  }

  /// VOC's own twenty where they are enough, else all that are named in either split.
  std::vector<std::string> found_classes() {
    std::set<std::string> found;
    for (const Split split : {Split::train, Split::val})
      for (const std::string& name : names(split))
        if (const Annotation* annotation = annotation_of(name))
          for (const XmlElement& object : annotation->root.children)
            if (object.name == "object") found.insert(part(annotation->file, object, "name").text);
    const std::vector<std::string>& official = official_classes();
    const bool all_official = std::all_of(found.begin(), found.end(), [&](const std::string& name) {
      return std::find(official.begin(), official.end(), name) != official.end();
    });
    if (all_official) return official;
    return {found.begin(), found.end()};
  }

  const VocOptions& options_;
  fs::path root_;
  std::map<std::string, Annotation> annotations_;
};

}  // namespace

void describe(FieldVisitor& visitor, VocOptions& o) {
  visitor.field({"root", &o.root, "folder with JPEGImages/, Annotations/ and ImageSets/"});
  visitor.field({"train", &o.train, "name of the training split in ImageSets"});
  visitor.field({"val", &o.val, "name of the validation split in ImageSets"});
  visitor.field({"classes", &o.classes, "names of the classes; empty: VOC's, or those found"});
  visitor.field({"difficult", &o.difficult,
                 "train on objects that are marked as difficult, too; validation has them always"});
  visitor.field({"masks", &o.masks, "segmentation: masks of SegmentationClass"});
}

std::unique_ptr<Dataset> voc(const VocOptions& options, Split split) {
  return VocReader(options).open(split);
}

}  // namespace vit
