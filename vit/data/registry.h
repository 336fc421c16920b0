#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/shapes.h"

namespace vit {

/// Options of a data set that lies in a folder.
struct FolderDataOptions {
  std::string root;
};
void describe(FieldVisitor& visitor, FolderDataOptions& options);

/// A data set by name, with its own options; reading the name chooses which options there are.
struct DataSpec {
  std::string name = "shapes";
  std::variant<ShapesOptions, FolderDataOptions> options;
};
void describe(FieldVisitor& visitor, DataSpec& spec);

struct DataSplits {
  std::unique_ptr<Dataset> train, val;
};

/// Opens both splits and checks that they have the same classes. Throws Error (data).
[[nodiscard]] DataSplits open_data(const DataSpec& spec);

struct DataEntry {
  std::string_view name, help;
};
/// The data sets that `data.name` knows.
[[nodiscard]] std::vector<DataEntry> data_entries();

}  // namespace vit
