#include "vit/augment/pipeline.h"

#include <cmath>

#include "tests/augment/support.h"
#include "tests/data/pictures.h"
#include "tests/image/fixtures.h"
#include "vit/augment/random_resized_crop.h"
#include "vit/image/decode.h"
#include "vit/image/encode.h"
#include "vit/io/file.h"

using namespace vit;
using namespace vit::test;

namespace {

std::vector<float> run(const Pipeline& pipeline, Sample sample, std::int64_t index = 0) {
  std::vector<float> out(static_cast<std::size_t>(3 * 32 * 32));
  pipeline.apply(sample, 0, index, out.data());
  return out;
}

Sample encoded(std::vector<std::byte> bytes) {
  Sample sample;
  sample.encoded = std::move(bytes);
  sample.source = "picture";
  return sample;
}

Sample decoded(const std::vector<std::byte>& bytes) {
  Sample sample;
  sample.image = decode_image(bytes, "picture");
  return sample;
}

/// A smooth picture, so that JPEG has something to keep.
Image waves(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.pixel(x, y)[c] = static_cast<std::uint8_t>(128 + 100 * std::sin(0.07 * x * (c + 1)) *
                                                                   std::cos(0.05 * y));
  return image;
}

}  // namespace

TEST_CASE("a picture that is decoded in part gives the very numbers of one decoded before") {
  const Pipeline pipeline =
      Pipeline::training(square_input(32), AugmentList{"random_resized_crop", "hflip"}, 1);
  for (const auto& bytes : {encode_jpeg(waves(150, 90)), encode_png(waves(60, 70))})
    for (std::int64_t index = 0; index < 30; ++index)
      REQUIRE(run(pipeline, encoded(bytes), index) == run(pipeline, decoded(bytes), index));
}

TEST_CASE("so does evaluation") {
  const Pipeline pipeline = Pipeline::evaluation(square_input(32));
  const auto bytes = encode_jpeg(waves(150, 90));
  CHECK(run(pipeline, encoded(bytes)) == run(pipeline, decoded(bytes)));
}

TEST_CASE("decode: fast gives nearly the same") {
  DecodePolicy fast;
  fast.decode = "fast";
  AugmentOptions augment;
  const Pipeline exact = Pipeline::training(square_input(32), augment, 1),
                 quick = Pipeline::training(square_input(32), augment, 1, fast);
  const auto bytes = encode_jpeg(waves(600, 500));
  for (std::int64_t index = 0; index < 10; ++index) {
    const auto a = run(exact, encoded(bytes), index), b = run(quick, encoded(bytes), index);
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    CHECK(sum / static_cast<double>(a.size()) < 0.06);  // of a range of 2: 8 grey levels
    CHECK(a != b);
  }
}

TEST_CASE("a damaged picture is an error that names it") {
  auto bytes = encode_jpeg(waves(150, 90));
  bytes.resize(bytes.size() / 2);
  const Pipeline pipeline = Pipeline::training(square_input(32), AugmentOptions(), 1);
  const auto error = error_of([&] { (void)run(pipeline, encoded(bytes)); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK(error->where() == "picture");
}

TEST_CASE("exif_orientation turns pictures upright before anything else") {
  const ImageFixtures fixtures("formats");
  if (!fixtures.present()) return;
  DecodePolicy upright;
  upright.exif_orientation = true;
  const auto bytes = read_file(fixtures / "exif6.jpg");
  DecodeOptions options;
  options.apply_exif_orientation = true;
  Sample turned;
  turned.image = decode_image(bytes, "picture", options);
  const AugmentOptions augment;
  const Pipeline pipeline = Pipeline::training(square_input(32), augment, 1, upright);
  CHECK(run(pipeline, encoded(bytes)) == run(pipeline, turned));
  CHECK(run(pipeline, encoded(bytes)) != run(pipeline, decoded(bytes)));
}

TEST_CASE("aa follows the operations of train, erasing the normalisation") {
  AugmentOptions augment;
  const Pipeline plain = Pipeline::training(square_input(32), augment, 1);
  augment.aa = "rand-m9-n2-p1-mstd0.5-inc1";
  const Pipeline varied = Pipeline::training(square_input(32), augment, 1);
  augment.erasing.reprob = 1;
  const Pipeline erased = Pipeline::training(square_input(32), augment, 1);
  const Sample sample = decoded(encode_png(waves(50, 50)));
  int differ = 0;
  for (std::int64_t index = 0; index < 10; ++index) {
    const auto a = run(plain, sample, index), b = run(varied, sample, index),
               c = run(erased, sample, index);
    differ += a != b ? 1 : 0;
    CHECK(b != c);
  }
  CHECK(differ >= 8);
}

TEST_CASE("boxes lead back to the file's image, whatever EXIF says and however it is decoded") {
  const ScratchFolder folder;
  const Box object{100, 60, 140, 90, 2};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    put_turned_picture(folder / "turned.jpg", orientation, 240, 160);
    const auto bytes = read_file(folder / "turned.jpg");
    for (const bool upright : {false, true})
      for (const char* decode : {"exact", "fast"}) {
        const DecodePolicy policy{decode, upright};
        CAPTURE(orientation, upright, decode);
        const auto check = [&](const Pipeline& pipeline, Sample sample, std::int64_t index) {
          sample.boxes = {object};
          (void)pipeline.apply(sample, 0, index,
                               std::vector<float>(static_cast<std::size_t>(3 * 32 * 32)).data());
          REQUIRE(sample.placement.original == Size2{160, 240});
          const Box seen = sample.placement.to_input_box(object);
          if (seen.x0 < 0 || seen.y0 < 0 || seen.x1 > 32 || seen.y1 > 32) return;
          REQUIRE(sample.boxes.size() == 1);
          const Box back = sample.placement.to_original(sample.boxes[0]);
          CHECK(back.x0 == Approx(object.x0).margin(0.5));
          CHECK(back.y0 == Approx(object.y0).margin(0.5));
          CHECK(back.x1 == Approx(object.x1).margin(0.5));
          CHECK(back.y1 == Approx(object.y1).margin(0.5));
        };
        for (const char* mode : {"center", "squash", "border", "crop"}) {
          InputSpec input = square_input(32);
          input.crop_mode = mode;
          check(Pipeline::evaluation(input, policy), encoded(bytes), 0);
          if (!upright) check(Pipeline::evaluation(input, policy), decoded(bytes), 0);
        }
        AugmentOptions augment;
        augment.train = AugmentList{"random_resized_crop", "hflip"};
        const Pipeline training = Pipeline::training(square_input(32), augment, 1, policy);
        for (std::int64_t index = 0; index < 10; ++index) check(training, encoded(bytes), index);
      }
  }
}

TEST_CASE("an image that is decoded at a reduced scale is placed as the whole one") {
  AugmentOptions augment;
  augment.train = AugmentList{"random_resized_crop", "hflip"};
  const auto bytes = encode_jpeg(waves(603, 501));
  const auto placed = [&](const char* decode, std::int64_t index) {
    const Pipeline pipeline =
        Pipeline::training(square_input(32), augment, 1, DecodePolicy{decode, false});
    Sample sample = encoded(bytes);
    std::vector<float> out(static_cast<std::size_t>(3 * 32 * 32));
    pipeline.apply(sample, 0, index, out.data());
    return sample.placement;
  };
  for (std::int64_t index = 0; index < 20; ++index) {
    const Placement exact = placed("exact", index), fast = placed("fast", index);
    CHECK(fast.original == exact.original);
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(fast.to_input[i] == Approx(exact.to_input[i]).margin(1e-4));
  }
}

TEST_CASE("Versions share crops and flips, the first goes without the rest, the others differ") {
  AugmentOptions augment;
  augment.train = AugmentList{"random_resized_crop", "hflip"};
  const Pipeline clean = Pipeline::training(square_input(32), augment, 1);
  augment.aa = "augmix-m5-w4-d2";
  const Pipeline pipeline = Pipeline::training(square_input(32), augment, 1, {}, 3);
  CHECK(pipeline.versions() == 3);
  CHECK(pipeline.view_sizes().size() == 3);
  const auto bytes = encode_jpeg(waves(150, 90));
  const auto versions = [&](std::int64_t index) {
    std::vector<std::vector<float>> all(3,
                                        std::vector<float>(static_cast<std::size_t>(3 * 32 * 32)));
    Sample sample = encoded(bytes);
    pipeline.apply(sample, 0, index, {all[0].data(), all[1].data(), all[2].data()});
    return all;
  };
  for (std::int64_t index = 0; index < 10; ++index) {
    const auto all = versions(index);
    CHECK(all[0] == run(clean, encoded(bytes), index));
    CHECK(all[1] != all[0]);
    CHECK(all[2] != all[0]);
    CHECK(all[1] != all[2]);
    CHECK(all == versions(index));
  }
}

TEST_CASE("Versions that could not differ, or would be mixed, are refused with the key") {
  AugmentOptions augment;
  augment.train = AugmentList{"random_resized_crop", "hflip"};
  const auto make = [&] { return Pipeline::training(square_input(32), augment, 1, {}, 3); };
  CHECK_THROWS_WITH(make(), Catch::Contains("they would be equal"));
  augment.aa = "rand-m9";
  CHECK_NOTHROW(make());
  augment.mixup.mixup = 0.8;
  CHECK_THROWS_WITH(make(), Catch::Contains("augment.mixup"));
  augment.mixup.mixup = 0;
  augment.multi_crop.enabled = true;
  augment.aa.reset();
  CHECK_THROWS_WITH(make(), Catch::Contains("augment.multi_crop.enabled"));
}
