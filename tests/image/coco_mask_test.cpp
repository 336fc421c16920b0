#include "vit/image/coco_mask.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

Image painted(const RunLengths& runs) {
  Image mask(40, 30, 1);
  paint_runs(mask, runs, 1, "test");
  return mask;
}

}  // namespace

TEST_CASE("Polygons and run lengths are drawn as pycocotools draws them") {
  struct Case {
    std::vector<double> polygon;
    const char* counts;  // of pycocotools 2.0.11: mask.frPyObjects([polygon], 30, 40)
    std::int64_t area;
  };
  const std::vector<Case> cases = {
      {{10, 10, 30, 12, 28, 30, 8, 25}, R"(U84c07L5O00000010O000001O0000001O0001O01O00K5GY9)", 336},
      {{0, 0, 40, 0, 40, 30, 0, 30}, R"(0`U1)", 1200},
      {{5.5, 5.5, 12.25, 5.1, 12, 12.75}, R"(j51l02O1O1O1O1Rj0)", 26},
      {{-3, -2, 20, 5, 45, 28, 10, 40},
       R"(09e03M3M4L3N2M3M2OO0000001O00001O00001O00001O1O1O1O1O1O1O1O1O1O001O1O1O1O1O1O1O1O)",
       797},
      {{3, 3, 3, 3, 3, 3}, R"(`U1)", 0},
      {{20.2, 1.1, 20.4, 29, 20.9, 29, 20.8, 1}, R"(ib0l0ka0)", 28},
      {{24.63, 0.22, 40.8, 13.96, 24.04, 19.22, 40.44, 13.77}, R"(`n01h2000eN)", 3},
      {{1.8, 3.68, 43.27, 12.45, 26.33, 7.04},
       R"(h51m00k20UM000000010O0000001O0001O0001O0001O00010O000010O000m10hM)",
       36},
      {{36.67, 17.96, 21.71, 11.3, 6.62, 8.47, 40.79, -3.85, 8.98, 19.23, 29.78, 22.94, 11.32,
        16.67},
       R"(j61m00O100]OO91F181GO91F0:0ENL0>3ENMO>3ENM0=3DN0N;5DN1M;5DN1M:<GC96EO2K95GO0M75IN1L65KNOM64LONM55MN81JNMN331030OO11OO101OO020N03OM040=0W3)",
       228},
      {{23.46, 23.55, 5.56, 28.26, 23.68, 6.4, -1.83, 29.16, 44.49, -1.46, 35.03, 11.42, 2.54,
        6.76},
       R"(k01l000001_OO50L12OO2OOGO631NI071OOJ082LOJ1:1JNL2:1HMN3:1F3;ME3;MEJ07<MELO7<LENO5=LD003<LC231:LC341:0GN83JL5OE28N62;O1O10m00SO1N1O100O1O100OO101O0O0)",
       256}};
  for (const Case& expected : cases) {
    INFO(expected.counts);
    const Image mask = painted(polygon_runs(expected.polygon, 30, 40, "test"));
    CHECK(mask == painted(parse_runs(expected.counts, "test")));
    CHECK(runs_text(mask_runs(mask)) == expected.counts);
    CHECK(std::count(mask.pixels.begin(), mask.pixels.end(), 1) == expected.area);
  }
}

TEST_CASE("Runs go down the columns") {
  Image mask(3, 2, 1);
  paint_runs(mask, {1, 2, 3}, 7, "test");
  CHECK(mask.pixels == std::vector<std::uint8_t>{0, 7, 0, 7, 0, 0});
}

TEST_CASE("Runs that do not fit and polygons that are none are errors at their place") {
  const auto problem = [](const auto& action) {
    const auto error = test::error_of(action);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(error->where() == "a.json: annotations[3]");
    return error->problem();
  };
  const std::string where = "a.json: annotations[3]";
  Image mask(3, 2, 1);
  CHECK_THAT(problem([&] {
               paint_runs(mask, {1, 2}, 7, where);
             }),
             Catch::Contains("cover 3 pixels, and the picture has 6"));
  CHECK_THAT(problem([&] {
               paint_runs(mask, {1, 4294967295U, 2}, 7, where);
             }),
             Catch::Contains("4294967298 pixels"));
  CHECK_THAT(problem([&] { (void)parse_runs("\x7f", where); }), Catch::Contains("malformed"));
  CHECK_THAT(problem([&] { (void)parse_runs("ooooooooooo", where); }),
             Catch::Contains("malformed"));
  CHECK_THAT(problem([&] { (void)parse_runs("P", where); }), Catch::Contains("malformed"));
  CHECK_THAT(problem([&] { (void)parse_runs("@", where); }), Catch::Contains("malformed"));
  CHECK_THAT(problem([&] {
               (void)polygon_runs({1, 2, 3, 4}, 2, 3, where);
             }),
             Catch::Contains("4 numbers"));
  CHECK_THAT(problem([&] {
               (void)polygon_runs({1, 2, 3, 4, 1e9, 1}, 2, 3, where);
             }),
             Catch::Contains("far outside"));
  std::vector<double> zigzag;
  for (int i = 0; i < 100; ++i) zigzag.insert(zigzag.end(), {i % 2 * 65000.0, double(i)});
  CHECK_THAT(problem([&] { (void)polygon_runs(zigzag, 65000, 65000, where); }),
             Catch::Contains("is too long"));
}

TEST_CASE("Runs of a picture begin with what is outside, and their text is read back") {
  Image mask(3, 2, 1);
  CHECK(mask_runs(mask) == RunLengths{6});
  mask.pixels = {1, 0, 0, 1, 0, 9};
  CHECK(mask_runs(mask) == RunLengths{0, 2, 3, 1});
  for (const RunLengths& runs : {RunLengths{0, 2, 3, 1}, RunLengths{6}, RunLengths{},
                                 RunLengths{100000, 1, 0, 4000000000, 7}})
    CHECK(parse_runs(runs_text(runs), "test") == runs);
}

TEST_CASE("Masks are joined, and have the area and the box that pycocotools gives them") {
  const RunLengths left = {2, 3, 25}, right = {4, 4, 22}, apart = {20, 1, 9},
                   odd = {0, 0, 2, 3, 25};
  CHECK(runs_area(left) == 3);
  CHECK(join_runs({}).empty());
  CHECK(join_runs({left}) == left);
  CHECK(join_runs({left, right}) == RunLengths{2, 6, 22});
  CHECK(join_runs({left, apart, right, odd}) == RunLengths{2, 6, 12, 1, 9});
  CHECK(join_runs({{0, 30}, left}) == RunLengths{0, 30});
  using Numbers = std::array<double, 4>;
  CHECK(runs_box(left, 10) == Numbers{0, 2, 1, 3});
  CHECK(runs_box({8, 4, 18}, 10) == Numbers{0, 0, 2, 10});  // goes on in the next column
  CHECK(runs_box({8, 2, 20}, 10) == Numbers{0, 8, 1, 2});
  CHECK(runs_box({3, 1, 21, 2, 3}, 10) == Numbers{0, 3, 3, 4});
  CHECK(runs_box({30}, 10) == Numbers{0, 0, 0, 0});
}
