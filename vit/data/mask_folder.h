#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

struct MaskFolderOptions {
  std::string root = "data";
  std::string train{}, val{};           ///< folders of the splits; empty: by their usual names
  std::vector<std::string> classes{};   ///< names, by label
  std::string class_map{};              ///< file with one name a line, instead
  std::vector<std::int64_t> ignored{};  ///< values of the masks that do not count, besides 255
  bool reduce_zero_label = false;       ///< 0 does not count, and the others begin at 0 (ADE20K)
};
void describe(FieldVisitor& visitor, MaskFolderOptions& options);

/// Pictures and masks in two trees of the same names: `images/SPLIT/**/x.jpg` and
/// `masks/SPLIT/**/x.png` (also `annotations/` or `labels/` for `masks/`; CamVid, ADE20K). A mask
/// is a PNG in grey or with a palette whose values are classes. Throws Error (data): a picture
/// without its mask, by name.
std::unique_ptr<Dataset> mask_folder(const MaskFolderOptions& options, Split split);

}  // namespace vit
