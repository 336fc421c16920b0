#include "vit/data/images.h"

#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// Where the images of a split lie.
fs::path folder_of(const fs::path& root, Split split) {
  std::error_code error;
  const bool divided = fs::is_directory(root / "train", error);
  if (split == Split::train) return divided ? root / "train" : root;
  for (const char* name : {"val", "validation", "valid", "test"})
    if (divided && fs::is_directory(root / name, error)) return root / name;
  throw Error(ErrorKind::data, root.string(), "has no folder of images to validate on (train, val)",
              "make one");
}

}  // namespace

std::unique_ptr<Dataset> images(const fs::path& root, Split split) {
  require_folder(root, "a folder of images, at any depth");
  const fs::path folder = folder_of(root, split);
  DataNotes notes;
  std::vector<ListedPicture> found;
  for (fs::path& path : pictures_in(folder, &notes)) found.push_back({.path = std::move(path)});
  if (found.empty())
    throw Error(ErrorKind::data, folder.string(), "found no image in this folder or below it",
                "data.root must be a folder of images (.jpg, .png, .webp, .bmp, .ppm, .tif)");
  return std::make_unique<PictureList>(std::move(found), std::vector<std::string>{}, MaskLabels{},
                                       std::move(notes));
}

}  // namespace vit
