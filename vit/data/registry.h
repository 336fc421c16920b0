#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/coco.h"
#include "vit/data/dataset.h"
#include "vit/data/manifest.h"
#include "vit/data/mask_folder.h"
#include "vit/data/sample_parts.h"
#include "vit/data/shapes.h"
#include "vit/data/shards.h"
#include "vit/data/voc.h"
#include "vit/data/yolo.h"

namespace vit {

/// Options of a data set that lies in a folder.
struct FolderDataOptions {
  std::string root;
};
void describe(FieldVisitor& visitor, FolderDataOptions& options);

struct ImageFolderOptions {
  std::string root = "data";
  std::string class_map{};  ///< timm's: a file with one class a line, whose label is its number
};
void describe(FieldVisitor& visitor, ImageFolderOptions& options);

using DataOptions =
    std::variant<ShapesOptions, FolderDataOptions, ImageFolderOptions, ManifestOptions,
                 ShardOptions, CocoOptions, VocOptions, MaskFolderOptions, YoloOptions>;

/// A data set by name, with its own options; reading the name chooses which options there are.
struct DataSpec {
  std::string name = "shapes";
  DataOptions options;
};
void describe(FieldVisitor& visitor, DataSpec& spec);

/// The data set of this name with its default options. Throws Error (usage) where there is none.
[[nodiscard]] DataSpec default_data(std::string_view name);

/// Has boxes come with the masks of their objects, where the samples of this kind of data set can
/// have some.
void give_object_masks(DataSpec& spec);

struct DataSplits {
  std::unique_ptr<Dataset> train, val;
};
enum class WantedSplits { both, train };

/// Opens both splits and checks that they have the same classes; or the training split alone, and
/// then there need be no other. Throws Error (data).
[[nodiscard]] DataSplits open_data(const DataSpec& spec, WantedSplits wanted = WantedSplits::both);

/// Whether there is no validation split where the options of the data set say that it is.
[[nodiscard]] bool lacks_validation(const DataSpec& spec);

/// What the samples of this data set can hold, by its kind and options alone.
[[nodiscard]] SampleParts parts_of(const DataSpec& spec);

/// The validation samples alone, where they lie by themselves: training's need not be there. Null
/// where both are opened together. Throws Error (data).
[[nodiscard]] std::unique_ptr<Dataset> open_val_alone(const DataSpec& spec);

struct DataEntry {
  std::string_view name, help;
  SampleParts samples;
};
/// The data sets that `data.name` knows.
[[nodiscard]] std::vector<DataEntry> data_entries();

}  // namespace vit
