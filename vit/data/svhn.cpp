#include "vit/data/svhn.h"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/data/mat_file.h"
#include "vit/data/pixel_records.h"

namespace vit {
namespace {

constexpr std::size_t kSide = 32;
constexpr std::size_t kValues = 3 * kSide * kSide;  // of one picture

}  // namespace

std::unique_ptr<Dataset> svhn(const std::filesystem::path& root, Split split) {
  const std::string name = split == Split::train ? "train" : "test";
  const std::filesystem::path file = root / (name + "_32x32.mat");
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    throw Error(
        ErrorKind::data, file.string(), "does not exist",
        "get it with `vit data prepare svhn --root " + root.string() + "`, or set data.root");
  auto arrays = read_mat(file);
  MatArray &pictures = arrays["X"], &labels = arrays["y"];
  const std::size_t count = labels.values.size();
  if (count == 0 || pictures.sizes.size() != 4 || pictures.sizes[0] != kSide ||
      pictures.sizes[1] != kSide || pictures.sizes[2] != 3 || pictures.sizes[3] != count)
    throw Error(ErrorKind::data, file.string(),
                "expected the arrays X [32, 32, 3, N] and y [N] of SVHN's format 2",
                "get train_32x32.mat and test_32x32.mat again");
  // MATLAB's order is rows fastest, then columns, then channels.
  std::vector<std::uint8_t> pixels(pictures.values.size());
  for (std::size_t n = 0; n < count; ++n)
    for (std::size_t y = 0; y < kSide; ++y)
      for (std::size_t x = 0; x < kSide; ++x)
        for (std::size_t c = 0; c < 3; ++c)
          pixels[n * kValues + (y * kSide + x) * 3 + c] =
              pictures.values[n * kValues + c * kSide * kSide + x * kSide + y];
  for (std::uint8_t& label : labels.values)
    if (label == 10) label = 0;
  return std::make_unique<PixelRecords>(
      "svhn/" + name, kSide, kSide, 3, std::move(pixels), std::move(labels.values),
      std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

}  // namespace vit
