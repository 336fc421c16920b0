#include "vit/data/registry.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <type_traits>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/join.h"
#include "vit/data/cifar.h"
#include "vit/data/class_map.h"
#include "vit/data/image_folder.h"
#include "vit/data/images.h"
#include "vit/data/joined_classes.h"
#include "vit/data/mnist.h"
#include "vit/data/svhn.h"
#include "vit/data/tiny_imagenet.h"

namespace vit {
namespace {

const std::vector<std::string> kTrainFolders = {"train", "training"};
const std::vector<std::string> kValFolders = {"val", "validation", "valid", "test"};

DataSplits open_shapes(const DataSpec& spec, WantedSplits wanted) {
  const auto& options = std::get<ShapesOptions>(spec.options);
  return {shapes(options, Split::train),
          wanted == WantedSplits::both ? shapes(options, Split::val) : nullptr};
}

/// Whether none of `names` is a folder in `root`.
bool has_none(const std::filesystem::path& root, const std::vector<std::string>& names) {
  std::error_code error;
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::filesystem::is_directory(root / name, error);
  });
}

/// A folder of classes without splits is its own training split.
std::filesystem::path training_folder(const std::filesystem::path& root) {
  std::error_code error;
  if (!std::filesystem::is_directory(root, error) || !has_none(root, kTrainFolders) ||
      !has_none(root, kValFolders))
    return split_folder(root, kTrainFolders);
  for (const auto& entry : std::filesystem::directory_iterator(root, error))
    if (entry.is_directory(error) && !entry.path().filename().string().starts_with("."))
      return root;
  return split_folder(root, kTrainFolders);
}

DataSplits open_folder(const DataSpec& spec, WantedSplits wanted) {
  const auto& options = std::get<ImageFolderOptions>(spec.options);
  const std::filesystem::path root = options.root;
  std::vector<std::string> classes;
  if (!options.class_map.empty()) classes = read_class_map(options.class_map);
  DataSplits splits{image_folder(training_folder(root), classes), nullptr};
  if (wanted == WantedSplits::both)
    splits.val = image_folder(split_folder(root, kValFolders), classes);
  require_same_classes(*splits.train, splits.val ? *splits.val : *splits.train, root);
  return splits;
}

/// Of a data set that is known by its folder, and one that has options of its own.
template <std::unique_ptr<Dataset> (*open)(const std::filesystem::path&, Split)>
DataSplits open_root(const DataSpec& spec, WantedSplits wanted) {
  const std::filesystem::path root = std::get<FolderDataOptions>(spec.options).root;
  return {open(root, Split::train),
          wanted == WantedSplits::both ? open(root, Split::val) : nullptr};
}

template <class Options, std::unique_ptr<Dataset> (*open)(const Options&, Split)>
DataSplits open_with(const DataSpec& spec, WantedSplits wanted) {
  auto options = std::get<Options>(spec.options);
  if constexpr (std::is_same_v<Options, VocOptions>)  // classes are found in both of its files
    if (wanted == WantedSplits::train) options.val = options.train;
  DataSplits splits;
  DataFaults faults;  // of both splits, in one run
  faults.collect([&] { splits.train = open(options, Split::train); });
  if (wanted == WantedSplits::both) faults.collect([&] { splits.val = open(options, Split::val); });
  faults.require_none("data." + spec.name);
  if (!splits.val || splits.train->classes() == splits.val->classes()) return splits;
  auto joined_val = joined_to_training(splits.val, splits.train->classes());
  if (!joined_val)
    throw Error(ErrorKind::data, "data." + spec.name,
                "training and validation have other classes: training " +
                    joined(splits.train->classes(), ", ") + "; validation " +
                    joined(splits.val->classes(), ", "),
                "correct the annotations: what is in validation must have a name in training");
  splits.val = std::move(joined_val);
  return splits;
}

DataSplits open_manifest(const DataSpec& spec, WantedSplits wanted) {
  ManifestOptions options = std::get<ManifestOptions>(spec.options);
  if (wanted == WantedSplits::train) options.val = options.train;
  ManifestSplits splits = manifest(options);
  if (wanted == WantedSplits::train) splits.val.reset();
  return {std::move(splits.train), std::move(splits.val)};
}

DataSplits open_metadata(const DataSpec& spec, WantedSplits wanted) {
  const std::filesystem::path root = std::get<FolderDataOptions>(spec.options).root;
  const std::filesystem::path train = split_folder(root, kTrainFolders);
  const bool both = wanted == WantedSplits::both;
  ManifestSplits splits = metadata_folders(train, both ? split_folder(root, kValFolders) : train);
  if (!both) splits.val.reset();
  return {std::move(splits.train), std::move(splits.val)};
}

bool is_missing(const std::filesystem::path& file) {
  std::error_code error;
  return !std::filesystem::exists(file, error);
}

bool lacks_val(const ShapesOptions& /*options*/) { return false; }
bool lacks_val(const FolderDataOptions& options) { return has_none(options.root, kValFolders); }
bool lacks_val(const ImageFolderOptions& options) { return has_none(options.root, kValFolders); }
bool lacks_val(const ManifestOptions& options) { return is_missing(options.val); }
bool lacks_val(const ShardOptions& options) {
  return matching_shards(options.root, options.val).empty();
}
bool lacks_val(const CocoOptions& options) {
  return is_missing(std::filesystem::path(options.root) / options.val_annotations);
}
bool lacks_val(const VocOptions& options) {
  return is_missing(std::filesystem::path(options.root) / "ImageSets" /
                    (options.masks ? "Segmentation" : "Main") / (options.val + ".txt"));
}
bool lacks_val(const YoloOptions& options) { return yolo_lacks_val(options); }
bool lacks_val(const MaskFolderOptions& options) {
  return has_none(std::filesystem::path(options.root) / "images", kValFolders);
}

template <class Options>
DataOptions defaults() {
  return Options{};
}
DataOptions in(const char* root) { return FolderDataOptions{root}; }

using enum SamplePart;

struct KindEntry {
  std::string_view name;
  SampleParts samples;
  std::string_view help;
  DataOptions (*options)();
  DataSplits (*open)(const DataSpec&, WantedSplits);
};

// A new data set is one file and one line here.
constexpr KindEntry kEntries[] = {
    {"shapes",
     {label, boxes, object_masks, mask, caption},
     "coloured shapes, drawn from the seed; nothing to download",
     defaults<ShapesOptions>,
     open_shapes},
    {"folder",
     {label},
     "ROOT/train/CLASS/x.jpg and ROOT/val/CLASS/x.jpg, or ROOT/CLASS/x.jpg",
     defaults<ImageFolderOptions>,
     open_folder},
    {"images",
     {},
     "images without labels: ROOT/**/x.jpg, or ROOT/train and ROOT/val",
     [] { return in("data"); },
     open_root<images>},
    {"cifar10",
     {label},
     "CIFAR-10, its binary or Python files, or a folder of pictures",
     [] { return in("data/cifar10"); },
     open_root<cifar10>},
    {"cifar100",
     {label},
     "CIFAR-100, its binary or Python files, or a folder of pictures",
     [] { return in("data/cifar100"); },
     open_root<cifar100>},
    {"mnist", {label}, "MNIST, its IDX files", [] { return in("data/mnist"); }, open_root<mnist>},
    {"fashion_mnist",
     {label},
     "Fashion-MNIST, its IDX files",
     [] { return in("data/fashion_mnist"); },
     open_root<fashion_mnist>},
    {"svhn",
     {label},
     "SVHN, the cropped digits (format 2, .mat)",
     [] { return in("data/svhn"); },
     open_root<svhn>},
    {"tiny_imagenet",
     {label},
     "Tiny-ImageNet as it is published",
     [] { return in("data/tiny_imagenet"); },
     open_root<tiny_imagenet>},
    {"manifest",
     {label, caption},
     "pictures listed in CSV, JSON or JSON-lines files",
     defaults<ManifestOptions>,
     open_manifest},
    {"metadata_folder",
     {label, caption},
     "ROOT/SPLIT/metadata.jsonl (or .csv), as on the HF hub",
     [] { return in("data"); },
     open_metadata},
    {"shards",
     {label, caption},
     "tar shards in WebDataset's layout",
     defaults<ShardOptions>,
     open_with<ShardOptions, shards>},
    {"coco",
     {boxes, object_masks, mask, caption},
     "COCO's instances_*.json or captions_*.json",
     defaults<CocoOptions>,
     open_with<CocoOptions, coco>},
    {"voc", {boxes, mask}, "Pascal VOC's layout", defaults<VocOptions>, open_with<VocOptions, voc>},
    {"yolo",
     {boxes},
     "data.yaml with images/ and labels/ of text (the YOLO tools)",
     defaults<YoloOptions>,
     open_with<YoloOptions, yolo>},
    {"mask_folder",
     {mask},
     "ROOT/images/SPLIT/x.jpg and ROOT/masks/SPLIT/x.png (CamVid, ADE20K)",
     defaults<MaskFolderOptions>,
     open_with<MaskFolderOptions, mask_folder>},
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
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const KindEntry& entry : kEntries) all.push_back(entry.name);
    return all;
  }();
  visitor.field({"name", &spec.name, "a data set of `vit data list`", {}, names});
  if (spec.name != before) spec.options = find(spec.name).options();
  std::visit([&](auto& options) { describe(visitor, options); }, spec.options);
}

DataSpec default_data(std::string_view name) { return {std::string(name), find(name).options()}; }

void give_object_masks(DataSpec& spec) {
  if (auto* coco = std::get_if<CocoOptions>(&spec.options)) coco->object_masks = true;
  if (auto* shapes = std::get_if<ShapesOptions>(&spec.options)) shapes->object_masks = true;
}

DataSplits open_data(const DataSpec& spec, WantedSplits wanted) {
  return find(spec.name).open(spec, wanted);
}

bool lacks_validation(const DataSpec& spec) {
  if (spec.name.starts_with("cifar") || spec.name.ends_with("mnist") || spec.name == "svhn" ||
      spec.name == "tiny_imagenet")
    return false;  // both splits are published together
  return std::visit([](const auto& options) { return lacks_val(options); }, spec.options);
}

SampleParts parts_of(const DataSpec& spec) {
  SampleParts parts = find(spec.name).samples;
  const auto* coco = std::get_if<CocoOptions>(&spec.options);
  const auto* voc = std::get_if<VocOptions>(&spec.options);
  if ((coco != nullptr && !coco->masks) || (voc != nullptr && !voc->masks)) parts.remove(mask);
  return parts;
}

std::unique_ptr<Dataset> open_val_alone(const DataSpec& spec) {
  if (const auto* shards_options = std::get_if<ShardOptions>(&spec.options))
    return shards(*shards_options, Split::val);
  const auto* options = std::get_if<ImageFolderOptions>(&spec.options);
  if (options == nullptr) return nullptr;
  const std::filesystem::path root = options->root;
  std::error_code error;
  for (const std::string& name : kValFolders)
    if (std::filesystem::is_directory(root / name, error))
      return image_folder(root / name, options->class_map.empty()
                                           ? std::vector<std::string>{}
                                           : read_class_map(options->class_map));
  return nullptr;
}

}  // namespace vit
