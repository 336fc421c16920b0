#include "vit/data/registry.h"

#include <utility>

#include "vit/core/error.h"
#include "vit/data/cifar.h"
#include "vit/data/class_map.h"
#include "vit/data/image_folder.h"
#include "vit/data/mnist.h"
#include "vit/data/svhn.h"
#include "vit/data/tiny_imagenet.h"

namespace vit {
namespace {

DataSplits open_shapes(const DataSpec& spec) {
  const auto& options = std::get<ShapesOptions>(spec.options);
  return {shapes(options, Split::train), shapes(options, Split::val)};
}

DataSplits open_folder(const DataSpec& spec) {
  const auto& options = std::get<ImageFolderOptions>(spec.options);
  const std::filesystem::path root = options.root;
  std::vector<std::string> classes;
  if (!options.class_map.empty()) classes = read_class_map(options.class_map);
  DataSplits splits{
      image_folder(split_folder(root, {"train", "training"}), classes),
      image_folder(split_folder(root, {"val", "validation", "valid", "test"}), classes)};
  require_same_classes(*splits.train, *splits.val, root);
  return splits;
}

/// Of a data set that is known by its folder, and one that has options of its own.
template <std::unique_ptr<Dataset> (*open)(const std::filesystem::path&, Split)>
DataSplits open_root(const DataSpec& spec) {
  const std::filesystem::path root = std::get<FolderDataOptions>(spec.options).root;
  return {open(root, Split::train), open(root, Split::val)};
}
template <class Options, std::unique_ptr<Dataset> (*open)(const Options&, Split)>
DataSplits open_with(const DataSpec& spec) {
  const auto& options = std::get<Options>(spec.options);
  DataSplits splits{open(options, Split::train), open(options, Split::val)};
  if (splits.train->classes() != splits.val->classes())
    throw Error(ErrorKind::data, "data." + spec.name,
                str("training has ", splits.train->classes().size(), " classes and validation ",
                    splits.val->classes().size(), ", or others of the same number"),
                "name the classes in the options of the data set, or correct the annotations");
  return splits;
}

DataSplits open_manifest(const DataSpec& spec) {
  ManifestSplits splits = manifest(std::get<ManifestOptions>(spec.options));
  return {std::move(splits.train), std::move(splits.val)};
}

DataSplits open_metadata(const DataSpec& spec) {
  ManifestSplits splits = metadata_folder(std::get<FolderDataOptions>(spec.options).root);
  return {std::move(splits.train), std::move(splits.val)};
}

template <class Options>
DataOptions defaults() {
  return Options{};
}
DataOptions in(const char* root) { return FolderDataOptions{root}; }

struct KindEntry {
  std::string_view name, samples, help;
  DataOptions (*options)();
  DataSplits (*open)(const DataSpec&);
};

// A new data set is one file and one line here.
constexpr KindEntry kEntries[] = {
    {"shapes", "label", "coloured shapes, drawn from the seed; nothing to download",
     defaults<ShapesOptions>, open_shapes},
    {"folder", "label", "ROOT/train/CLASS/x.jpg and ROOT/val/CLASS/x.jpg",
     defaults<ImageFolderOptions>, open_folder},
    {"cifar10", "label", "CIFAR-10, its binary files or a folder of pictures",
     [] { return in("data/cifar10"); }, open_root<cifar10>},
    {"cifar100", "label", "CIFAR-100, its binary files or a folder of pictures",
     [] { return in("data/cifar100"); }, open_root<cifar100>},
    {"mnist", "label", "MNIST, its IDX files", [] { return in("data/mnist"); }, open_root<mnist>},
    {"fashion_mnist", "label", "Fashion-MNIST, its IDX files",
     [] { return in("data/fashion_mnist"); }, open_root<fashion_mnist>},
    {"svhn", "label", "SVHN, the cropped digits (format 2, .mat)", [] { return in("data/svhn"); },
     open_root<svhn>},
    {"tiny_imagenet", "label", "Tiny-ImageNet as it is published",
     [] { return in("data/tiny_imagenet"); }, open_root<tiny_imagenet>},
    {"manifest", "label, caption", "pictures listed in CSV or JSON-lines files",
     defaults<ManifestOptions>, open_manifest},
    {"metadata_folder", "label, caption", "ROOT/SPLIT/metadata.jsonl (or .csv), as on the HF hub",
     [] { return in("data"); }, open_metadata},
    {"shards", "label, caption", "tar shards in WebDataset's layout", defaults<ShardOptions>,
     open_with<ShardOptions, shards>},
    {"coco", "boxes, mask, caption", "COCO's instances_*.json or captions_*.json",
     defaults<CocoOptions>, open_with<CocoOptions, coco>},
    {"voc", "boxes, mask", "Pascal VOC's layout", defaults<VocOptions>, open_with<VocOptions, voc>},
    {"mask_folder", "mask", "ROOT/images/SPLIT/x.jpg and ROOT/masks/SPLIT/x.png (CamVid, ADE20K)",
     defaults<MaskFolderOptions>, open_with<MaskFolderOptions, mask_folder>},
};

const KindEntry& find(std::string_view name) {
  std::vector<std::string> names;
  for (const KindEntry& entry : kEntries) {
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
  for (const KindEntry& entry : kEntries)
    entries.push_back({entry.name, entry.help, entry.samples});
  return entries;
}

void describe(FieldVisitor& visitor, FolderDataOptions& o) {
  visitor.field({"root", &o.root, "folder of the data"});
}

void describe(FieldVisitor& visitor, ImageFolderOptions& o) {
  visitor.field({"root", &o.root, "folder with a folder for each split"});
  visitor.field({"class_map", &o.class_map, "file with one class a line; empty: the folders"});
}

void describe(FieldVisitor& visitor, DataSpec& spec) {
  const std::string before = spec.name;
  visitor.field({"name", &spec.name, "a data set of `vit data list`"});
  if (spec.name != before) spec.options = find(spec.name).options();
  std::visit([&](auto& options) { describe(visitor, options); }, spec.options);
}

DataSpec default_data(std::string_view name) { return {std::string(name), find(name).options()}; }

DataSplits open_data(const DataSpec& spec) { return find(spec.name).open(spec); }

}  // namespace vit
