#include "vit/data/large_pages.h"

#include <algorithm>
#include <vector>

#include "tests/catch.h"

TEST_CASE("Advice about memory of any size and place changes nothing in it") {
  std::vector<char> memory(9 << 20, 'x');
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{4096}})
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{100}, std::size_t{8} << 20})
      vit::advise_large_pages(memory.data() + offset, bytes);
  CHECK(std::all_of(memory.begin(), memory.end(), [](char c) { return c == 'x'; }));
}
