#include "vit/tasks/detect/coco_names.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "tests/catch.h"

TEST_CASE("COCO has eighty classes, whose ids leave ten out of 1 to 90") {
  const auto names = vit::coco_names();
  REQUIRE(names.size() == 91);
  std::vector<std::size_t> without;
  std::set<std::string_view> different;
  for (std::size_t id = 0; id < names.size(); ++id)
    if (names[id].empty())
      without.push_back(id);
    else
      different.insert(names[id]);
  CHECK(without == std::vector<std::size_t>{0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83});
  CHECK(different.size() == 80);
}

TEST_CASE("A class of COCO has the id that its annotations give it") {
  const auto names = vit::coco_names();
  CHECK(names[1] == "person");
  CHECK(names[13] == "stop sign");
  CHECK(names[27] == "backpack");
  CHECK(names[46] == "wine glass");
  CHECK(names[67] == "dining table");
  CHECK(names[84] == "book");
  CHECK(names[90] == "toothbrush");
}
