#include "vit/tasks/detect/matching.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/yolos_fixture.h"

namespace {

const std::vector<std::string> kMatchedClasses = {"cat", "dog", "eel"};

}  // namespace

TEST_CASE("The sections show each pair on its image, and its costs part by part") {
  vit::MatchedImage image{vit::Image(40, 20),
                          "a.jpg",
                          {torch::tensor({{10.0f, 5.0f, 20.0f, 15.0f}}), torch::tensor({2})},
                          torch::tensor({{0.0f, 0.0f, 1.0f, 1.0f}, {10.0f, 5.0f, 20.0f, 10.0f}}),
                          {{1, 0, {{"class", -0.5}, {"l1", 0.25}, {"giou", -1.0}}}}};
  const auto sections = vit::matching_sections({image}, kMatchedClasses);
  REQUIRE(sections.size() == 2);
  const auto& gallery = std::get<vit::Gallery>(sections[0].body);
  REQUIRE(gallery.items.size() == 1);
  CHECK(gallery.items[0].source == "a.jpg");
  const vit::Image& drawn = gallery.items[0].image;
  CHECK(drawn.width == 8 * 40);  // enlarged, so that numbers can be read
  CHECK_FALSE(std::equal(drawn.pixel(80, 100), drawn.pixel(80, 100) + 3, drawn.pixel(0, 0)));
  const auto& table = std::get<vit::Table>(sections[1].body);
  CHECK(table.header == std::vector<std::string>{"Image", "Query", "Object", "IoU", "class", "l1",
                                                 "giou", "Sum of the costs"});
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0] ==
        std::vector<std::string>{"1", "1", "eel", "0.50", "-0.500", "0.250", "-1.000", "-1.250"});
  CHECK(vit::matching_sections({}, kMatchedClasses).empty());
}

TEST_CASE("A detector with queries is asked who answers for what, in pixels of its input") {
  const auto network = vit::test::small_yolos();
  const torch::Tensor x = vit::test::random_tensor({2, 3, 16, 24});
  const std::vector<vit::ObjectTargets> targets = {
      {torch::tensor({{2.0f, 3.0f, 12.0f, 14.0f}}), torch::tensor({1})},
      {torch::empty({0, 4}), torch::empty({0}, torch::kInt64)}};
  const auto images = vit::matched_images(*network, x, targets, {}, {"a", "b"});
  REQUIRE(images.size() == 2);
  CHECK(images[0].image.width == 24);
  CHECK(images[0].queries.sizes() == torch::IntArrayRef({5, 4}));
  REQUIRE(images[0].matches.size() == 1);
  CHECK(images[0].matches[0].query == network->matches(x, targets)[0][0].query);
  CHECK(images[1].matches.empty());
  const torch::Tensor boxes = network->forward(x)[1].second[0].detach();
  CHECK(torch::allclose(images[0].queries.select(1, 2) - images[0].queries.select(1, 0),
                        boxes.select(1, 2) * 24, 1e-4, 1e-4));
  CHECK(std::get<vit::Table>(vit::matching_sections(images, kMatchedClasses)[1].body).rows.size() ==
        1);
}
