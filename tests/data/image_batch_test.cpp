#include "vit/data/image_batch.h"

#include "tests/catch.h"
#include "tests/data/pickles.h"
#include "tests/io/scratch.h"

using vit::test::image_batch_pickle;

namespace {

const std::string kPixels("\x01\x02\x03\x04\x05\xFF", 6);
const std::string kLabels("\x07\x09", 2);

std::string problem_of(const std::filesystem::path& file) {
  const auto error = vit::test::error_of([&] { (void)vit::read_image_batch(file, "labels"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  return error->what();
}

}  // namespace

TEST_CASE("An array and its labels, as either Python pickles them") {
  const vit::test::ScratchFolder folder;
  const bool python2 = GENERATE(true, false);
  vit::test::put(folder / "batch", image_batch_pickle(kPixels, 2, 3, "labels", kLabels, python2));
  vit::ImageBatch batch = vit::read_image_batch(folder / "batch", "labels");
  CHECK(batch.rows == 2);
  CHECK(batch.columns == 3);
  CHECK(batch.bytes == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255});
  CHECK(batch.labels == std::vector<std::int64_t>{7, 9});
  vit::test::put(folder / "batch",
                 image_batch_pickle(kPixels, 2, 3, "labels", kLabels, python2, true));
  batch = vit::read_image_batch(folder / "batch", "labels");
  CHECK(batch.bytes == std::vector<std::uint8_t>{1, 3, 5, 2, 4, 255});
}

TEST_CASE("What is no such dictionary, or is cut off, is refused with the file's name") {
  const vit::test::ScratchFolder folder;
  const std::string whole = image_batch_pickle(kPixels, 2, 3, "labels", kLabels, false);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    vit::test::put(folder / "batch", whole.substr(0, size));
    CHECK_THAT(problem_of(folder / "batch"), Catch::Contains("batch"));
  }
  vit::test::put(folder / "batch", image_batch_pickle(kPixels, 2, 4, "labels", kLabels, false));
  CHECK_THAT(problem_of(folder / "batch"), Catch::Contains("has 6 bytes for 2x4 numbers"));
  vit::test::put(folder / "batch", image_batch_pickle(kPixels, 2, 3, "fine", kLabels, false));
  CHECK_THAT(problem_of(folder / "batch"), Catch::Contains("there is no `labels`"));
  vit::test::put(folder / "batch",
                 "\x80\x02](K\x01"
                 "e.");
  CHECK_THAT(problem_of(folder / "batch"), Catch::Contains("no dictionary"));
}
