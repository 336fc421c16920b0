#include "vit/data/mnist.h"

#include <zlib.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// Two pictures of 2 rows and 3 columns, with values from 0 on.
std::string pictures() {
  std::string bytes = big_endian(0x0803) + big_endian(2) + big_endian(2) + big_endian(3);
  for (char i = 0; i < 12; ++i) bytes += i;
  return bytes;
}

std::string labels(const std::string& values) {
  return big_endian(0x0801) + big_endian(static_cast<std::uint32_t>(values.size())) + values;
}

void put_gzip(const std::filesystem::path& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

}  // namespace

TEST_CASE("MNIST's files are read plain and gzipped, also where torchvision puts them") {
  const test::ScratchFolder folder;
  const bool gzipped = GENERATE(false, true);
  const std::filesystem::path place = GENERATE("", "MNIST/raw");
  std::filesystem::create_directories(folder / place);
  if (gzipped) {
    put_gzip(folder / place / "t10k-images-idx3-ubyte.gz", pictures());
    put_gzip(folder / place / "t10k-labels-idx1-ubyte.gz", labels({7, 3}));
  } else {
    test::put(folder / place / "t10k-images-idx3-ubyte", pictures());
    test::put(folder / place / "t10k-labels-idx1-ubyte", labels({7, 3}));
  }
  const auto data = mnist(folder.path(), Split::val);
  REQUIRE(data->size() == 2);
  CHECK(data->label(0) == 7);
  const Sample second = data->get(1);
  CHECK(second.label == 3);
  CHECK(second.image.width == 3);
  CHECK(second.image.height == 2);
  CHECK(second.image.pixels ==
        std::vector<std::uint8_t>{6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11});
}

TEST_CASE("Fashion-MNIST has names") {
  const test::ScratchFolder folder;
  test::put(folder / "train-images-idx3-ubyte", pictures());
  test::put(folder / "train-labels-idx1-ubyte", labels({9, 0}));
  const auto data = fashion_mnist(folder.path(), Split::train);
  CHECK(data->classes()[static_cast<std::size_t>(data->label(0))] == "Ankle boot");
}

TEST_CASE("Damaged IDX files are errors that name the file") {
  const test::ScratchFolder folder;
  std::string images = pictures(), names = labels({7, 3});
  std::string expected;
  SECTION("cut off") {
    images.pop_back();
    expected = "promises 12 values, and there are 11";
  }
  SECTION("too long") {
    images += 'x';
    expected = "more in it than the 12 values";
  }
  SECTION("no IDX file") {
    images = "<html>";
    expected = "is no IDX file";
  }
  SECTION("an absurd size") {
    images.replace(4, 4, "\xff\xff\xff\xff");
    expected = "too large";
  }
  SECTION("another type") {
    images[2] = 0x0D;
    expected = "expected unsigned bytes in 3 dimensions, found type 13";
  }
  SECTION("empty") {
    images.clear();
    expected = "is no IDX file";
  }
  SECTION("another number of labels") {
    names = labels({7});
    expected = "there are 1 labels";
  }
  SECTION("a label too large") {
    names = labels({7, 10});
    expected = "record 1 has label 10";
  }
  SECTION("no file") {
    std::filesystem::create_directory(folder / "t10k-images-idx3-ubyte");
    expected = "expected a file, found a folder";
  }
  if (expected.find("folder") == std::string::npos)
    test::put(folder / "t10k-images-idx3-ubyte", images);
  test::put(folder / "t10k-labels-idx1-ubyte", names);
  const auto error = test::error_of([&] { (void)mnist(folder.path(), Split::val); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains(expected));
}

TEST_CASE("A gzip file that is cut off is an error") {
  const test::ScratchFolder folder;
  put_gzip(folder / "t10k-images-idx3-ubyte.gz", pictures());
  const std::string whole = test::get(folder / "t10k-images-idx3-ubyte.gz");
  test::put(folder / "t10k-images-idx3-ubyte.gz", whole.substr(0, whole.size() - 9));
  test::put(folder / "t10k-labels-idx1-ubyte", labels({7, 3}));
  const auto error = test::error_of([&] { (void)mnist(folder.path(), Split::val); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}
