#include "vit/data/pixel_store.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::Image;
using vit::PixelStore;

namespace {

constexpr std::uint64_t kRoom = 1 << 20;

Image picture(std::uint8_t value, int channels = 3) {
  Image image(4, 2, channels);
  for (auto& each : image.pixels) each = value;
  return image;
}

}  // namespace

TEST_CASE("A store gives back pictures and masks, for the stamp that they were added with") {
  const vit::test::ScratchFolder folder;
  PixelStore store(folder / "pixels", 3, kRoom);
  Image image, mask;
  CHECK_FALSE(store.read(1, 7, image, mask));
  store.add(1, 7, picture(5), picture(2, 1));
  store.add(2, 8, picture(6), {});
  REQUIRE(store.read(1, 7, image, mask));
  CHECK(image.pixels == picture(5).pixels);
  CHECK(mask.pixels == picture(2, 1).pixels);
  CHECK(mask.channels == 1);
  REQUIRE(store.read(2, 8, image, mask));
  CHECK(image.pixels == picture(6).pixels);
  CHECK(mask.empty());
  CHECK_FALSE(store.read(0, 7, image, mask));
  CHECK_FALSE(store.read(1, 8, image, mask));  // the file is another one by now
}

TEST_CASE("A store keeps no more than it has room for") {
  const vit::test::ScratchFolder folder;
  PixelStore store(folder / "pixels", 2, picture(5).pixels.size());
  store.add(0, 7, picture(5), {});
  store.add(1, 7, picture(6), {});
  Image image, mask;
  CHECK(store.read(0, 7, image, mask));
  CHECK_FALSE(store.read(1, 7, image, mask));
}

TEST_CASE("What was stored is there for the next one, unless its bytes have changed") {
  const vit::test::ScratchFolder folder;
  PixelStore(folder / "pixels", 2, kRoom).add(1, 7, picture(5), {});
  Image image, mask;
  REQUIRE(PixelStore(folder / "pixels", 2, kRoom).read(1, 7, image, mask));
  CHECK(image.pixels == picture(5).pixels);

  std::string bytes = vit::test::get(folder / "pixels");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  vit::test::put(folder / "pixels", bytes);
  CHECK_FALSE(PixelStore(folder / "pixels", 2, kRoom).read(1, 7, image, mask));
}
