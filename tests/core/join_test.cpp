#include "vit/core/join.h"

#include <cstdint>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("items stand in their order with the text between them, empty ones too") {
  CHECK(joined(std::vector<std::string>{}).empty());
  CHECK(joined(std::vector<std::string>{"a"}) == "a");
  CHECK(joined(std::vector<std::string>{"", "b", ""}, "; ") == "; b; ");
  CHECK(joined(std::vector<double>{0.5, 2}) == "0.5, 2");
}

TEST_CASE("a shape stands in brackets, that of a scalar too") {
  CHECK(shape_text(std::vector<std::int64_t>{2, 3}) == "[2, 3]");
  CHECK(shape_text(std::vector<std::int64_t>{}) == "[]");
}
