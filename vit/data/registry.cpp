#include "vit/data/registry.h"

#include "vit/core/error.h"
#include "vit/data/cifar10.h"
#include "vit/data/image_folder.h"

namespace vit {
namespace {

DataSplits open_shapes(const DataSpec& spec) {
  const auto& options = std::get<ShapesOptions>(spec.options);
  return {shapes(options, Split::train), shapes(options, Split::val)};
}

DataSplits open_folder(const DataSpec& spec) {
  const std::filesystem::path root = std::get<FolderDataOptions>(spec.options).root;
  DataSplits splits{image_folder(split_folder(root, {"train", "training"})),
                    image_folder(split_folder(root, {"val", "validation", "valid", "test"}))};
  require_same_classes(*splits.train, *splits.val, root);
  return splits;
}

DataSplits open_cifar10(const DataSpec& spec) {
  const std::filesystem::path root = std::get<FolderDataOptions>(spec.options).root;
  return {cifar10(root, Split::train), cifar10(root, Split::val)};
}

struct Entry {
  std::string_view name, help, root;  // root: the default folder; empty for data that is drawn
  DataSplits (*open)(const DataSpec&);
};

// A new data set is one file and one line here.
constexpr Entry kEntries[] = {
    {"shapes", "coloured shapes on textured backgrounds, drawn from the seed; nothing to download",
     "", open_shapes},
    {"folder", "ROOT/train/CLASS/x.jpg and ROOT/val/CLASS/x.jpg", "data", open_folder},
    {"cifar10", "CIFAR-10, its binary files or a folder of pictures", "data/cifar10", open_cifar10},
};

const Entry& find(std::string_view name) {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return entry;
    names.emplace_back(entry.name);
  }
  const std::string near = nearest(name, names);
  throw Error(ErrorKind::usage, "data.name", str("there is no data set `", name, "`"),
              str(near.empty() ? "" : "did you mean " + near + "? ", "`vit data list` lists all"));
}

}  // namespace

std::vector<DataEntry> data_entries() {
  std::vector<DataEntry> entries;
  for (const Entry& entry : kEntries) entries.push_back({entry.name, entry.help});
  return entries;
}

void describe(FieldVisitor& visitor, FolderDataOptions& o) {
  visitor.field({"root", &o.root, "folder of the data"});
}

void describe(FieldVisitor& visitor, DataSpec& spec) {
  const std::string before = spec.name;
  visitor.field({"name", &spec.name, "a data set of `vit data list`"});
  if (spec.name != before) {
    const Entry& entry = find(spec.name);
    if (entry.root.empty())
      spec.options = ShapesOptions{};
    else
      spec.options = FolderDataOptions{std::string(entry.root)};
  }
  std::visit([&](auto& options) { describe(visitor, options); }, spec.options);
}

DataSplits open_data(const DataSpec& spec) { return find(spec.name).open(spec); }

}  // namespace vit
