#include "vit/config/other_names.h"

#include <algorithm>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("another tool's name is found in any case, with - or _") {
  REQUIRE(other_names("Learning-Rate").size() == 1);
  CHECK(other_names("Learning-Rate")[0].ours == "optim.lr");
  CHECK(other_names("zzz").empty());
}

TEST_CASE("a name may stand for a section and for a key") {
  const auto rows = other_names("optimizer");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].is_section());
  CHECK(rows[1].ours == "optim.opt");
}

TEST_CASE("what is no key here has a sentence") {
  CHECK_THAT(answer_to_other_name("output_dir"), Catch::Contains("--output"));
  CHECK_THAT(answer_to_other_name("fliplr"), Catch::Contains("augment.train"));
  CHECK(answer_to_other_name("lr0").empty());
}

TEST_CASE("the table is sorted, and has no row twice") {
  const auto rows = other_names();
  const auto before = [](const OtherName& a, const OtherName& b) {
    return std::pair(a.theirs, a.ours) < std::pair(b.theirs, b.ours);
  };
  CHECK(std::is_sorted(rows.begin(), rows.end(), before));
  CHECK(std::adjacent_find(rows.begin(), rows.end(), [](const OtherName& a, const OtherName& b) {
          return a.theirs == b.theirs && a.ours == b.ours;
        }) == rows.end());
}
