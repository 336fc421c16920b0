#include "vit/data/layout.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "vit/config/yaml_parser.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/picture_files.h"
#include "vit/data/tar_index.h"
#include "vit/data/text_lines.h"
#include "vit/image/header.h"
#include "vit/io/csv_records.h"
#include "vit/io/json.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using enum SamplePart;

constexpr const char* kTrain[] = {"train", "training"};
constexpr const char* kVal[] = {"val", "validation", "valid", "test"};

bool has_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}
bool has_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// What lies in a folder, sorted; hidden files are passed over.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (!it->path().filename().string().starts_with('.')) entries.push_back(it->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

template <class Names>
std::string first_of(const Names& names, const std::function<bool(const std::string&)>& is_there) {
  for (const std::string name : names)
    if (is_there(name)) return name;
  return {};
}

/// Calls `see` with the images below a folder, at any depth, until it says false.
void each_image(const fs::path& folder, const std::function<bool(const fs::path&)>& see) {
  std::error_code error;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  for (const fs::recursive_directory_iterator end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.')) {
      it.disable_recursion_pending();
    } else if (is_picture_name(it->path()) && it->is_regular_file(ignored)) {
      if (!see(it->path())) return;
    }
  }
}

bool holds_image(const fs::path& folder) {
  bool found = false;
  each_image(folder, [&](const fs::path&) {
    found = true;
    return false;
  });
  return found;
}

bool has_image_itself(const fs::path& folder) {
  const std::vector<fs::path> entries = entries_of(folder);
  return std::any_of(entries.begin(), entries.end(),
                     [](const fs::path& path) { return is_picture_name(path) && has_file(path); });
}

/// The folders in it that hold images: its classes, perhaps.
std::vector<std::string> image_folders(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& path : entries_of(folder))
    if (has_folder(path) && holds_image(path)) names.push_back(path.filename().string());
  return names;
}

std::optional<DataLayout> yolo_layout(const fs::path& folder) {
  fs::path file = folder / "data.yaml";
  if (!has_file(file)) {
    file.clear();
    for (const fs::path& path : entries_of(folder)) {
      if (path.extension() != ".yaml" && path.extension() != ".yml") continue;
      try {
        std::vector<YamlProblem> problems;
        const YamlNode root = parse_yaml(read_data_text(path), path.string(), problems);
        if (root.find("names") != nullptr && root.find("train") != nullptr) file = path;
      } catch (const Error&) {
        continue;  // a YAML file of something else
      }
    }
    if (file.empty()) return std::nullopt;
  }
  YoloOptions options;
  options.root = (file.filename() == "data.yaml" ? folder : file).string();
  if (yolo_lacks_val(options)) {
    options.val = "test";
    if (yolo_lacks_val(options)) options.val = "val";
  }
  DataLayout layout{{"yolo", options}, {boxes}};
  layout.has_val = !yolo_lacks_val(options);
  layout.found = "boxes of the YOLO tools' " + file.filename().string();
  if (options.val == "test") layout.remarks.push_back("validation is on the split `test`");
  return layout;
}

std::optional<DataLayout> voc_layout(const fs::path& folder) {
  if (!has_folder(folder / "JPEGImages") || !has_folder(folder / "ImageSets")) return std::nullopt;
  VocOptions options;
  options.root = folder.string();
  options.masks = !has_folder(folder / "ImageSets" / "Main");
  const fs::path sets = folder / "ImageSets" / (options.masks ? "Segmentation" : "Main");
  const auto is_there = [&](const std::string& name) { return has_file(sets / (name + ".txt")); };
  options.train = first_of(std::initializer_list<const char*>{"train", "trainval"}, is_there);
  options.val = first_of(std::initializer_list<const char*>{"val", "test"}, is_there);
  if (options.train.empty())
    throw Error(ErrorKind::data, printable_path(sets), "has no train.txt and no trainval.txt",
                "write the names of the training images into one, a line each, without extension");
  DataLayout layout{{"voc", options}, {}};
  layout.samples = options.masks ? SampleParts{mask} : SampleParts{boxes};
  layout.has_val = !options.val.empty();
  layout.found = str("Pascal VOC's ", options.masks ? "masks" : "boxes", " of ImageSets/",
                     sets.filename().string(), "/", options.train, ".txt");
  if (options.val.empty()) std::get<VocOptions>(layout.spec.options).val = "val";
  return layout;
}

/// A JSON file of COCO's, and what is in it.
struct CocoFile {
  fs::path path;
  bool captions = false;
  std::string image;  ///< the first `file_name`
};

/// The text behind the first `"key": "` in a file.
std::string first_text(const fs::path& file, std::string_view key) {
  const std::string wanted = str("\"", key, "\"");
  std::ifstream stream(file, std::ios::binary);
  std::string window;
  std::vector<char> piece(std::size_t{1} << 20);
  while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
         stream.gcount() > 0) {
    window.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    std::size_t at = window.find(wanted);
    if (at == std::string::npos) {
      window.erase(0, window.size() - std::min(window.size(), wanted.size()));
      continue;
    }
    at = window.find('"', window.find(':', at + wanted.size()));
    const std::size_t end = at == std::string::npos ? at : window.find('"', at + 1);
    if (end == std::string::npos && window.size() < (std::size_t{4} << 20)) continue;
    return end == std::string::npos ? "" : window.substr(at + 1, end - at - 1);
  }
  return {};
}

/// The folder that the images of an annotation file lie in, from `root`; nothing where there is
/// none.
std::optional<fs::path> images_of(const CocoFile& file, const fs::path& root) {
  std::string stem = file.path.stem().string();
  const std::size_t last = stem.rfind('_');
  if (last != std::string::npos) stem = stem.substr(last + 1);  // instances_train2017
  for (const fs::path& folder :
       {fs::path(stem), fs::path("images") / stem, fs::path("images"), fs::path(".")})
    if (has_file(root / folder / file.image)) return folder.lexically_normal();
  const fs::path beside = file.path.parent_path();
  if (has_file(beside / file.image)) return beside.lexically_relative(root);
  return std::nullopt;
}

std::optional<DataLayout> coco_layout(const fs::path& root) {
  std::vector<fs::path> places = {root, root / "annotations"};
  for (const char* name : kTrain) places.push_back(root / name);
  for (const char* name : kVal) places.push_back(root / name);
  std::optional<CocoFile> train, val;
  for (const fs::path& place : places) {
    for (const fs::path& path : entries_of(place)) {
      const std::string name = path.filename().string();
      const bool captions = name.starts_with("captions");
      if (path.extension() != ".json" ||
          !(captions || name.starts_with("instances") || name.ends_with(".coco.json")))
        continue;
      const std::string split = name.starts_with("_") ? place.filename().string() : name;
      const auto names = [&](const auto& words) {
        return std::any_of(std::begin(words), std::end(words),
                           [&](const char* word) { return split.find(word) != std::string::npos; });
      };
      // Boxes before captions, of which COCO has both; `val` before `test`.
      std::optional<CocoFile>& which = names(kTrain) ? train : val;
      if (!names(kTrain) && !names(kVal)) continue;
      if (which && (!which->captions || captions)) continue;
      which = CocoFile{path, captions, first_text(path, "file_name")};
    }
  }
  if (!train) return std::nullopt;
  if (val && val->captions != train->captions) val.reset();
  const auto images = images_of(*train, root);
  if (!images)
    throw Error(
        ErrorKind::data, printable_path(train->path),
        "names the image " + printable(train->image) + ", which is in none of the folders here",
        "put the images into train/ or images/ beside it");
  CocoOptions options;
  options.root = root.string();
  options.train_annotations = train->path.lexically_relative(root).string();
  options.train_images = images->string();
  std::optional<fs::path> val_images;
  if (val) val_images = images_of(*val, root);
  DataLayout layout{{"coco", {}}, {}};
  layout.samples = train->captions ? SampleParts{caption} : SampleParts{boxes};
  layout.has_val = val_images.has_value();
  if (val_images) {
    options.val_annotations = val->path.lexically_relative(root).string();
    options.val_images = val_images->string();
  }
  layout.spec.options = options;
  layout.found =
      str(train->captions ? "captions" : "boxes", " of COCO's ", options.train_annotations);
  return layout;
}

/// Names for the values of masks, and the greatest of them; a mask that cannot be read is the
/// check's business.
struct MaskValues {
  std::int64_t greatest = -1;
  std::size_t masks = 0, read = 0;
};

MaskValues values_of(const fs::path& folder) {
  constexpr std::size_t kMostRead = 400;
  MaskValues values;
  std::vector<fs::path> files;
  each_image(folder, [&](const fs::path& path) {
    files.push_back(path);
    return true;
  });
  std::sort(files.begin(), files.end());
  values.masks = files.size();
  const std::size_t step = std::max<std::size_t>((files.size() + kMostRead - 1) / kMostRead, 1);
  for (std::size_t i = 0; i < files.size(); i += step) {
    try {
      const Image image = load_mask(files[i]);
      for (const std::uint8_t value : image.pixels)
        if (value != 255) values.greatest = std::max<std::int64_t>(values.greatest, value);
      ++values.read;
    } catch (const Error&) {
      continue;
    }
  }
  return values;
}

std::optional<DataLayout> mask_layout(const fs::path& root) {
  const fs::path images = root / "images";
  const auto split_in = [&](const auto& names) {
    return first_of(names, [&](const std::string& name) { return has_folder(images / name); });
  };
  const std::string train = split_in(kTrain);
  if (train.empty()) return std::nullopt;
  fs::path masks;
  for (const char* name : {"masks", "annotations", "labels"})
    if (has_folder(root / name / train) && holds_image(root / name / train)) masks = root / name;
  if (masks.empty()) return std::nullopt;
  const std::string val = split_in(kVal);
  const MaskValues values = values_of(masks);
  MaskFolderOptions options;
  options.root = root.string();
  for (std::int64_t i = 0; i <= values.greatest; ++i) options.classes.push_back(str("class_", i));
  DataLayout layout{{"mask_folder", options}, {mask}};
  layout.has_val = !val.empty();
  layout.found = str("images and masks of ", values.greatest + 1, " values (images/", train, ", ",
                     masks.filename().string(), "/", train, ")");
  layout.remarks.push_back(
      "give the classes their names in data.classes, and name values that do not count in "
      "data.ignored");
  if (values.read < values.masks)
    layout.remarks.push_back(str("values were looked for in ", values.read, " of ", values.masks,
                                 " masks: others may have more"));
  return layout;
}

/// The columns of a list of images, with the first image's values.
using FirstRow = std::vector<std::pair<std::string, std::string>>;

FirstRow first_row(const fs::path& file) {
  constexpr std::size_t kHead = std::size_t{64} << 10;
  std::ifstream stream(file, std::ios::binary);
  std::string head(kHead, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(kHead));
  head.erase(std::min(kHead, static_cast<std::size_t>(stream.gcount())));
  if (head.starts_with("\xEF\xBB\xBF")) head.erase(0, 3);
  FirstRow row;
  try {
    if (file.extension() == ".csv") {
      // Two lines, or as many as it takes until quotes are closed.
      for (std::size_t end = head.find('\n'); end != std::string::npos;) {
        end = head.find('\n', end + 1);
        try {
          const auto records = csv_records(head.substr(0, end), printable_path(file));
          if (records.size() < 2) continue;
          for (std::size_t i = 0; i < records[0].cells.size() && i < records[1].cells.size(); ++i)
            row.emplace_back(records[0].cells[i], records[1].cells[i]);
          break;
        } catch (const Error&) {
          continue;
        }
      }
    } else {
      const auto object =
          parse_json(head.substr(0, head.find('\n')), printable_path(file), ErrorKind::data);
      for (const auto& [key, value] : object.items())
        row.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
  } catch (const Error&) {
    row.clear();  // a list of something else
  }
  return row;
}

/// The one of `names` that is a column, or "".
std::string column(const FirstRow& row, std::initializer_list<const char*> names) {
  return first_of(names, [&](const std::string& name) {
    return std::any_of(row.begin(), row.end(),
                       [&](const auto& cell) { return cell.first == name; });
  });
}

std::optional<DataLayout> list_layout(const fs::path& root) {
  const auto list_in = [&](const auto& names) {
    for (const std::string name : names)
      for (const char* ending : {".csv", ".jsonl", ".ndjson"})
        if (has_file(root / (name + ending))) return root / (name + ending);
    return fs::path();
  };
  const fs::path train = list_in(kTrain), val = list_in(kVal);
  if (train.empty()) return std::nullopt;
  const FirstRow row = first_row(train);
  ManifestOptions options;
  options.root = root.string();
  options.path_column =
      column(row, {"path", "file", "file_name", "filename", "image", "filepath", "image_path"});
  options.label_column = column(row, {"label", "class", "category", "target"});
  options.caption_column = column(row, {"caption", "text", "sentence"});
  if (options.path_column.empty() ||
      (options.label_column.empty() && options.caption_column.empty()))
    return std::nullopt;
  for (const auto& [name, value] : row)
    if (name == options.path_column && !has_file(root / value)) return std::nullopt;
  DataLayout layout{{"manifest", {}}, {}};
  const bool labels = !options.label_column.empty();
  layout.samples = labels ? SampleParts{label} : SampleParts{caption};
  if (options.label_column.empty()) options.label_column = "label";
  if (options.caption_column.empty()) options.caption_column = "caption";
  options.train = train.string();
  if (!val.empty()) options.val = val.string();
  layout.has_val = !val.empty();
  layout.spec.options = options;
  layout.found = str("images with ", labels ? "labels" : "captions", " of the list ",
                     train.filename().string());
  return layout;
}

std::optional<DataLayout> metadata_layout(const fs::path& root) {
  const auto list_in = [&](const auto& names) {
    for (const std::string name : names)
      for (const char* file : {"metadata.jsonl", "metadata.csv"})
        if (has_file(root / name / file)) return root / name / file;
    return fs::path();
  };
  const fs::path train = list_in(kTrain);
  if (train.empty()) return std::nullopt;
  const bool captions = column(first_row(train), {"label"}).empty();
  DataLayout layout{{"metadata_folder", FolderDataOptions{root.string()}}, {}};
  layout.samples = captions ? SampleParts{caption} : SampleParts{label};
  layout.has_val = !list_in(kVal).empty();
  layout.found = str("images with ", captions ? "captions" : "labels", " of ",
                     train.lexically_relative(root).string());
  return layout;
}

std::optional<DataLayout> shard_layout(const fs::path& root) {
  ShardOptions options;
  options.root = root.string();
  const std::vector<fs::path> train = matching_shards(root, options.train);
  if (train.empty()) return std::nullopt;
  SampleParts parts{caption};
  for (const TarMember& member : tar_index(train.front()))
    if (member.name.ends_with(".cls")) parts = {label};
  DataLayout layout{{"shards", options}, parts};
  layout.has_val = !matching_shards(root, options.val).empty();
  layout.found = str(train.size(), " shards ", options.train);
  return layout;
}

/// The YOLO tools' images/ and labels/ without the file that names the classes.
void refuse_yolo_without_names(const fs::path& root) {
  if (!has_folder(root / "images")) return;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root / "labels", error), end; !error && it != end;
       it.increment(error))
    if (it->path().extension() == ".txt")
      throw Error(
          ErrorKind::data, printable_path(root),
          "has images/ and labels/ with texts, as the YOLO tools have them, and no data.yaml",
          "write data.yaml beside them: `train: images/train`, `val: images/val` and "
          "`names: [FIRST, SECOND]`");
}

/// A folder for each class, or nothing but images.
DataLayout folder_layout(const fs::path& root) {
  refuse_yolo_without_names(root);
  const auto split_in = [&](const auto& names) {
    return first_of(names, [&](const std::string& name) {
      return has_folder(root / name) && holds_image(root / name);
    });
  };
  const std::string train = split_in(kTrain), val = split_in(kVal);
  const fs::path folder = train.empty() ? root : root / train;
  const std::vector<std::string> classes = image_folders(folder);
  if (train.empty() && classes.empty() && !has_image_itself(root))
    throw Error(ErrorKind::data, printable_path(root), "found no image in this folder",
                "`vit data list` tells which layouts are read");
  const std::string where = train.empty() ? "" : " in " + train + "/";
  const bool by_class =
      classes.size() > 1 && !has_image_itself(folder) && (!train.empty() || val.empty());
  if (!by_class) {
    DataLayout layout{{"images", FolderDataOptions{root.string()}}, {}};
    layout.has_val = !train.empty() && !val.empty();
    layout.found = "images without labels" + where;
    return layout;
  }
  ImageFolderOptions options;
  options.root = root.string();
  DataLayout layout{{"folder", options}, {label}};
  layout.has_val = !val.empty();
  layout.found = str("a folder for each of ", classes.size(), " classes", where);
  return layout;
}

}  // namespace

DataLayout find_layout(const fs::path& folder) {
  require_folder(folder, "name the folder that holds the data");
  const fs::path root = folder.lexically_normal();
  for (const auto look : {yolo_layout, voc_layout, coco_layout, mask_layout, metadata_layout,
                          list_layout, shard_layout})
    if (std::optional<DataLayout> layout = look(root)) return *std::move(layout);
  return folder_layout(root);
}

Size2 usual_size(const fs::path& folder) {
  constexpr std::size_t kMeasured = 50;
  constexpr std::int64_t kMost = 5000, kEvery = 7;
  constexpr std::size_t kHead = std::size_t{64} << 10;
  std::vector<std::int64_t> widths, heights;
  std::int64_t seen = 0;
  each_image(folder, [&](const fs::path& path) {
    if (seen++ % kEvery == 0) {
      std::ifstream stream(path, std::ios::binary);
      std::vector<std::byte> head(kHead);
      stream.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(kHead));
      head.resize(static_cast<std::size_t>(stream.gcount()));
      try {
        const ImageHeader header = read_image_header(head, path.string());
        widths.push_back(header.width);
        heights.push_back(header.height);
      } catch (const Error&) {
        // `vit data check` tells of it.
      }
    }
    return seen < kMost && widths.size() < kMeasured;
  });
  const auto median = [](std::vector<std::int64_t>& values) -> std::int64_t {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  return {median(heights), median(widths)};
}

}  // namespace vit
