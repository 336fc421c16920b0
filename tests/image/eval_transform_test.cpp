#include "vit/image/eval_transform.h"

#include <cmath>

#include "tests/image/fixtures.h"
#include "vit/image/decode.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("photographs are prepared for evaluation as timm does") {
  const ImageFixtures fixtures("eval");
  if (!fixtures.present()) return;
  const auto description = fixtures.description();
  const auto& settings = description["kwargs"];
  EvalTransformOptions options;
  options.img_size = {settings["input_size"][1], settings["input_size"][2]};
  options.crop_pct = settings["crop_pct"];
  options.interpolation = filter_from_name(settings["interpolation"].get<std::string>(), "case");
  const auto mean = settings["mean"].get<std::vector<double>>();
  const auto deviation = settings["std"].get<std::vector<double>>();
  for (const auto& entry : description["cases"]) {
    CAPTURE(entry["file"]);
    const Image image = eval_transform(load_image(fixtures / std::string(entry["file"])), options);
    const std::vector<std::byte> bytes = fixtures.bytes(entry["key"]);
    std::vector<float> expected(bytes.size() / sizeof(float));  // [C, H, W], normalised
    std::memcpy(expected.data(), bytes.data(), bytes.size());
    REQUIRE(expected.size() == image.pixels.size());
    const std::size_t area = expected.size() / 3;
    double largest = 0, sum = 0;  // in levels of 1/255
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const std::size_t c = i / area;
      const double level = (expected[i] * deviation[c] + mean[c]) * 255;
      const double difference = std::abs(level - image.pixels[i % area * 3 + c]);
      largest = std::max(largest, difference);
      sum += difference;
    }
    CHECK(largest <= 2);
    CHECK(sum / static_cast<double>(expected.size()) < 0.2);
  }
}

TEST_CASE("the result has the input size of the model, square or not") {
  const Image square = eval_transform(noise(100, 60), {{32, 32}, 0.875, Filter::bilinear});
  CHECK((square.width == 32 && square.height == 32));
  const Image wide = eval_transform(noise(60, 100), {{24, 40}, 0.9, Filter::bicubic});
  CHECK((wide.width == 40 && wide.height == 24));
}

TEST_CASE("a picture of one pixel's height is prepared without scaling all of its length") {
  // Scaled as a whole it would take 1.8 GB.
  const Image line = eval_transform(noise(10'000, 1), {{224, 224}, 0.9, Filter::bicubic});
  CHECK((line.width == 224 && line.height == 224));
  CHECK(eval_transform(noise(1, 1), {{224, 224}, 0.9, Filter::bicubic}).width == 224);
  const auto error = error_of([] {
    (void)eval_transform(noise(9'000'000, 1), {{224, 224}, 0.9, Filter::box});
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("a crop that is larger than the scaled picture has a black border") {
  const Image image = eval_transform(noise(20, 20), {{16, 16}, 1.3, Filter::bilinear});
  CHECK(image.width == 16);
  CHECK(static_cast<int>(image.pixels[0]) == 0);
}

TEST_CASE("an image that is contained has a border, and nothing of it is lost") {
  // timm's ResizeKeepRatio(longest=1) and CenterCropOrPad: 60x37 becomes 32x20, 6 rows on each
  // side.
  EvalTransformOptions options{{32, 32}, 1.0, Filter::bilinear, Scaling::contain, {7, 8, 9}};
  const Image image = noise(60, 37);
  const Image wide = eval_transform(image, options);
  const Image inner = resize(image, 32, 20, Filter::bilinear);
  REQUIRE((wide.width == 32 && wide.height == 32));
  for (int x = 0; x < 32; ++x) {
    CHECK(wide.pixel(x, 5)[2] == 9);
    CHECK(wide.pixel(x, 6)[0] == inner.pixel(x, 0)[0]);
    CHECK(wide.pixel(x, 25)[0] == inner.pixel(x, 19)[0]);
    CHECK(wide.pixel(x, 26)[0] == 7);
  }
  // The odd row is below.
  const Image odd = eval_transform(noise(60, 39), options);  // 32x21
  CHECK(odd.pixel(0, 4)[0] == 7);
  CHECK(odd.pixel(0, 26)[0] == 7);
  CHECK(odd.pixel(0, 25)[1] == resize(noise(60, 39), 32, 21, Filter::bilinear).pixel(0, 20)[1]);
  // With a crop_pct below 1 the longer side is cropped again.
  options.crop_pct = 0.5;
  const Image cropped = eval_transform(image, options);  // 64x39, of which the middle
  CHECK(cropped.pixel(0, 0)[0] == resize(image, 64, 39, Filter::bilinear).pixel(16, 4)[0]);
}

TEST_CASE("one row or column too few is filled, too") {
  EvalTransformOptions options{{32, 32}, 1.0, Filter::bilinear, Scaling::contain, {7, 8, 9}};
  const Image low = eval_transform(noise(64, 62), options);  // 32x31
  REQUIRE((low.width == 32 && low.height == 32));
  CHECK(low.pixel(3, 31)[1] == 8);
  CHECK(low.pixel(3, 30)[1] == resize(noise(64, 62), 32, 31, Filter::bilinear).pixel(3, 30)[1]);
  options = {{32, 32}, 1.03, Filter::bilinear};  // 31x31
  const Image small = eval_transform(noise(40, 40), options);
  CHECK((small.width == 32 && small.height == 32));
}

TEST_CASE("a whole image keeps its shape, its shorter side fits the size itself") {
  const EvalTransformOptions options{{32, 32}, 0.5, Filter::bilinear, Scaling::whole};
  CHECK(eval_transform(noise(64, 96), options) == resize(noise(64, 96), 32, 48, Filter::bilinear));
  CHECK(eval_transform(noise(50, 32), options) == noise(50, 32));
}

TEST_CASE("half a pixel of the crop goes to the even side, or before it") {
  const Image image = noise(60, 37);
  EvalTransformOptions options{{32, 32}, 32.0 / 44.0, Filter::bicubic};
  const Image scaled = resize(image, 71, 44, Filter::bicubic);  // 39 columns too many
  CHECK(eval_transform(image, options).pixel(0, 0)[0] == scaled.pixel(20, 6)[0]);
  options.floor_offset = true;
  CHECK(eval_transform(image, options).pixel(0, 0)[0] == scaled.pixel(19, 6)[0]);
}

TEST_CASE("without scaling the middle is cut out, and a border where there is too little") {
  const Image image = noise(60, 37);
  const EvalTransformOptions options{{40, 40}, 1.0, Filter::bicubic, Scaling::none, {1, 2, 3}};
  const Image cut = eval_transform(image, options);
  CHECK(cut.pixel(0, 0)[0] == 1);
  CHECK(cut.pixel(0, 1)[0] == image.pixel(10, 0)[0]);
  CHECK(cut.pixel(39, 37)[2] == image.pixel(49, 36)[2]);
  CHECK(cut.pixel(0, 39)[2] == 3);
}
