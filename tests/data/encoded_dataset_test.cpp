#include "vit/data/encoded_dataset.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/picture_files.h"

namespace {

/// One picture file.
class OnePicture final : public vit::EncodedDataset {
 public:
  explicit OnePicture(std::filesystem::path file) : file_(std::move(file)) {}
  [[nodiscard]] std::int64_t size() const override { return 1; }
  [[nodiscard]] std::int64_t label(std::int64_t) const override { return 0; }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] vit::Sample read(std::int64_t) const override {
    vit::Sample sample;
    sample.source = "picture 17";
    sample.label = 3;
    sample.encoded = vit::read_picture(file_);
    return sample;
  }

 private:
  std::filesystem::path file_;
  std::vector<std::string> classes_;
};

}  // namespace

TEST_CASE("A sample of encoded pictures is decoded, and keeps what was read of it") {
  const vit::test::ScratchFolder folder;
  vit::test::put_picture(folder / "a.png", 90, 4, 3);
  const OnePicture data(folder / "a.png");
  CHECK_FALSE(data.read(0).encoded.empty());
  CHECK(data.read(0).image.empty());
  const vit::Sample sample = data.get(0);
  CHECK(sample.encoded.empty());
  CHECK(sample.image.width == 4);
  CHECK(sample.image.height == 3);
  CHECK(sample.image.pixels == std::vector<std::uint8_t>(36, 90));
  CHECK(sample.source == "picture 17");
  CHECK(sample.label == 3);
}

TEST_CASE("A picture that cannot be decoded is an error that names the sample") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "a.png", "no picture");
  const OnePicture data(folder / "a.png");
  const auto error = vit::test::error_of([&] { (void)data.get(0); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(error->where() == "picture 17");
}
