#include "vit/text/html_entities.h"

#include <algorithm>

#include "tests/catch.h"

TEST_CASE("every named character of HTML 5 is there, each with its characters") {
  CHECK(std::count(vit::kHtmlEntities.begin(), vit::kHtmlEntities.end(), ' ') == 2125);
  CHECK(std::count(vit::kHtmlEntities.begin(), vit::kHtmlEntities.end(), '=') == 2125);
  CHECK(std::count(vit::kHtmlEntities.begin(), vit::kHtmlEntities.end(), ';') == 2125 - 106);
}
