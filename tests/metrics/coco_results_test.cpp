#include "vit/metrics/coco_results.h"

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/io/safetensors.h"
#include "vit/metrics/coco_ap.h"

using nlohmann::json;
using vit::CocoArea, vit::CocoFigures, vit::CocoMatches, vit::CocoResults, vit::OverlapOf;

namespace {

namespace fs = std::filesystem;

json parsed(const fs::path& file) { return json::parse(std::ifstream(file)); }

CocoFigures measured(const CocoResults& read, OverlapOf what,
                     const std::vector<std::int64_t>& limits = {1, 10, 100}) {
  CocoMatches matches(static_cast<std::int64_t>(read.classes.size()), what, limits);
  for (const vit::ObjectImage& image : read.images) matches.add(image);
  return matches.figures();
}

void check_near(double found, const json& expected, double tolerance = 1e-12) {
  CHECK(std::abs(found - expected.get<double>()) <= tolerance);
}

struct Numbers {
  std::vector<double> values;
  std::vector<std::int64_t> shape;
};

Numbers numbers(const vit::SafetensorsFile& file, const std::string& name) {
  const auto& entry = file.at(name);
  const std::vector<std::byte> bytes = file.read(entry);
  Numbers read{std::vector<double>(bytes.size() / sizeof(double)),
               {entry.shape.begin(), entry.shape.end()}};
  std::memcpy(read.values.data(), bytes.data(), bytes.size());
  return read;
}

/// A small truth with two images and the categories 3 and 7, and its results.
struct Small {
  json truth = json::parse(R"({
    "images": [{"id": 5, "width": 40, "height": 30}, {"id": 2, "width": 40, "height": 30}],
    "categories": [{"id": 7, "name": "cat"}, {"id": 3, "name": "dog"}],
    "annotations": [
      {"id": 1, "image_id": 5, "category_id": 7, "bbox": [1, 2, 10, 8], "area": 80, "iscrowd": 0,
       "segmentation": [[1, 2, 11, 2, 11, 10, 1, 10]]},
      {"id": 2, "image_id": 2, "category_id": 3, "bbox": [4, 4, 20, 20], "area": 400, "iscrowd": 0,
       "segmentation": [[4, 4, 24, 4, 24, 24, 4, 24]]}]})");
  json results = json::parse(R"([
    {"image_id": 5, "category_id": 7, "bbox": [1, 2, 10, 8], "score": 0.9},
    {"image_id": 2, "category_id": 3, "bbox": [4, 5, 20, 20], "score": 0.5}])");

  [[nodiscard]] CocoResults read(OverlapOf what = OverlapOf::boxes) const {
    const vit::test::ScratchFolder folder;
    vit::test::put(folder / "gt.json", truth.dump());
    vit::test::put(folder / "dt.json", results.dump());
    return vit::read_coco_results(folder / "gt.json", folder / "dt.json", what);
  }
  [[nodiscard]] std::string refusal(OverlapOf what = OverlapOf::boxes) const {
    const auto error = vit::test::error_of([&] { (void)read(what); });
    if (!error) return "it was read";
    CHECK(error->kind() == vit::ErrorKind::data);
    return error->what();
  }
};

}  // namespace

TEST_CASE("Boxes of COCO's files give pycocotools' twelve numbers, and those of each class") {
  const auto folder = vit::test::shared("fixtures/metrics/coco");
  if (!folder) return;
  const json stats = parsed(*folder / "stats.json");
  const CocoResults read =
      vit::read_coco_results(*folder / "gt.json", *folder / "dt.json", OverlapOf::boxes);
  const CocoFigures figures = measured(read, OverlapOf::boxes);
  for (std::size_t i = 0; i < 12; ++i) {
    INFO(stats.at("names")[i]);
    check_near(figures.stats()[i], stats.at("stats")[i]);
  }
  for (std::size_t k = 0; k < read.category_ids.size(); ++k)
    check_near(figures.ap({}, CocoArea::all, static_cast<std::int64_t>(k)),
               stats.at("per_category_AP").at(std::to_string(read.category_ids[k])));
}

TEST_CASE("Crowds, ties, empty images, masks and annotation 0 count as in pycocotools") {
  const auto folder = vit::test::shared("fixtures/metrics/coco2");
  if (!folder) return;
  const json all = parsed(*folder / "stats.json");
  const auto curves = vit::SafetensorsFile::open(*folder / "curves.safetensors");
  for (const std::string kind : {"bbox", "segm"}) {
    INFO(kind);
    const OverlapOf what = kind == "bbox" ? OverlapOf::boxes : OverlapOf::masks;
    const json& stats = all.at(kind);
    const fs::path results = *folder / ("dt_" + kind + ".json");
    const CocoResults read = vit::read_coco_results(*folder / "gt.json", results, what);
    CocoFigures figures = measured(read, what);
    for (std::size_t i = 0; i < 12; ++i) {
      INFO(all.at("names")[i]);
      check_near(figures.stats()[i], stats.at("stats")[i]);
    }
    const auto num_classes = static_cast<std::int64_t>(read.classes.size());
    for (std::int64_t k = 0; k < num_classes; ++k) {
      const std::string id = std::to_string(read.category_ids[static_cast<std::size_t>(k)]);
      INFO("category " << id);
      check_near(figures.ap({}, CocoArea::all, k), stats.at("AP").at(id));
      check_near(figures.ap(vit::kOverlap50, CocoArea::all, k), stats.at("AP50").at(id));
      check_near(figures.ap({}, CocoArea::small, k), stats.at("AP_small").at(id));
      check_near(figures.ar(2, CocoArea::all, k), stats.at("AR100").at(id));
    }
    const Numbers precision = numbers(curves, "precision_" + kind);  // [2, 101, classes]
    REQUIRE(precision.shape == std::vector<std::int64_t>{2, 101, num_classes});
    std::size_t at = 0;
    double largest = 0;
    for (const std::size_t t : {vit::kOverlap50, vit::kOverlap75})
      for (std::size_t r = 0; r < vit::kCocoRecalls; ++r)
        for (std::int64_t k = 0; k < num_classes; ++k)
          largest = std::max(largest, std::abs(figures.precision(t, k, CocoArea::all, r) -
                                               precision.values[at++]));
    const Numbers recall = numbers(curves, "recall_" + kind);  // [10, classes, 4, 3]
    REQUIRE(recall.shape == std::vector<std::int64_t>{10, num_classes, 4, 3});
    at = 0;
    for (std::size_t t = 0; t < vit::kCocoOverlaps; ++t)
      for (std::int64_t k = 0; k < num_classes; ++k)
        for (std::size_t a = 0; a < vit::kCocoAreas; ++a)
          for (std::size_t m = 0; m < 3; ++m)
            largest = std::max(
                largest, std::abs(figures.recall(t, k, CocoArea(a), m) - recall.values[at++]));
    CHECK(largest <= 1e-12);

    const CocoFigures many = measured(read, what, {1, 10, 500});
    check_near(many.ap(), stats.at("maxdets_500").at("AP"));
    check_near(many.ap(vit::kOverlap50), stats.at("maxdets_500").at("AP50"));
    check_near(many.ar(2), stats.at("maxdets_500").at("AR"));

    json truth = parsed(*folder / "gt.json");
    for (json& annotation : truth["annotations"])
      annotation["id"] = annotation["id"].get<std::int64_t>() - 1;
    const vit::test::ScratchFolder scratch;
    vit::test::put(scratch / "gt0.json", truth.dump());
    const CocoResults from_0 = vit::read_coco_results(scratch / "gt0.json", results, what);
    check_near(measured(from_0, what).ap(), stats.at("id0").at("AP"));
    CHECK_THAT(from_0.notes.line(), Catch::Contains("id 0"));
  }
}

TEST_CASE("Labels are places among the categories' ids, images stand in the order of theirs") {
  const CocoResults read = Small().read();
  CHECK(read.category_ids == std::vector<std::int64_t>{3, 7});
  CHECK(read.classes == std::vector<std::string>{"dog", "cat"});
  REQUIRE(read.images.size() == 2);
  CHECK(read.images[0].truth[0].label == 0);
  CHECK(read.images[1].truth[0].label == 1);
  CHECK(read.detections == 2);
  CHECK(read.notes.empty());
}

TEST_CASE("Images may have texts for ids, which order them as they are spelled") {
  Small small;
  small.truth["images"][0]["id"] = "b/10";
  small.truth["images"][1]["id"] = "a/9";
  for (json* list : {&small.truth["annotations"], &small.results}) {
    (*list)[0]["image_id"] = "b/10";
    (*list)[1]["image_id"] = "a/9";
  }
  const CocoResults read = small.read(OverlapOf::masks);
  CHECK(read.images[0].truth[0].label == 0);
  CHECK(read.images[1].found[0].score == 0.9);
}

TEST_CASE("Members that pycocotools needs and others leave out are filled in, and noted") {
  Small small;
  for (json& annotation : small.truth["annotations"]) {
    annotation.erase("area");
    annotation.erase("iscrowd");
    annotation["extra"] = {{"deep", json::array({1})}};
  }
  for (json& image : small.truth["images"]) image.erase("width");
  const CocoResults read = small.read();
  CHECK(read.images[0].truth[0].area == 400);
  CHECK_THAT(read.notes.line(), Catch::Contains("`area`") && Catch::Contains("`iscrowd`"));
  CHECK_THAT(small.refusal(OverlapOf::masks), Catch::Contains("images[0]: there is no `width`"));
}

TEST_CASE("What the first result has decides how masks and areas are made, as in pycocotools") {
  Small small;  // boxes alone: their rectangles are the masks, and their areas count
  small.results[0]["bbox"] = {1.4, 2, 10, 8};
  const CocoResults boxes = small.read(OverlapOf::masks);
  CHECK(boxes.images[1].found[0].area == 80);
  CHECK(vit::runs_area(boxes.images[1].found[0].mask) == 80);

  small.results[0] = {{"image_id", 5},
                      {"category_id", 7},
                      {"score", 0.9},
                      {"segmentation", {{"size", {30, 40}}, {"counts", {32, 8, 1160}}}}};
  small.results[1] = small.results[0];
  for (const OverlapOf what : {OverlapOf::boxes, OverlapOf::masks}) {
    const CocoResults masks = small.read(what);
    CHECK(masks.images[1].found[1].area == 8);
    CHECK(masks.images[1].found[0].box.x == 1);
    CHECK(masks.images[1].found[0].box.y == 2);
    CHECK(masks.images[1].found[0].box.width == 1);
    CHECK(masks.images[1].found[0].box.height == 8);
  }
}

TEST_CASE("Odd results are counted as pycocotools counts them, and noted") {
  Small small;
  small.results.push_back(
      {{"image_id", 5}, {"category_id", 4}, {"bbox", {1, 2, 10, 8}}, {"score", 0.5}});
  small.results.push_back(
      {{"image_id", 5}, {"category_id", 7}, {"bbox", {11, 10, -10, -8}}, {"score", 0.95}});
  small.results.push_back(
      {{"image_id", 5}, {"category_id", 7}, {"bbox", {900, 10, 10, 8}}, {"score", 0.3}});
  const CocoResults read = small.read();
  CHECK(read.detections == 5);
  CHECK(read.images[1].found.size() == 3);
  CHECK_THAT(read.notes.line(), Catch::Contains("categories that the annotations do not have") &&
                                    Catch::Contains("without area are never matched"));
  // pycocotools 2.0.11: mean of .5 (one wrong before the right one) and of the shifted box's .8
  CHECK(measured(read, OverlapOf::boxes).ap(vit::kOverlap50) == Approx(0.75).margin(1e-12));

  small.results = json::array();
  CHECK(measured(small.read(), OverlapOf::boxes).ap() == 0);
  small.truth["annotations"] = json::array();
  CHECK(measured(small.read(), OverlapOf::boxes).ap() == vit::kNoTruth);
}

TEST_CASE("What cannot be meant is refused with its file, list and record") {
  const auto refused = [](const auto& change, const std::string& text,
                          OverlapOf what = OverlapOf::boxes) {
    Small small;
    change(small);
    CHECK_THAT(small.refusal(what), Catch::Contains(text));
  };
  refused([](Small& s) { s.truth["images"][0]["id"] = "5"; },
          "gt.json: annotations[0]: there is no image with the id 5");
  refused([](Small& s) { s.truth["images"][0]["id"] = true; }, "gt.json: images[0]: `id` is true");
  refused([](Small& s) { s.truth["annotations"][0]["category_id"] = "7"; },
          "annotations[0]: `category_id` is \"7\"; expected a whole number");
  refused([](Small& s) { s.truth["images"][0]["id"] = 5.5; }, "expected a whole number");
  refused([](Small& s) { s.truth["images"][1]["id"] = 5; }, "images[1]: the id 5 is there twice");
  refused([](Small& s) { s.truth["annotations"][1]["id"] = 1; },
          "annotations[1]: the id 1 is there twice");
  refused([](Small& s) { s.truth["annotations"][1]["image_id"] = 9; },
          "annotations[1]: there is no image with the id 9");
  refused([](Small& s) { s.truth["annotations"][0].erase("category_id"); },
          "annotations[0]: there is no `category_id`");
  refused([](Small& s) { s.truth["annotations"][0]["category_id"] = 8; },
          "there is no category with the id 8");
  refused([](Small& s) { s.truth["annotations"][0]["bbox"] = {1, 2, 3}; }, "a box of 3 numbers");
  refused([](Small& s) { s.truth["annotations"][0]["bbox"][0] = 1e300; }, "too large");
  refused([](Small& s) { s.truth.erase("categories"); }, "there are no `categories`");
  refused([](Small& s) { s.truth = json::object(); }, "names no image");
  refused([](Small& s) { s.results[1]["image_id"] = 4; },
          "dt.json: [1]: there is no image with the id 4");
  refused([](Small& s) { s.results[0].erase("score"); }, "[0]: there is no `score`");
  refused([](Small& s) { s.results[0]["score"] = "high"; }, "`score` is \"high\"");
  refused([](Small& s) { s.results[0].erase("bbox"); }, "there is neither a `bbox` nor");
  refused([](Small& s) { s.results[1].erase("bbox"); }, "[1]: there is no `bbox`");
  refused([](Small& s) { s.results = json::object({{"annotations", s.results}}); }, "is no list");
  refused(
      [](Small& s) {
        s.truth["annotations"][0]["segmentation"] = {{1, 2, 11, 10}};
      },
      "annotations[0]: a polygon of less than three corners", OverlapOf::masks);
  refused([](Small& s) { s.truth["annotations"][0].erase("segmentation"); },
          "there is no `segmentation`", OverlapOf::masks);
  refused(
      [](Small& s) {
        s.results[0]["segmentation"] = {{"size", {40, 30}}, {"counts", {32, 8, 1160}}};
      },
      "[0]: the mask is of another size", OverlapOf::masks);
  refused(
      [](Small& s) {
        for (json& result : s.results) result["image_id"] = 77;
      },
      "has 2 faults");
}

TEST_CASE("Masks that would exhaust the memory are refused") {
  Small small;
  small.truth["images"][0]["width"] = small.truth["images"][0]["height"] = 65535;
  small.truth["annotations"][0]["segmentation"] = json::array();
  for (int i = 0; i < 2000; ++i)
    small.truth["annotations"][0]["segmentation"].push_back({0, 0, 65535, 1, 65535, 3});
  CHECK_THAT(small.refusal(OverlapOf::masks), Catch::Contains("too long"));
}
