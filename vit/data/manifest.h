#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/split.h"

namespace vit {

struct ManifestOptions {
  std::string root{};  ///< where relative paths start; empty: the manifest's own folder
  std::string train = "train.csv", val = "val.csv";
  std::string path_column = "path", label_column = "label", caption_column = "caption";
  std::string class_map{};  ///< file with one class a line; empty: the labels found, sorted
};
void describe(FieldVisitor& visitor, ManifestOptions& options);

/// Both splits of pictures that are listed in files: CSV with a line of column names, or JSON lines
/// (`.jsonl`, `.ndjson`: an object a line), or a JSON array of objects (`.json`). A label is a
/// class's name; whole numbers are sorted as numbers. Without a label column, captions are enough.
/// Errors (data) name FILE:LINE: a missing column or cell, a cell too many, an unknown class.
struct ManifestSplits {
  std::unique_ptr<Dataset> train, val;
};
[[nodiscard]] ManifestSplits manifest(const ManifestOptions& options);

/// Two folders as the Hugging Face's `imagefolder` has them: `metadata.jsonl` or `.csv` with
/// `file_name` and `label` or `text` beside the pictures.
[[nodiscard]] ManifestSplits metadata_folders(const std::filesystem::path& train,
                                              const std::filesystem::path& val);

}  // namespace vit
