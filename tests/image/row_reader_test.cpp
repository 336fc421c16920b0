#include "vit/image/row_reader.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("rows hold their pixels, and may be read beyond their end") {
  const Image image = noise(5, 7);
  for (const std::size_t reach :
       {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{64}}) {
    const RowReader rows(image, reach);
    for (int y = 0; y < image.height; ++y) {
      CHECK(std::equal(image.row(y), image.row(y) + image.row_bytes(), rows(y)));
      unsigned sum = 0;  // a sanitizer sees what is not there
      for (std::size_t i = 0; i < reach; ++i) sum += rows(y)[i];
      CHECK(sum > 0);
    }
  }
}
