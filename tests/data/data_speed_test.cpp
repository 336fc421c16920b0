#include "vit/data/data_speed.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("pictures are found at any depth, and read without being decoded") {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder / "a" / "b");
  write_png(Image(9, 7), folder / "a" / "b" / "x.PNG");
  write_png(Image(5, 4), folder / "y.png");
  put(folder / "notes.txt", "no picture");
  const auto data = pictures_below(folder.path());
  REQUIRE(data->size() == 2);
  CHECK(data->get(0).image.width == 9);
  CHECK(data->read(0).image.empty());
  CHECK_FALSE(data->read(0).encoded.empty());

  InputSpec input;
  input.img_size = {8, 8};
  const Pipeline pipeline = Pipeline::training(input, AugmentOptions(), 1);
  LoaderOptions options;
  options.batch_size = 2;
  CHECK(time_epochs(*data, pipeline, 1, options, 3).size() == 3);
  CHECK(time_decoder(*data, pipeline, 2, 2).size() == 2);
}

TEST_CASE("a folder without pictures is an error") {
  const ScratchFolder folder;
  CHECK_THROWS_AS(pictures_below(folder.path()), Error);
  CHECK_THROWS_AS(pictures_below(folder / "nowhere"), Error);
}

TEST_CASE("a broken picture ends the measurement of the decoder, too") {
  const ScratchFolder folder;
  put(folder / "x.jpg", "\xFF\xD8\xFF nonsense");
  const auto data = pictures_below(folder.path());
  InputSpec input;
  const Pipeline pipeline = Pipeline::training(input, AugmentOptions(), 1);
  CHECK_THROWS_AS(time_decoder(*data, pipeline, 2, 1), Error);
}
