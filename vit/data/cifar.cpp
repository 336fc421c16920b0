#include "vit/data/cifar.h"

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "vit/core/error.h"
#include "vit/data/image_batch.h"
#include "vit/data/image_folder.h"
#include "vit/data/pixel_records.h"
#include "vit/io/file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 32;
constexpr std::size_t kPlane = kSide * kSide;

/// Either data set. Its binary version: records of labels and the planes R, G, B. Its Python
/// version: pickles of the same planes and a list of labels.
struct Format {
  const char* name;    // of `vit data`
  const char* folder;  // in the archive
  std::vector<std::string> train, val;
  const char* python_folder;
  std::vector<std::string> python_train, python_val;
  const char* python_labels;  // the key of the labels
  std::size_t labels;         // bytes before the pixels; the last is the one
  std::vector<std::string> classes;
};

const Format& format10() {
  static const Format format = {
      "cifar10",
      "cifar-10-batches-bin",
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
       "data_batch_5.bin"},
      {"test_batch.bin"},
      "cifar-10-batches-py",
      {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
      {"test_batch"},
      "labels",
      1,
      {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
  return format;
}

// The names of fine_label_names.txt.
const Format& format100() {
  static const Format format = {
      "cifar100",
      "cifar-100-binary",
      {"train.bin"},
      {"test.bin"},
      "cifar-100-python",
      {"train"},
      {"test"},
      "fine_labels",
      2,
      {"apple",       "aquarium_fish", "baby",      "bear",       "beaver",       "bed",
       "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
       "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
       "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
       "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
       "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
       "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn_mower",
       "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple_tree",
       "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak_tree",     "orange",
       "orchid",      "otter",         "palm_tree", "pear",       "pickup_truck", "pine_tree",
       "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
       "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
       "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
       "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet_pepper",
       "table",       "tank",          "telephone", "television", "tiger",        "tractor",
       "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
       "willow_tree", "wolf",          "woman",     "worm"}};
  return format;
}

void read_batch(const fs::path& file, const Format& format, std::vector<std::uint8_t>& pixels,
                std::vector<std::uint8_t>& labels) {
  const std::size_t record = format.labels + 3 * kPlane;
  const std::vector<std::byte> bytes = read_file(file);
  if (bytes.empty() || bytes.size() % record != 0)
    throw Error(
        ErrorKind::data, file.string(),
        str("has ", bytes.size(), " bytes, which is no multiple of ", record,
            " (labels and 3x32x32 pixels)"),
        str("the file is damaged or not the binary version of ", format.name, ": get it again"));
  pixels.reserve(pixels.size() + bytes.size());
  for (std::size_t begin = 0; begin < bytes.size(); begin += record) {
    const auto label = std::to_integer<std::uint8_t>(bytes[begin + format.labels - 1]);
    if (label >= format.classes.size())
      throw Error(ErrorKind::data, file.string(),
                  str("record ", begin / record, " has label ", int{label}, ", and there are ",
                      format.classes.size(), " classes"),
                  str("the file is damaged or not ", format.name, ": get it again"));
    labels.push_back(label);
    const std::byte* planes = bytes.data() + begin + format.labels;
    for (std::size_t i = 0; i < kPlane; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        pixels.push_back(std::to_integer<std::uint8_t>(planes[c * kPlane + i]));
  }
}

/// A batch of the Python version.
void read_python_batch(const fs::path& file, const Format& format,
                       std::vector<std::uint8_t>& pixels, std::vector<std::uint8_t>& labels) {
  const ImageBatch batch = read_image_batch(file, format.python_labels);
  if (batch.columns != 3 * kPlane || batch.labels.size() != batch.rows)
    throw Error(ErrorKind::data, file.string(),
                str("has ", batch.rows, " rows of ", batch.columns, " numbers and ",
                    batch.labels.size(), " labels; expected rows of 3x32x32 pixels"),
                str("the file is damaged or not ", format.name, ": get it again"));
  pixels.reserve(pixels.size() + batch.bytes.size());
  for (std::size_t row = 0; row < batch.rows; ++row) {
    const std::int64_t label = batch.labels[row];
    if (label < 0 || label >= static_cast<std::int64_t>(format.classes.size()))
      throw Error(ErrorKind::data, file.string(),
                  str("row ", row, " has label ", label, ", and there are ", format.classes.size(),
                      " classes"),
                  str("the file is damaged or not ", format.name, ": get it again"));
    labels.push_back(static_cast<std::uint8_t>(label));
    const std::uint8_t* planes = batch.bytes.data() + row * 3 * kPlane;
    for (std::size_t i = 0; i < kPlane; ++i)
      for (std::size_t c = 0; c < 3; ++c) pixels.push_back(planes[c * kPlane + i]);
  }
}

/// Where the first of `files` lies: in `root` or in its folder of the archive; nothing where it is
/// in neither.
std::optional<fs::path> folder_with(const std::vector<std::string>& files, const fs::path& root,
                                    const char* folder) {
  std::error_code error;
  for (const fs::path& place : {root, root / folder})
    if (fs::is_regular_file(place / files.front(), error)) return place;
  return {};
}

std::unique_ptr<Dataset> open(const Format& format, const fs::path& root, Split split) {
  const std::vector<std::string>& files = split == Split::train ? format.train : format.val;
  const std::string name = str(format.name, split == Split::train ? "/train" : "/test");
  std::error_code error;
  const std::vector<std::string>& pickles =
      split == Split::train ? format.python_train : format.python_val;
  const auto binary = folder_with(files, root, format.folder);
  const auto python = folder_with(pickles, root, format.python_folder);
  if (binary || python) {
    std::vector<std::uint8_t> pixels, labels;
    if (binary)
      for (const std::string& file : files) read_batch(*binary / file, format, pixels, labels);
    else
      for (const std::string& file : pickles)
        read_python_batch(*python / file, format, pixels, labels);
    return std::make_unique<PixelRecords>(name, kSide, kSide, 3, std::move(pixels),
                                          std::move(labels), format.classes);
  }
  if (fs::is_directory(root / "train", error) && fs::is_directory(root / "test", error))
    return image_folder(root / (split == Split::train ? "train" : "test"));
  throw Error(ErrorKind::data, root.string(),
              str("is not ", format.name, ": there is neither ", files.front(), " nor ",
                  format.python_folder, "/", pickles.front(), " nor train/ and test/ in it"),
              str("get it with `vit data prepare ", format.name, " --root ", root.string(),
                  "`, or from an archive you have with `--from ARCHIVE`; or set data.root"));
}

}  // namespace

std::unique_ptr<Dataset> cifar10(const fs::path& root, Split split) {
  return open(format10(), root, split);
}

std::unique_ptr<Dataset> cifar100(const fs::path& root, Split split) {
  return open(format100(), root, split);
}

}  // namespace vit
