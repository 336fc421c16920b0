#include "vit/data/svhn.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/data/mat_file.h"

using namespace vit;

namespace {

/// A file of level 5: 128 bytes of text, version and byte order, then elements.
std::string mat(const std::string& hex) {
  std::string bytes(124, ' ');
  bytes += std::string("\0\1IM", 4);
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

// scipy.io.savemat(…, {'X': np.arange(12, dtype=np.uint8).reshape(2, 3, 2),
//                      'y': np.array([[1.0], [10.0]]), 't': 'text'}, do_compression=True)
const std::string kCompressed =
    "0f00000037000000789ce3636060f000623620e600624e06086005621e2066026266280d028c401801e583e419d898"
    "38"
    "58b818d9993959b9415c00324b01300f0000002d000000789ce36360607000623620e680d220c00ae5330131231833"
    "32"
    "5402694e20166080810ff6105ac50100385d029a0f00000028000000789ce36360603000623620e600621606086085"
    "f2"
    "19a1628c405802a40580bc92d48a12001c9902b2";
// savemat(…, {'y': np.array([[1], [250]], dtype=np.int16)})
const std::string kPlain =
    "0e0000003000000006000000080000000a000000000000000500000008000000020000000100000001000100790000"
    "00"
    "030004000100fa00";
// savemat(…, {'y': np.array([[1.5]])})
const std::string kFraction =
    "0e00000038000000060000000800000006000000000000000500000008000000010000000100000001000100790000"
    "00"
    "0900000008000000000000000000f83f";

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

TEST_CASE("Arrays of MATLAB files are those that scipy wrote") {
  const test::ScratchFolder folder;
  test::put(folder / "a.mat", mat(kCompressed));
  const auto arrays = read_mat(folder / "a.mat");
  REQUIRE(arrays.size() == 2);  // text is passed over
  CHECK(arrays.at("X").sizes == std::vector<std::uint32_t>{2, 3, 2});
  CHECK(arrays.at("X").values == std::vector<std::uint8_t>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5,
                                                           11});  // the first index fastest
  CHECK(arrays.at("y").values == std::vector<std::uint8_t>{1, 10});
  test::put(folder / "b.mat", mat(kPlain));
  CHECK(read_mat(folder / "b.mat").at("y").values == std::vector<std::uint8_t>{1, 250});
}

TEST_CASE("MATLAB files that are damaged or hold something else are errors") {
  const test::ScratchFolder folder;
  const auto problem = [&](const std::string& bytes) {
    test::put(folder / "a.mat", bytes);
    const auto error = test::error_of([&] { (void)read_mat(folder / "a.mat"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    return error->problem();
  };
  CHECK_THAT(problem(mat(kFraction)), Catch::Contains("no whole number from 0 to 255"));
  CHECK_THAT(problem(""), Catch::Contains("no MATLAB file"));
  CHECK_THAT(problem(std::string(200, 'x')), Catch::Contains("no MATLAB file"));
  const std::string whole = mat(kCompressed), plain = mat(kPlain);
  // 128 and 191 + … are the ends of whole elements: there, less is a smaller file.
  for (std::size_t size = 129; size < plain.size(); ++size)
    CHECK_FALSE(problem(plain.substr(0, size)).empty());
  std::string flipped = whole;
  flipped[150] = static_cast<char>(flipped[150] ^ 0x10);
  CHECK_THAT(problem(flipped), Catch::Contains("compressed data"));
}

TEST_CASE("SVHN's pictures lie by columns, and its label 10 is the digit 0") {
  const test::ScratchFolder folder;
  std::string values(2 * 3072, '\0');
  // Of the second picture, the pixel at x 5, y 3: rows are fastest, then columns, then channels.
  values[3072 + 5 * 32 + 3] = 11;
  values[3072 + 1024 + 5 * 32 + 3] = 22;
  values[3072 + 2048 + 5 * 32 + 3] = 33;
  test::put(folder / "train_32x32.mat",
            mat("") + array_of("X", {32, 32, 3, 2}, values) + array_of("y", {2, 1}, "\x0a\x07"));
  const auto data = svhn(folder.path(), Split::train);
  REQUIRE(data->size() == 2);
  CHECK(data->label(0) == 0);
  CHECK(data->label(1) == 7);
  const Image image = data->get(1).image;
  CHECK(image.pixel(5, 3)[0] == 11);
  CHECK(image.pixel(5, 3)[1] == 22);
  CHECK(image.pixel(5, 3)[2] == 33);
  CHECK(image.pixel(3, 5)[0] == 0);

  test::put(folder / "train_32x32.mat", mat("") + array_of("y", {2, 1}, "\x0a\x07"));
  const auto error = test::error_of([&] { (void)svhn(folder.path(), Split::train); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("X [32, 32, 3, N]"));
  CHECK_THAT(test::error_of([&] { (void)svhn(folder.path(), Split::val); })->what(),
             Catch::Contains("vit data prepare svhn"));
}
