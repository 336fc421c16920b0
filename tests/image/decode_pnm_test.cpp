#include "vit/image/decode_pnm.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;
using namespace std::string_view_literals;

namespace {

std::vector<std::uint8_t> pnm_samples(std::string_view file) {
  return decode_pnm(to_bytes(file), "x.pnm").pixels;
}
bool fails_as_pnm(std::string_view file) {
  return error_of([&] { (void)decode_pnm(to_bytes(file), "x.pnm"); }).has_value();
}

}  // namespace

TEST_CASE("each netpbm format decodes to RGB") {
  CHECK(pnm_samples("P1 3 1 1 01") == Samples{0, 0, 0, 255, 255, 255, 0, 0, 0});
  CHECK(pnm_samples("P4 3 1\n\xA0"sv) == Samples{0, 0, 0, 255, 255, 255, 0, 0, 0});
  CHECK(pnm_samples("P2 2 1 255 7 9") == Samples{7, 7, 7, 9, 9, 9});
  CHECK(pnm_samples("P5 2 1 255\n\x07\x09"sv) == Samples{7, 7, 7, 9, 9, 9});
  CHECK(pnm_samples("P3\n# a comment\n1 1 255 1 2 3") == Samples{1, 2, 3});
  CHECK(pnm_samples("P6 1 1 255\n\1\2\3"sv) == Samples{1, 2, 3});
}

TEST_CASE("samples are scaled from the file's maximum") {
  CHECK(pnm_samples("P2 3 1 15 0 7 15") == Samples{0, 0, 0, 119, 119, 119, 255, 255, 255});
  // What lies half-way between two levels goes to the even one, as Pillow rounds.
  const auto levels = [](int maximum) {
    std::vector<std::uint8_t> found;
    for (int value = 0; value <= maximum; ++value)
      found.push_back(pnm_samples(str("P2 1 1 ", maximum, " ", value))[0]);
    return found;
  };
  CHECK(levels(6) == Samples{0, 42, 85, 128, 170, 212, 255});
  CHECK(levels(10) == Samples{0, 26, 51, 76, 102, 128, 153, 178, 204, 230, 255});
  CHECK(pnm_samples("P6 1 1 65535\n\x80\x80\xFF\xFF\0\0"sv) == Samples{128, 255, 0});
  // Grey is clipped there, as by Pillow.
  CHECK(pnm_samples("P5 2 1 65535\n\0\x07\x01\0"sv) == Samples{7, 7, 7, 255, 255, 255});
  CHECK(pnm_samples("P5 1 1 1023\n\0\x02"sv) == Samples{128, 128, 128});
}

TEST_CASE("a file that is too short, or says nonsense, is an error") {
  CHECK(fails_as_pnm("P5 2 2 255\n\1\2\3"));
  CHECK(fails_as_pnm("P4 9 2\n\1\2\3"sv));
  CHECK(fails_as_pnm("P2 2 1 255 7"));
  CHECK(fails_as_pnm("P3 1 1 255 a b c"));
  CHECK(fails_as_pnm("P5 2 1 0\n\1\2"));
  CHECK(fails_as_pnm("P5 2 1 65536\n\1\2\3\4"));
  CHECK(fails_as_pnm("P6 10000 10000 255\n\1\2\3"));  // and takes no memory first
}
