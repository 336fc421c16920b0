#include "vit/data/mnist.h"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/data/idx.h"
#include "vit/data/pixel_records.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// The file, plain or gzipped, in any of the places.
fs::path find(const std::string& name, const fs::path& root, const std::string& file,
              const std::string& folder) {
  std::error_code error;
  for (const fs::path& place : {root, root / folder / "raw"})
    for (const char* suffix : {"", ".gz"})
      if (fs::exists(place / (file + suffix), error)) return place / (file + suffix);
  throw Error(ErrorKind::data, root.string(), str("there is no ", file, " or ", file, ".gz in it"),
              str("get it with `vit data prepare ", name, " --root ", root.string(),
                  "`, or set data.root"));
}

std::unique_ptr<Dataset> open(const std::string& name, const std::string& folder,
                              const fs::path& root, Split split, std::vector<std::string> classes) {
  const std::string start = split == Split::train ? "train" : "t10k";
  const fs::path pictures = find(name, root, start + "-images-idx3-ubyte", folder);
  IdxArray images = read_idx(pictures, 3);
  IdxArray labels = read_idx(find(name, root, start + "-labels-idx1-ubyte", folder), 1);
  if (images.sizes[0] != labels.sizes[0] || images.sizes[1] > 4096 || images.sizes[2] > 4096)
    throw Error(ErrorKind::data, pictures.string(),
                str("holds ", images.sizes[0], " pictures of ", images.sizes[1], "x",
                    images.sizes[2], ", and there are ", labels.sizes[0], " labels"),
                "the files do not belong together: get them again");
  return std::make_unique<PixelRecords>(
      name + (split == Split::train ? "/train" : "/test"), static_cast<int>(images.sizes[1]),
      static_cast<int>(images.sizes[2]), 1, std::move(images.values), std::move(labels.values),
      std::move(classes));
}

}  // namespace

std::unique_ptr<Dataset> mnist(const fs::path& root, Split split) {
  return open("mnist", "MNIST", root, split, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

std::unique_ptr<Dataset> fashion_mnist(const fs::path& root, Split split) {
  return open("fashion_mnist", "FashionMNIST", root, split,
              {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
               "Bag", "Ankle boot"});
}

}  // namespace vit
