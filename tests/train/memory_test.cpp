#include "vit/train/memory.h"

#include <vector>

#include "tests/catch.h"

TEST_CASE("The peak rises with what is used, and does not fall again") {
  const double before = vit::peak_memory();
  {
    std::vector<char> block(std::size_t{64} << 20, 1);
    CHECK(vit::resident_memory() > 64e6);
    CHECK(block[12345] == 1);
  }
  CHECK(vit::peak_memory() >= before);
  CHECK(vit::available_memory() > 1e6);
}
