#include "vit/data/voc.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/box.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/data/text_lines.h"
#include "vit/data/xml.h"

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
  const auto [stop, error] = std::from_chars(found.text.data(), end, value);
  if (error != std::errc() || stop != end)  // 1e99 is none, either
    fail(file, found, str("expected a number in <", name, ">, found ", in_quotes(found.text)));
  return value;
}

/// Where nothing is said, it is not.
bool is_difficult(const fs::path& file, const XmlElement& object) {
  return object.child("difficult") != nullptr && number(file, object, "difficult") != 0;
}

/// Without blanks at its ends.
std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A line of a class's own list, without its second column (1, -1 or 0); else nothing.
std::optional<std::string> without_column(const std::string& line) {
  const std::size_t blank = line.find_last_of(" \t");
  if (blank == std::string::npos) return {};
  const std::string last = line.substr(blank + 1), name = trimmed(line.substr(0, blank));
  if (name.empty() || (last != "1" && last != "-1" && last != "0")) return {};
  return name;
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
    // In masks, 0 is the background and the classes begin at 1, for boxes as well.
    if (options_.masks) classes.insert(classes.begin(), "background");
    std::map<std::string, std::int64_t> labels;
    for (std::size_t i = options_.masks ? 1 : 0; i < classes.size(); ++i)
      labels[classes[i]] = static_cast<std::int64_t>(i);
    std::vector<ListedPicture> pictures;
    for (const std::string& name : names(split)) {
      ListedPicture picture{picture_of(name)};
      if (const Annotation* annotation = annotation_of(name))
        faults_.collect([&] { annotate(picture, *annotation, labels, keeps_difficult(split)); });
      if (options_.masks) picture.mask = root_ / "SegmentationClass" / (name + ".png");
      pictures.push_back(std::move(picture));
    }
    faults_.require_none(set_file(split).string());
    if (pictures.empty())
      throw Error(ErrorKind::data, set_file(split).string(), "names no picture",
                  "name one a line, or set data.train and data.val");
    const auto count = static_cast<std::int64_t>(classes.size());
    return std::make_unique<PictureList>(std::move(pictures), std::move(classes),
                                         MaskLabels{count, {}, false}, std::move(notes_));
  }

 private:
  [[nodiscard]] const char* sets() const { return options_.masks ? "Segmentation" : "Main"; }
  [[nodiscard]] fs::path set_file(Split split) const {
    return root_ / "ImageSets" / sets() /
           ((split == Split::train ? options_.train : options_.val) + ".txt");
  }

  /// The names in a split's file.
  std::vector<std::string> names(Split split) {
    std::vector<std::string> names;
    for (const TextLine& line : read_lines(set_file(split))) {
      const std::string name = name_in(trimmed(line.text));
      if (name.empty() || name.find('/') != std::string::npos)
        throw Error(ErrorKind::data, line.place(set_file(split)),
                    "expected the name of a picture, found " + in_quotes(line.text),
                    "write one name a line, without folder and extension");
      names.push_back(name);
    }
    return names;
  }

  /// Names may hold blanks, and the lists of single classes have a second column: what is there
  /// decides.
  std::string name_in(const std::string& line) {
    const std::optional<std::string> name = without_column(line);
    if (!name || exists(line)) return line;
    return exists(*name) || line.ends_with(" -1") || line.find("  ") != std::string::npos ? *name
                                                                                          : line;
  }
  bool exists(const std::string& name) {
    std::error_code error;
    return pictures().contains(name) || fs::exists(root_ / "Annotations" / (name + ".xml"), error);
  }

  /// The files of JPEGImages by their names without extension, which may be any that is known.
  const std::map<std::string, fs::path>& pictures() {
    if (listed_) return pictures_;
    listed_ = true;
    std::error_code error;
    for (fs::directory_iterator entry(root_ / "JPEGImages", error), end; !error && entry != end;
         entry.increment(error)) {
      const fs::path& path = entry->path();
      if (!is_picture_name(path) || path.filename().string().starts_with(".")) continue;
      const auto [known, is_new] = pictures_.emplace(path.stem().string(), path);
      if (is_new) continue;
      notes_.add("images of the same name as another's are left out", path.string());
      const bool better = path.extension() == ".jpg" ||
                          (known->second.extension() != ".jpg" && path < known->second);
      if (better) known->second = path;
    }
    return pictures_;
  }
  fs::path picture_of(const std::string& name) {
    const auto found = pictures().find(name);
    // Reading what is not there says so.
    return found == pictures().end() ? root_ / "JPEGImages" / name : found->second;
  }

  /// The size and the boxes of an annotation; its faults are collected one by one.
  void annotate(ListedPicture& picture, const Annotation& annotation,
                const std::map<std::string, std::int64_t>& labels, bool all) {
    const fs::path& file = annotation.file;
    const XmlElement& size = part(file, annotation.root, "size");
    const float width = number(file, size, "width"), height = number(file, size, "height");
    constexpr float kLongestSide = 1 << 16;
    if (!(width >= 1 && height >= 1 && width <= kLongestSide && height <= kLongestSide))
      fail(file, size, str("<size> says ", width, "x", height, " pixels"));
    picture.width = static_cast<std::int64_t>(width);
    picture.height = static_cast<std::int64_t>(height);
    picture.annotation = printable_path(file);
    for (const XmlElement& object : annotation.root.children)
      if (object.name == "object")
        faults_.collect([&] {
          if (!all && is_difficult(file, object)) return;
          const XmlElement& name = part(file, object, "name");
          const auto label = labels.find(name.text);
          if (label == labels.end())
            fail(file, name, str("the class ", in_quotes(name.text), " is not among data.classes"));
          const XmlElement& edges = part(file, object, "bndbox");
          Box written{number(file, edges, "xmin"), number(file, edges, "ymin"),
                      number(file, edges, "xmax"), number(file, edges, "ymax"), label->second};
          // One pixel by VOC's rule, but it was no more than a click.
          const bool is_empty = written.x0 == written.x1 || written.y0 == written.y1;
          if (!is_empty) {
            --written.x0;
            --written.y0;
          }
          auto box = box_inside(written, width, height, str(printable_path(file), ":", edges.line),
                                notes_);
          if (!box) return;
          box->difficult = is_difficult(file, object);
          picture.boxes.push_back(*box);
        });
  }

  /// VOC's evaluation needs them, to leave out what is found there.
  [[nodiscard]] bool keeps_difficult(Split split) const {
    return split == Split::val || options_.difficult;
  }

  /// Null where masks need none, and where it cannot be read, which is a fault.
  const Annotation* annotation_of(const std::string& name) {
    const auto [known, is_new] = annotations_.try_emplace(name);
    if (is_new) {
      const fs::path file = root_ / "Annotations" / (name + ".xml");
      std::error_code error;
      if (!options_.masks || fs::exists(file, error))
        faults_.collect([&] {
          known->second = Annotation{file, parse_xml(read_data_text(file), file.string())};
        });
    }
    return known->second ? &*known->second : nullptr;
  }

  /// VOC's own twenty where they are enough, else all that are named in either split.
  std::vector<std::string> found_classes() {
    std::set<std::string> found;
    for (const Split split : {Split::train, Split::val})
      for (const std::string& name : names(split))
        if (const Annotation* annotation = annotation_of(name))
          for (const XmlElement& object : annotation->root.children)
            if (object.name == "object")
              if (const XmlElement* class_name = object.child("name"))
                found.insert(class_name->text);
    const std::vector<std::string>& official = official_classes();
    const bool all_official = std::all_of(found.begin(), found.end(), [&](const std::string& name) {
      return std::find(official.begin(), official.end(), name) != official.end();
    });
    if (all_official) return official;
    return {found.begin(), found.end()};
  }

  const VocOptions& options_;
  fs::path root_;
  std::map<std::string, std::optional<Annotation>> annotations_;
  std::map<std::string, fs::path> pictures_;
  bool listed_ = false;
  DataNotes notes_;
  DataFaults faults_;
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
