#include "vit/data/annotated_size.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/image/geometry.h"
#include "vit/io/file.h"

TEST_CASE("Annotations of the stored image stay, those of the upright one are turned back") {
  const vit::test::ScratchFolder folder;
  const int orientation = GENERATE(1, 2, 3, 4, 5, 6, 7, 8);
  vit::test::put_turned_picture(folder / "a.jpg", orientation, 16, 8);
  const auto bytes = vit::read_file(folder / "a.jpg");
  CHECK(vit::orientation_to_stored(bytes, "a.jpg", 16, 8) == 1);
  CHECK_FALSE(vit::orientation_to_stored(bytes, "a.jpg", 16, 9));
  const auto back = vit::orientation_to_stored(bytes, "a.jpg", 8, 16);
  CHECK(back.has_value() == (orientation >= 5));
  if (!back) return;
  // Turned upright and back, every pixel is where it was.
  vit::Image image(5, 3, 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i);
  CHECK(vit::orient(vit::orient(image, orientation), *back) == image);
}
