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
/// With a class map (timm's `class_map`: names in the order of their labels), only its folders are
/// read, and labels are positions in it. What is left out (files of other types, folders that the
/// map does not name) is counted in the set's notes.
///
/// Throws Error (data) where there is no class folder, or one without any picture.
std::unique_ptr<Dataset> image_folder(const std::filesystem::path& root,
                                      std::vector<std::string> class_map = {});

/// The first of `names` that is a folder in `root`; Error (data), with `layout` as its remedy,
/// where there is none.
[[nodiscard]] std::filesystem::path split_folder(
    const std::filesystem::path& root, const std::vector<std::string>& names,
    const std::string& layout =
        "lay the data out as ROOT/train/CLASS/x.jpg and ROOT/val/CLASS/x.jpg");

/// Throws Error (data), with what differs, unless both have the same classes, and more than one,
/// and none that differ in upper and lower case only.
void require_same_classes(const Dataset& train, const Dataset& val,
                          const std::filesystem::path& root);

}  // namespace vit
