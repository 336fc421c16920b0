#include "vit/data/mat_file.h"

#include "tests/catch.h"
#include "tests/data/mat_files.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

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

}  // namespace

TEST_CASE("Arrays of MATLAB files are those that scipy wrote") {
  const test::ScratchFolder folder;
  test::put(folder / "a.mat", test::mat(kCompressed));
  const auto arrays = read_mat(folder / "a.mat");
  REQUIRE(arrays.size() == 2);  // text is passed over
  CHECK(arrays.at("X").sizes == std::vector<std::uint32_t>{2, 3, 2});
  CHECK(arrays.at("X").values == std::vector<std::uint8_t>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5,
                                                           11});  // the first index fastest
  CHECK(arrays.at("y").values == std::vector<std::uint8_t>{1, 10});
  test::put(folder / "b.mat", test::mat(kPlain));
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
  CHECK_THAT(problem(test::mat(kFraction)), Catch::Contains("no whole number from 0 to 255"));
  CHECK_THAT(problem(""), Catch::Contains("no MATLAB file"));
  CHECK_THAT(problem(std::string(200, 'x')), Catch::Contains("no MATLAB file"));
  const std::string whole = test::mat(kCompressed), plain = test::mat(kPlain);
  // 128 and 191 + … are the ends of whole elements: there, less is a smaller file.
  for (std::size_t size = 129; size < plain.size(); ++size)
    CHECK_FALSE(problem(plain.substr(0, size)).empty());
  std::string flipped = whole;
  flipped[150] = static_cast<char>(flipped[150] ^ 0x10);
  CHECK_THAT(problem(flipped), Catch::Contains("compressed data"));
}
