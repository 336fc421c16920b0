#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/data/dataset.h"

namespace vit {

/// A folder with one folder of pictures for each class: `ROOT/CLASS/**/x.jpg`, as torchvision's
/// ImageFolder. Classes are sorted by name (bytewise); hidden files are passed over; extensions are
/// .jpg .jpeg .png .webp .bmp .ppm .pgm .pbm .tif .tiff in any case.
///
/// Throws Error (data) where there is no class folder, or one without any picture.
std::unique_ptr<Dataset> image_folder(const std::filesystem::path& root);

/// The pictures in a folder at any depth, sorted by path: what ImageFolder takes for one. Throws
/// Error (data) where the folder cannot be read.
[[nodiscard]] std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder);

/// The first of `names` that is a folder in `root`; Error (data) where there is none.
[[nodiscard]] std::filesystem::path split_folder(const std::filesystem::path& root,
                                                 const std::vector<std::string>& names);

/// Throws Error (data), with what differs, unless both have the same classes.
void require_same_classes(const Dataset& train, const Dataset& val,
                          const std::filesystem::path& root);

}  // namespace vit
