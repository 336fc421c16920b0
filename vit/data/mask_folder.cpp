#include "vit/data/mask_folder.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/class_map.h"
#include "vit/data/image_folder.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayout =
    "lay the data out as ROOT/images/SPLIT/x.jpg and ROOT/masks/SPLIT/x.png";

/// The folder of a split in one of both trees, `named` by the user or by one of its usual names.
fs::path folder_of_split(const fs::path& tree, Split split, const std::string& named) {
  return split_folder(tree,
                      !named.empty() ? std::vector<std::string>{named}
                      : split == Split::train
                          ? std::vector<std::string>{"train", "training"}
                          : std::vector<std::string>{"val", "validation", "valid", "test"},
                      kLayout);
}

fs::path masks_in(const fs::path& root) {
  std::error_code error;
  for (const char* name : {"masks", "annotations", "labels"})
    if (fs::is_directory(root / name, error)) return root / name;
  throw Error(ErrorKind::data, root.string(), "has no folder masks/, annotations/ or labels/",
              kLayout);
}

std::vector<std::string> class_names(const MaskFolderOptions& options) {
  if (!options.class_map.empty()) return read_class_map(options.class_map);
  for (std::size_t i = 0; i < options.classes.size(); ++i)
    if (std::count(options.classes.begin(),
                   options.classes.begin() + static_cast<std::ptrdiff_t>(i),
                   options.classes[i]) > 0)
      throw Error(ErrorKind::usage, "data.classes", "`" + options.classes[i] + "` is there twice",
                  "give each value of the masks a name of its own");
  if (!options.classes.empty()) return options.classes;
  throw Error(
      ErrorKind::usage, "data.classes", "says nothing",
      "name the classes of the masks by their values, as in [sky, building], or a file with "
      "one name a line in data.class_map");
}

}  // namespace

void describe(FieldVisitor& visitor, MaskFolderOptions& o) {
  visitor.field({"root", &o.root, "folder that holds images/ and masks/"});
  visitor.field({"train", &o.train,
                 "folder in images/ and masks/ of what is learned from; empty: train or training"});
  visitor.field(
      {"val", &o.val, "of what is evaluated, as in `test`; empty: val, validation, valid or test"});
  visitor.field({"classes", &o.classes, "names of the classes, by the masks' values"});
  visitor.field({"class_map", &o.class_map, "file with one class a line, instead of classes"});
  visitor.field(
      {"ignored", &o.ignored, "values of the masks that do not count, besides 255", {0, 255}});
  visitor.field({"reduce_zero_label", &o.reduce_zero_label,
                 "0 does not count, and the classes begin at 1 (ADE20K)"});
}

std::unique_ptr<Dataset> mask_folder(const MaskFolderOptions& options, Split split) {
  const fs::path root = options.root;
  require_folder(root / "images", kLayout);
  const std::string& named = split == Split::train ? options.train : options.val;
  const fs::path images = folder_of_split(root / "images", split, named);
  const fs::path masks = folder_of_split(masks_in(root), split, named);
  std::vector<ListedPicture> pictures;
  DataNotes notes;
  DataFaults faults;
  std::set<fs::path> used;  // masks of images
  for (fs::path& path : pictures_in(images, &notes)) {
    fs::path mask = masks / path.lexically_relative(images);
    mask.replace_extension(".png");
    std::error_code error;
    if (!fs::exists(mask, error)) {
      faults.add({ErrorKind::data, path.string(), "there is no mask " + mask.string() + " for it",
                  "add the mask, or remove the picture"});
      continue;
    }
    used.insert(mask);
    pictures.push_back({std::move(path), -1, {}, std::move(mask)});
  }
  faults.require_none(images.string());
  for (const fs::path& mask : pictures_in(masks))
    if (!used.contains(mask)) notes.add("masks without an image are left out", mask.string());
  if (pictures.empty()) throw Error(ErrorKind::data, images.string(), "found no picture", kLayout);
  std::vector<std::string> names = class_names(options);
  const auto count = static_cast<std::int64_t>(names.size());
  return std::make_unique<PictureList>(
      std::move(pictures), std::move(names),
      MaskLabels{count, options.ignored, options.reduce_zero_label}, std::move(notes));
}

}  // namespace vit
