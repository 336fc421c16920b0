#include "vit/metrics/voc_ap.h"

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"

using nlohmann::json;
using vit::ObjectImage, vit::VocAp;

namespace {

vit::ObjectBox box_of(const json& corners) {
  const auto x = corners.get<std::vector<double>>();
  return {x[0], x[1], x[2] - x[0], x[3] - x[1]};
}

void check_all(const std::vector<double>& found, const json& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(std::abs(found[i] - expected[i].get<double>()) <= 1e-12);
}

}  // namespace

TEST_CASE("VOC's two rules give the numbers of its development kit, difficult objects aside") {
  const auto folder = vit::test::shared("fixtures/metrics/voc_ap");
  if (!folder) return;
  const auto data = json::parse(std::ifstream(*folder / "data.json"));
  const auto stats = json::parse(std::ifstream(*folder / "stats.json"));
  std::map<std::string, std::int64_t> labels;
  for (const json& name : data.at("classes")) labels.emplace(name, labels.size());
  std::map<std::int64_t, ObjectImage> by_id;
  for (const json& one : data.at("truth"))
    by_id[one.at("image")].truth.push_back({.label = labels.at(one.at("cls")),
                                            .box = box_of(one.at("box")),
                                            .difficult = one.at("difficult")});
  for (const json& one : data.at("detections"))
    by_id[one.at("image")].found.push_back({.label = labels.at(one.at("cls")),
                                            .box = box_of(one.at("box")),
                                            .score = one.at("score")});
  std::vector<ObjectImage> images;
  for (auto& [id, image] : by_id) {
    image.id = id;
    images.push_back(image);
  }
  const std::map<std::string, vit::VocRule> rules = {
      {"devkit", {0.5, true}}, {"plain", {0.5, false}}, {"plain75", {0.75, false}}};
  for (const auto& [name, rule] : rules) {
    INFO(name);
    const json& expected = stats.at(name);
    for (const auto& [own, label] : labels) {
      INFO(own);
      const json& of_class = expected.at("per_class").at(own);
      const VocAp found = vit::voc_ap(images, label, rule);
      CHECK(found.truths == of_class.at("npos").get<std::int64_t>());
      if (found.truths == 0) {
        CHECK((std::isnan(found.points_11) && std::isnan(found.all_points)));
        continue;
      }
      check_all({found.points_11, found.all_points}, {of_class.at("ap11"), of_class.at("ap_all")});
      check_all(found.recall, of_class.at("recall"));
      check_all(found.precision, of_class.at("precision"));
    }
    const vit::VocMeans means =
        vit::voc_means(images, static_cast<std::int64_t>(labels.size()), rule);
    check_all({means.points_11, means.all_points}, {expected.at("mAP11"), expected.at("mAP_all")});
  }
}

TEST_CASE("One right detection before a wrong one, of two objects: half, and 6 of 11 points") {
  const std::vector<ObjectImage> images = {
      {.truth = {{.box = {0, 0, 9, 9}}, {.box = {50, 0, 9, 9}}},
       .found = {{.box = {0, 0, 9, 9}, .score = 0.9}, {.box = {0, 0, 9, 9}, .score = 0.8}}}};
  const VocAp found = vit::voc_ap(images, 0);
  CHECK(found.all_points == Approx(0.5));
  CHECK(found.points_11 == Approx(6.0 / 11));
  CHECK(found.precision == std::vector<double>{1, 0.5});  // the second one is a duplicate
}

TEST_CASE("Without truth there is no AP, and no mean") {
  CHECK(std::isnan(vit::voc_ap({}, 0).all_points));
  CHECK(std::isnan(vit::voc_means({}, 3).points_11));
}
