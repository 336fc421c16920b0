#include "vit/run/image_search.h"

#include "tests/catch.h"

TEST_CASE("The likest images come first; equal ones share a rank and are told") {
  const std::vector<vit::EmbeddedImage> images{{"c", {0.6F, 0.8F}},
                                               {"far", {-1, 0}},
                                               {"b", {0.6F, 0.8F}},
                                               {"best", {1, 0}},
                                               {"a", {0.6F, 0.8F}}};
  const vit::SearchHits found = vit::nearest(images, {1, 0}, 3);
  REQUIRE(found.hits.size() == 3);
  CHECK(found.hits[0].image == "best");
  CHECK(found.hits[0].similarity == 1);
  CHECK_FALSE(found.hits[0].tied);
  CHECK(found.hits[1].image == "a");
  CHECK(found.hits[1].rank == 2);
  CHECK(found.hits[1].tied);
  CHECK(found.hits[2].image == "b");
  CHECK(found.hits[2].rank == 2);
  CHECK(found.as_similar == 1);  // c is left out, and as similar
  CHECK(vit::nearest(images, {1, 0}, 10).hits.size() == 5);
  CHECK(vit::nearest(images, {1, 0}, 10).hits[4].rank == 5);
  CHECK(vit::nearest({}, {1, 0}, 3).hits.empty());
}
