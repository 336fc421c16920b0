#include "vit/data/coco_annotation.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

using namespace vit;

namespace {

std::vector<RunLengths> runs_of(const std::string& segmentation, DataNotes& notes) {
  return annotation_runs(nlohmann::json::parse("{\"segmentation\": " + segmentation + "}"), 10, 3,
                         "a.json", notes);
}

std::string refusal_of(const std::string& segmentation) {
  DataNotes notes;
  const auto error = test::error_of([&] { (void)runs_of(segmentation, notes); });
  if (!error) return "it was read";
  CHECK(error->kind() == ErrorKind::data);
  CHECK(error->where() == "a.json");
  return error->problem();
}

}  // namespace

TEST_CASE("A segmentation is polygons, run lengths as numbers, or run lengths as text") {
  DataNotes notes;
  CHECK(runs_of(R"({"size": [10, 3], "counts": [2, 3, 25]})", notes) ==
        std::vector<RunLengths>{{2, 3, 25}});
  CHECK(runs_of(R"({"size": [10, 3], "counts": "23i0"})", notes) ==
        std::vector<RunLengths>{{2, 3, 25}});
  const auto polygons = runs_of("[[0, 0, 3, 0, 3, 10, 0, 10], [0, 0, 1, 0, 1, 5, 0, 5]]", notes);
  REQUIRE(polygons.size() == 2);
  CHECK(runs_area(polygons[0]) == 30);
  CHECK(runs_area(polygons[1]) == 5);
  CHECK(notes.empty());
}

TEST_CASE("Polygons without an area are passed over and noted") {
  DataNotes notes;
  CHECK(runs_of("[[0, 0, 3, 0], [0, 0, 3, 0, 3, 10, 0]]", notes).empty());
  REQUIRE(notes.all().size() == 1);
  CHECK(notes.all()[0].count == 2);
}

TEST_CASE("Segmentations that are none, or of another size, are refused") {
  CHECK(refusal_of("null") == "`segmentation` is null");
  CHECK_THAT(refusal_of("7"), Catch::Contains("expected polygons or run lengths"));
  CHECK_THAT(refusal_of("[[\"a\"]]"), Catch::Contains("expected lists of numbers"));
  CHECK_THAT(refusal_of(R"({"counts": [30]})"), Catch::Contains("there is no `size`"));
  CHECK_THAT(refusal_of(R"({"size": [3, 10], "counts": [30]})"), Catch::Contains("another size"));
  CHECK_THAT(refusal_of(R"({"size": [10, 3], "counts": [29]})"), Catch::Contains("cover 29"));
  CHECK_THAT(refusal_of(R"({"size": [10, 3], "counts": [-1, 31]})"),
             Catch::Contains("a run of -1"));
  CHECK_THAT(refusal_of(R"({"size": [10, 3], "counts": "\u007f"})"), Catch::Contains("malformed"));
}

TEST_CASE("What is a crowd is said by a number, by true, or not at all") {
  const auto is_crowd = [](const char* record) {
    return annotation_is_crowd(nlohmann::json::parse(record), "a.json");
  };
  CHECK(is_crowd(R"({"iscrowd": 1})"));
  CHECK(is_crowd(R"({"iscrowd": true})"));
  CHECK_FALSE(is_crowd(R"({"iscrowd": 0})"));
  CHECK_FALSE(is_crowd(R"({"iscrowd": null})"));
  CHECK_FALSE(is_crowd("{}"));
  CHECK(test::error_of([&] { (void)is_crowd(R"({"iscrowd": "yes"})"); }));
}
