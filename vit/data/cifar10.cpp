#include "vit/data/cifar10.h"

#include <algorithm>
#include <string>

#include "vit/core/error.h"
#include "vit/data/image_folder.h"
#include "vit/io/file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kClasses = {"airplane", "automobile", "bird",  "cat",  "deer",
                                           "dog",      "frog",       "horse", "ship", "truck"};
constexpr int kSide = 32;
constexpr std::size_t kPlane = kSide * kSide;
constexpr std::size_t kRecord = 1 + 3 * kPlane;  // label, then the planes R, G, B

std::vector<std::string> batch_names(Split split) {
  if (split == Split::val) return {"test_batch.bin"};
  return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
          "data_batch_5.bin"};
}

class CifarBinary final : public Dataset {
 public:
  CifarBinary(const fs::path& folder, Split split)
      : name_(split == Split::train ? "cifar10/train" : "cifar10/test") {
    for (const std::string& batch : batch_names(split)) {
      const std::vector<std::byte> bytes = read_file(folder / batch);
      if (bytes.empty() || bytes.size() % kRecord != 0)
        throw Error(ErrorKind::data, (folder / batch).string(),
                    str("has ", bytes.size(), " bytes, which is no multiple of ", kRecord,
                        " (a label and 3x32x32 pixels)"),
                    "the file is damaged or not the binary version of CIFAR-10: get it again");
      for (std::size_t begin = 0; begin < bytes.size(); begin += kRecord)
        if (std::to_integer<std::size_t>(bytes[begin]) >= kClasses.size())
          throw Error(ErrorKind::data, (folder / batch).string(),
                      str("record ", begin / kRecord, " has label ",
                          std::to_integer<int>(bytes[begin]), ", and there are 10 classes"),
                      "the file is damaged or not CIFAR-10: get it again");
      records_.insert(records_.end(), bytes.begin(), bytes.end());
    }
  }

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(records_.size() / kRecord);
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return kClasses; }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return std::to_integer<std::int64_t>(*record(index));
  }

  [[nodiscard]] Sample get(std::int64_t index) const override {
    Sample sample;
    sample.source = str(name_, "/", index);
    sample.label = label(index);
    sample.image = Image(kSide, kSide, 3);
    const std::byte* planes = record(index) + 1;
    for (std::size_t i = 0; i < kPlane; ++i)
      for (std::size_t c = 0; c < 3; ++c)
        sample.image.pixels[3 * i + c] = std::to_integer<std::uint8_t>(planes[c * kPlane + i]);
    return sample;
  }

 private:
  [[nodiscard]] const std::byte* record(std::int64_t index) const {
    return records_.data() + static_cast<std::size_t>(index) * kRecord;
  }

  std::string name_;
  std::vector<std::byte> records_;
};

}  // namespace

std::unique_ptr<Dataset> cifar10(const fs::path& root, Split split) {
  const std::string first = batch_names(split).front();
  std::error_code error;
  for (const fs::path& folder : {root, root / "cifar-10-batches-bin"})
    if (fs::exists(folder / first, error)) return std::make_unique<CifarBinary>(folder, split);
  if (fs::is_directory(root / "train", error) && fs::is_directory(root / "test", error))
    return image_folder(root / (split == Split::train ? "train" : "test"));
  throw Error(ErrorKind::data, root.string(),
              "is not CIFAR-10: there is neither data_batch_1.bin nor train/ and test/ in it",
              str("get it with `vit data prepare cifar10 --root ", root.string(),
                  "`, or from an archive you have with `--from ARCHIVE`; or set data.root"));
}

}  // namespace vit
