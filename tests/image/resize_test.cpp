#include "vit/image/resize.h"

#include "tests/image/fixtures.h"
#include "vit/image/decode.h"
#include "vit/image/geometry.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("every bit of a resized picture is Pillow's") {
  const ImageFixtures fixtures("resize");
  if (!fixtures.present()) return;
  const nlohmann::json description = fixtures.description();
  for (const auto& entry : description["cases"]) {
    CAPTURE(entry.dump());
    const bool is_label = entry["image"] == "label";
    Image image = fixtures.image("in_" + (is_label ? "label" : entry["image"].dump()));
    std::optional<SourceBox> box;
    if (!entry["box"].is_null()) {
      const auto edges = entry["box"].get<std::vector<float>>();
      box = SourceBox{edges[0], edges[1], edges[2], edges[3]};
      if (entry["note"].get<std::string>().find("crop") == 0) {
        image = crop(image, static_cast<int>(edges[0]), static_cast<int>(edges[1]),
                     static_cast<int>(edges[2] - edges[0]), static_cast<int>(edges[3] - edges[1]));
        box.reset();
      }
    }
    const Filter filter = filter_from_name(entry["filter"].get<std::string>(), "case");
    const Image resized = resize(image, entry["size"][0], entry["size"][1], filter, box);
    CHECK(resized == fixtures.image(entry["key"]));
  }
}

TEST_CASE("known small pictures, worked out by hand") {
  // Box halving is the mean of pairs, rounded half up.
  CHECK(resize(grey(4, 1, {0, 1, 10, 20}), 2, 1, Filter::box) == grey(2, 1, {1, 15}));
  // Bilinear doubling weighs 3/4 and 1/4 between neighbours.
  CHECK(resize(grey(2, 1, {0, 100}), 4, 1, Filter::bilinear) == grey(4, 1, {0, 25, 75, 100}));
  CHECK(resize(grey(3, 1, {1, 2, 3}), 6, 1, Filter::nearest) == grey(6, 1, {1, 1, 2, 2, 3, 3}));
  // Filters with negative lobes overshoot and are clipped.
  const Image edge = resize(grey(4, 1, {0, 0, 255, 255}), 16, 1, Filter::lanczos);
  CHECK(*std::max_element(edge.pixels.begin(), edge.pixels.end()) == 255);
  CHECK(*std::min_element(edge.pixels.begin(), edge.pixels.end()) == 0);
}

TEST_CASE("a picture of one colour keeps it under every filter") {
  Image plain(37, 23);
  for (auto& sample : plain.pixels) sample = 201;
  for (const char* name : {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}) {
    const Image resized = resize(plain, 11, 50, filter_from_name(name, ""));
    CHECK(
        std::all_of(resized.pixels.begin(), resized.pixels.end(), [](int s) { return s == 201; }));
  }
}

TEST_CASE("channels do not mix, whatever their number") {
  const Image colour = noise(61, 40, 4);
  const Image resized = resize(colour, 50, 33, Filter::bicubic);
  for (int c = 0; c < 4; ++c) {
    Image single(61, 40, 1), expected(50, 33, 1);
    for (std::size_t i = 0; i < single.pixels.size(); ++i) {
      single.pixels[i] = colour.pixels[4 * i + static_cast<std::size_t>(c)];
    }
    for (std::size_t i = 0; i < expected.pixels.size(); ++i) {
      expected.pixels[i] = resized.pixels[4 * i + static_cast<std::size_t>(c)];
    }
    CHECK(resize(single, 50, 33, Filter::bicubic) == expected);
  }
}

TEST_CASE("a box of the whole picture is no box, and the same size is a copy") {
  const Image image = noise(30, 20);
  CHECK(resize(image, 17, 9, Filter::bicubic, SourceBox{0, 0, 30, 20}) ==
        resize(image, 17, 9, Filter::bicubic));
  CHECK(resize(image, 30, 20, Filter::lanczos) == image);
}

TEST_CASE("an impossible size, box or filter is an error") {
  const Image image = noise(30, 20);
  CHECK(error_of([&] { (void)resize(image, 0, 5, Filter::box); }));
  CHECK(error_of([&] { (void)resize(image, 5, 5, Filter::box, SourceBox{0, 0, 31, 20}); }));
  CHECK(error_of([&] { (void)resize(image, 5, 5, Filter::box, SourceBox{4, 4, 4, 8}); }));
  const auto error = error_of([] { (void)filter_from_name("bicubik", "data.interpolation"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->where() == "data.interpolation");
  CHECK(error->remedy().find("Did you mean 'bicubic'?") == 0);
}

TEST_CASE("the shorter side is scaled to a size, the longer one rounded down") {
  CHECK(shorter_size(noise(50, 33), 24) == Size2{24, 36});  // 36.36
  CHECK(shorter_size(noise(33, 50), 24) == Size2{36, 24});
  CHECK(shorter_size(noise(24, 50), 24) == Size2{50, 24});
}

TEST_CASE("covering a size that is not square") {
  CHECK(covering_size(noise(50, 30), {20, 10}) == Size2{20, 33});
}

TEST_CASE("a part of the result is a crop of it, whichever pass comes first") {
  const std::optional<SourceBox> boxes[] = {std::nullopt, SourceBox{1.5F, 2, 30, 19.25F}};
  for (const Filter filter : {Filter::nearest, Filter::box, Filter::bilinear, Filter::lanczos})
    for (const auto& [width, height] : {std::pair{17, 13}, {31, 21}, {31, 5}, {9, 21}, {60, 44}})
      for (const auto& box : boxes) {
        CAPTURE(filter_name(filter), width, height, box.has_value());
        const Image image = noise(31, 21);
        const PixelBox part{2, 1, width - 4, height - 3};
        CHECK(resize_part(image, width, height, filter, part, box) ==
              crop(resize(image, width, height, filter, box), 2, 1, width - 4, height - 3));
      }
}
