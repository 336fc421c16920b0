#include "vit/data/yolo.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "vit/config/yaml_parser.h"
#include "vit/config/yaml_scalar.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/box.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/data/text_lines.h"
#include "vit/image/header.h"
#include "vit/image/sample_geometry.h"
#include "vit/io/file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kYoloLine =
    "expected `class cx cy w h` in fractions of the image's sides, or `class x y x y x y …`";

[[noreturn]] void refuse_yolo(const std::string& where, const std::string& what,
                              const std::string& remedy = "correct the file") {
  throw Error(ErrorKind::data, where, what, remedy);
}

bool path_exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// data.yaml, read.
class YoloFile {
 public:
  YoloFile(const std::string& root, DataNotes& notes) : file_(root), folder_(root) {
    std::error_code error;
    if (fs::is_directory(file_, error))
      file_ /= path_exists(file_ / "data.yml") ? "data.yml" : "data.yaml";
    else
      folder_ = file_.parent_path();
    parse();
    read_names();
    if (const YamlNode* path = find("path")) {
      const fs::path wanted = folder_ / text(*path, "path");
      if (fs::is_directory(wanted, error))
        folder_ = wanted;
      else
        notes.add("`path` is not there, so that the folder of data.yaml stands for it",
                  path->place.text());
    }
  }

  [[nodiscard]] const fs::path& file() const { return file_; }
  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }
  [[nodiscard]] bool has_keypoints() const { return find("kpt_shape") != nullptr; }

  /// The value of this key; null where it has none.
  [[nodiscard]] const YamlNode* find(const std::string& key) const {
    const YamlEntry* entry = document_.find(key);
    return entry == nullptr || entry->value.kind == YamlNode::Kind::null ? nullptr : &entry->value;
  }

  /// The folders and lists of a split, each of which is there.
  [[nodiscard]] std::vector<fs::path> sources(const std::string& split) const {
    const YamlNode* value = find(split);
    if (value == nullptr)
      refuse_yolo(printable_path(file_), "does not say where `" + printable(split) + "` is",
                  "add it, or choose the keys of the splits by data.train and data.val");
    std::vector<fs::path> found;
    if (value->kind != YamlNode::Kind::sequence) return {source(*value, split)};
    for (const YamlNode& item : value->items) found.push_back(source(item, split));
    return found;
  }

 private:
  void parse() {
    std::vector<YamlProblem> problems;
    try {
      document_ = parse_yaml(read_data_text(file_), printable_path(file_), problems);
    } catch (const Error& problem) {
      refuse_yolo(problem.where(), problem.problem(),
                  problem.remedy().empty() ? "correct the file" : problem.remedy());
    }
    if (!problems.empty())
      refuse_yolo(problems[0].place.text(), str("`", problems[0].path, "` is ", problems[0].text),
                  problems[0].remedy);
    if (document_.kind != YamlNode::Kind::mapping)
      refuse_yolo(printable_path(file_),
                  "expected keys with values, found " + document_.described());
  }

  static std::string text(const YamlNode& node, const std::string& key) {
    if (node.kind != YamlNode::Kind::scalar || node.text.empty())
      refuse_yolo(node.place.text(),
                  str("`", printable(key), "`: expected a text, found ", node.described()));
    return node.text;
  }

  [[nodiscard]] fs::path source(const YamlNode& node, const std::string& split) const {
    const std::string name = text(node, split);
    if (path_exists(folder_ / name)) return folder_ / name;
    constexpr std::string_view kUp = "../";
    if (name.starts_with(kUp) && path_exists(folder_ / name.substr(kUp.size())))
      return folder_ / name.substr(kUp.size());
    refuse_yolo(node.place.text(),
                str("`", printable(split), "`: there is no ", printable_path(folder_ / name)),
                "correct it, or `path`, which it is looked for in");
  }

  void read_names() {
    const YamlNode* names = find("names");
    std::optional<std::int64_t> count;
    if (const YamlNode* nc = find("nc")) {
      std::int64_t number = 0;
      constexpr std::int64_t kMost = 100'000;
      if (nc->kind != YamlNode::Kind::scalar || parse_scalar(nc->text, number) || number < 1 ||
          number > kMost)
        refuse_yolo(nc->place.text(),
                    "`nc`: expected the number of classes, found " + nc->described());
      count = number;
    }
    if (names == nullptr) {
      if (!count)
        refuse_yolo(printable_path(file_), "has no `names`", "name the classes in a list");
      for (std::int64_t i = 0; i < *count; ++i) classes_.push_back(std::to_string(i));
      return;
    }
    if (names->kind == YamlNode::Kind::sequence)
      for (const YamlNode& name : names->items) classes_.push_back(text(name, "names"));
    else if (names->kind == YamlNode::Kind::mapping)
      read_numbered(*names);
    else
      refuse_yolo(names->place.text(), "`names`: expected a list, found " + names->described());
    if (classes_.empty()) refuse_yolo(names->place.text(), "`names` names no class");
    if (count && *count != static_cast<std::int64_t>(classes_.size()))
      refuse_yolo(names->place.text(),
                  str("`names` has ", classes_.size(), " classes, and `nc` says ", *count));
    std::set<std::string> seen;
    for (const std::string& name : classes_)
      if (!seen.insert(name).second)
        refuse_yolo(names->place.text(), str("the class ", in_quotes(name), " is named twice"),
                    "a class is known by its name: give each its own");
  }

  /// `{0: cat, 1: dog}`: all numbers from 0 on, in any order.
  void read_numbered(const YamlNode& names) {
    std::map<std::int64_t, std::string> numbered;
    for (const YamlEntry& entry : names.entries) {
      std::int64_t number = 0;
      if (parse_scalar(entry.key, number))
        refuse_yolo(entry.place.text(),
                    "`names`: expected the number of a class, found " + in_quotes(entry.key));
      if (!numbered.emplace(number, text(entry.value, "names")).second)
        refuse_yolo(entry.place.text(), str("`names`: the class ", number, " is there twice"));
    }
    for (const auto& [number, name] : numbered) {
      if (number != static_cast<std::int64_t>(classes_.size()))
        refuse_yolo(
            names.place.text(),
            str("`names` has no class ", classes_.size(), ", and one with the number ", number),
            "number the classes from 0, without gaps");
      classes_.push_back(name);
    }
  }

  fs::path file_, folder_;
  YamlNode document_;
  std::vector<std::string> classes_;
};

/// `…/labels/a/x.txt` of `…/images/a/x.jpg`: the last folder of that name; beside the image where
/// there is none.
fs::path label_file(const fs::path& image) {
  std::vector<fs::path> parts(image.begin(), image.end());
  for (std::size_t i = parts.size() - 1; i-- > 0;)
    if (parts[i] == "images") {
      parts[i] = "labels";
      break;
    }
  fs::path file;
  for (const fs::path& part : parts) file /= part;
  return file.replace_extension(".txt");
}

/// How an image lies in its file.
struct StoredFrame {
  std::int64_t width = 0, height = 0;
  int orientation = 1;
};

/// Nothing where the file cannot be read, which is told when the image is wanted.
std::optional<StoredFrame> stored_frame(const fs::path& path) try {
  const FileBytes file = FileBytes::open(path);
  constexpr std::uint64_t kHead = 1 << 14;  // holds a JPEG's size, and what says how it is turned
  std::vector<std::byte> bytes(std::min(file.size(), kHead));
  bytes.resize(file.read_some(0, bytes));
  const auto frame = [&] {
    const ImageHeader header = read_image_header(bytes, path.string());
    return std::pair(header.format, StoredFrame{header.width, header.height,
                                                exif_orientation(bytes, header.format)});
  };
  try {
    if (const auto [format, found] = frame(); format == ImageFormat::jpeg) return found;
  } catch (const Error&) {  // cut off by ourselves, perhaps
  }
  if (file.size() > kHead) bytes = read_file(path);
  return frame().second;
} catch (const Error&) {
  return {};
}

/// The words of a line as numbers.
std::vector<double> numbers_in(const std::string& line, const std::string& place) {
  std::vector<double> numbers;
  constexpr const char* kBlanks = " \t\r\v\f";
  for (std::size_t begin = line.find_first_not_of(kBlanks); begin != std::string::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    double value = 0;
    const auto [stop, error] = std::from_chars(line.data() + begin, line.data() + end, value);
    if (error != std::errc() || stop != line.data() + end || !std::isfinite(value))
      refuse_yolo(place,
                  "expected a number, found " + in_quotes(line.substr(begin, end - begin), 40),
                  kYoloLine);
    numbers.push_back(value);
    begin = line.find_first_not_of(kBlanks, end);
  }
  return numbers;
}

/// An object in fractions of its image's sides.
struct Fractions {
  std::int64_t label = 0;
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  friend auto operator<=>(const Fractions&, const Fractions&) = default;
};

class YoloReader {
 public:
  explicit YoloReader(const YoloOptions& options)
      : options_(options), file_(options.root, notes_) {}

  std::unique_ptr<Dataset> open(Split split) {
    const std::string& key = split == Split::train ? options_.train : options_.val;
    for (const fs::path& source : file_.sources(key)) add_source(source);
    if (images_.empty())
      refuse_yolo(printable_path(file_.file()), "`" + printable(key) + "` has no image");
    std::vector<ListedPicture> pictures;
    std::size_t labelled = 0;
    for (fs::path& image : images_) {
      const fs::path file = label_file(image);
      ListedPicture picture{std::move(image)};
      if (path_exists(file)) {
        ++labelled;
        faults_.collect([&] { annotate(picture, file); });
      } else {
        notes_.add("images without a label file have no objects", picture.path.string());
      }
      pictures.push_back(std::move(picture));
    }
    if (labelled == 0)
      refuse_yolo(printable_path(file_.file()),
                  str("none of the ", pictures.size(), " images of `", printable(key),
                      "` has a label file"),
                  "the objects of the first are looked for in " +
                      printable_path(label_file(pictures[0].path)));
    faults_.require_none(printable_path(file_.file()));
    return std::make_unique<PictureList>(std::move(pictures), file_.classes(), MaskLabels{},
                                         std::move(notes_));
  }

 private:
  void add_source(const fs::path& source) {
    std::error_code error;
    if (fs::is_directory(source, error)) {
      for (fs::path& image : pictures_in(source)) add_image(std::move(image));
      return;
    }
    for (const TextLine& line : read_lines(source))
      faults_.collect([&] {
        const std::size_t begin = line.text.find_first_not_of(" \t");
        if (begin == std::string::npos) return;
        const fs::path name =
            line.text.substr(begin, line.text.find_last_not_of(" \t") - begin + 1);
        if (!is_picture_name(name))
          refuse_yolo(line.place(source),
                      "expected the path of an image, found " + in_quotes(line.text, 80),
                      "write one path a line");
        const fs::path beside = source.parent_path() / name;
        add_image((path_exists(beside) || name.is_absolute() ? beside : file_.folder() / name)
                      .lexically_normal());
      });
  }

  void add_image(fs::path image) {
    if (seen_.insert(image).second)
      images_.push_back(std::move(image));
    else
      notes_.add("images that are listed twice count once", image.string());
  }

  void annotate(ListedPicture& picture, const fs::path& file) {
    const std::optional<StoredFrame> stored = stored_frame(picture.path);
    std::set<Fractions> known;
    Sample turned;
    const StoredFrame frame = stored.value_or(StoredFrame{1, 1});
    std::int64_t width = frame.width, height = frame.height;
    if (frame.orientation >= 5) std::swap(width, height);  // of the upright image
    for (const TextLine& line : read_lines(file))
      faults_.collect([&] {
        const std::string place = line.place(file);
        const std::optional<Fractions> object = object_in(line.text, place);
        if (!object) return;
        if (!known.insert(*object).second) return notes_.add("objects that are there twice", place);
        const auto scaled = [](double fraction, std::int64_t side) {
          return static_cast<float>(fraction * static_cast<double>(side));
        };
        const auto box =
            box_inside({scaled(object->x0, width), scaled(object->y0, height),
                        scaled(object->x1, width), scaled(object->y1, height), object->label},
                       static_cast<float>(width), static_cast<float>(height), place, notes_);
        if (box) turned.boxes.push_back(*box);
      });
    if (!stored) return;
    // A quarter turn is undone by the other one; all else undoes itself.
    const int back = frame.orientation == 6 ? 8 : frame.orientation == 8 ? 6 : frame.orientation;
    orient_annotations(turned, back, static_cast<int>(width), static_cast<int>(height));
    picture.boxes = std::move(turned.boxes);
    picture.width = frame.width;
    picture.height = frame.height;
    picture.annotation = printable_path(file);
  }

  /// Nothing in an empty line.
  std::optional<Fractions> object_in(const std::string& line, const std::string& place) {
    const std::vector<double> numbers = numbers_in(line, place);
    if (numbers.empty()) return {};
    constexpr std::size_t kBox = 5, kLeastPolygon = 7;
    const std::size_t count = numbers.size();
    const bool is_box = count == kBox || (file_.has_keypoints() && count > kBox);
    if (!is_box && (count < kLeastPolygon || count % 2 == 0))
      refuse_yolo(place, str("has ", count, count == 1 ? " number" : " numbers"), kYoloLine);
    const double label = numbers[0];
    if (label != std::floor(label) || label < 0 ||
        label >= static_cast<double>(file_.classes().size()))
      refuse_yolo(place,
                  str("the class ", label, " is none of the ", file_.classes().size(),
                      " that data.yaml names"),
                  "correct the line, or `names`: classes count from 0");
    Fractions object{static_cast<std::int64_t>(label)};
    if (is_box) {
      require_fractions(numbers, kBox, place);
      object.x0 = numbers[1] - numbers[3] / 2;
      object.x1 = numbers[1] + numbers[3] / 2;
      object.y0 = numbers[2] - numbers[4] / 2;
      object.y1 = numbers[2] + numbers[4] / 2;
      return object;
    }
    require_fractions(numbers, count, place);
    object.x0 = object.y0 = 1e9;
    object.x1 = object.y1 = -1e9;
    for (std::size_t i = 1; i < count; i += 2) {
      object.x0 = std::min(object.x0, numbers[i]);
      object.x1 = std::max(object.x1, numbers[i]);
      object.y0 = std::min(object.y0, numbers[i + 1]);
      object.y1 = std::max(object.y1, numbers[i + 1]);
    }
    notes_.add("polygons become the boxes around them", place);
    return object;
  }

  /// Of `numbers` before `end`, but for the class.
  static void require_fractions(const std::vector<double>& numbers, std::size_t end,
                                const std::string& place) {
    constexpr double kRounding = 0.01;
    for (std::size_t i = 1; i < end; ++i)
      if (std::abs(numbers[i]) > 1 + kRounding)
        refuse_yolo(place, str(numbers[i], " is no fraction of the image's side"),
                    "divide pixels by the image's width and height");
  }

  const YoloOptions& options_;
  DataNotes notes_;
  DataFaults faults_;
  YoloFile file_;
  std::vector<fs::path> images_;
  std::set<fs::path> seen_;
};

}  // namespace

void describe(FieldVisitor& visitor, YoloOptions& o) {
  visitor.field({"root", &o.root, "folder with data.yaml, or such a file"});
  visitor.field({"train", &o.train, "key of data.yaml for the training images"});
  visitor.field({"val", &o.val, "key of data.yaml for the validation images: val, test"});
}

std::unique_ptr<Dataset> yolo(const YoloOptions& options, Split split) {
  return YoloReader(options).open(split);
}

bool yolo_lacks_val(const YoloOptions& options) try {
  DataNotes notes;
  return YoloFile(options.root, notes).find(options.val) == nullptr;
} catch (const Error&) {
  return false;  // which opening it tells
}

}  // namespace vit
