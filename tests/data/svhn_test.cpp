#include "vit/data/svhn.h"

#include "tests/catch.h"
#include "tests/data/mat_files.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

/// An uncompressed array of bytes.
std::string array_of(const std::string& name, std::vector<std::uint32_t> sizes,
                     const std::string& values) {
  const auto word = [](std::size_t value) {
    std::string bytes;
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
    return bytes;
  };
  const auto element = [&](std::size_t type, std::string data) {
    const std::string start = word(type) + word(data.size());
    data.resize((data.size() + 7) / 8 * 8);
    return start + data;
  };
  std::string dimensions;
  for (const std::uint32_t size : sizes) dimensions += word(size);
  return element(14, element(6, word(9) + word(0)) + element(5, dimensions) + element(1, name) +
                         element(2, values));
}

}  // namespace

TEST_CASE("SVHN's pictures lie by columns, and its label 10 is the digit 0") {
  const test::ScratchFolder folder;
  std::string values(2 * 3072, '\0');
  // Of the second picture, the pixel at x 5, y 3: rows are fastest, then columns, then channels.
  values[3072 + 5 * 32 + 3] = 11;
  values[3072 + 1024 + 5 * 32 + 3] = 22;
  values[3072 + 2048 + 5 * 32 + 3] = 33;
  test::put(folder / "train_32x32.mat", test::mat("") + array_of("X", {32, 32, 3, 2}, values) +
                                            array_of("y", {2, 1}, "\x0a\x07"));
  const auto data = svhn(folder.path(), Split::train);
  REQUIRE(data->size() == 2);
  CHECK(data->label(0) == 0);
  CHECK(data->label(1) == 7);
  const Image image = data->get(1).image;
  CHECK(image.pixel(5, 3)[0] == 11);
  CHECK(image.pixel(5, 3)[1] == 22);
  CHECK(image.pixel(5, 3)[2] == 33);
  CHECK(image.pixel(3, 5)[0] == 0);

  test::put(folder / "train_32x32.mat", test::mat("") + array_of("y", {2, 1}, "\x0a\x07"));
  const auto error = test::error_of([&] { (void)svhn(folder.path(), Split::train); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("X [32, 32, 3, N]"));
  CHECK_THAT(test::error_of([&] { (void)svhn(folder.path(), Split::val); })->what(),
             Catch::Contains("vit data prepare svhn"));
}
