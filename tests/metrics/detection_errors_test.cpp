#include "vit/metrics/detection_errors.h"

#include "tests/catch.h"

using vit::DetectionError, vit::DetectionErrors, vit::ObjectImage;

namespace {

vit::ObjectBox spot(double x) { return {x, 0, 10, 10}; }
vit::TrueObject object_at(double x, std::int64_t label = 0) {
  return {.label = label, .box = spot(x)};
}
vit::ScoredObject detection_at(double x, double score, std::int64_t label = 0) {
  return {.label = label, .box = spot(x), .score = score};
}

DetectionErrors errors_of(const ObjectImage& image) {
  DetectionErrors errors(2);
  errors.add(image);
  return errors;
}

using Counts = std::vector<std::vector<std::int64_t>>;

}  // namespace

TEST_CASE("What is found once, by its class and with enough overlap, is no error") {
  const DetectionErrors errors =
      errors_of({.truth = {object_at(0), object_at(50, 1)},
                 .found = {detection_at(1, 0.9), detection_at(50, 0.3, 1)}});
  CHECK(errors.all().empty());
  CHECK(errors.confusion() == Counts{{1, 0, 0}, {0, 1, 0}, {0, 0, 0}});
}

TEST_CASE("Each kind of error is told with the object and the detection that it concerns") {
  struct Case {
    DetectionError kind;
    ObjectImage image;
    std::optional<std::size_t> truth, found;
    Counts confusion;
  };
  const std::vector<Case> cases = {
      {DetectionError::missed,
       {.truth = {object_at(0)}, .found = {detection_at(0, 0.2)}},
       0,
       {},
       {{0, 0, 1}, {0, 0, 0}, {0, 0, 0}}},
      {DetectionError::duplicate,
       {.truth = {object_at(0)}, .found = {detection_at(1, 0.9), detection_at(0, 0.8)}},
       0,
       0,
       {{1, 0, 0}, {0, 0, 0}, {1, 0, 0}}},  // the better box is the one that counts
      {DetectionError::wrong_class,
       {.truth = {object_at(0, 1)}, .found = {detection_at(0, 0.9)}},
       0,
       0,
       {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}}},
      {DetectionError::wrong_class,
       {.truth = {object_at(0, 1)}, .found = {detection_at(0, 0.9), detection_at(2, 0.5, 1)}},
       0,
       0,
       {{0, 0, 0}, {0, 1, 0}, {1, 0, 0}}},  // pairs of one class go first
      {DetectionError::poor_box,
       {.truth = {object_at(0)}, .found = {detection_at(5, 0.9)}},
       0,
       0,
       {{0, 0, 1}, {0, 0, 0}, {1, 0, 0}}},
      {DetectionError::background,
       {.truth = {}, .found = {detection_at(5, 0.9)}},
       {},
       0,
       {{0, 0, 0}, {0, 0, 0}, {1, 0, 0}}}};
  for (const Case& one : cases) {
    INFO(vit::name_of(one.kind));
    const DetectionErrors errors = errors_of(one.image);
    REQUIRE(errors.all().size() == 1);
    CHECK(errors.count(one.kind) == 1);
    CHECK(errors.all()[0].kind == one.kind);
    CHECK(errors.all()[0].truth == one.truth);
    CHECK(errors.all()[0].found == one.found);
    CHECK(errors.confusion() == one.confusion);
  }
}

TEST_CASE("Crowds and difficult objects are not missed, and what is found of them is no error") {
  ObjectImage image{.truth = {object_at(0), object_at(50)},
                    .found = {detection_at(0, 0.9), detection_at(0, 0.8), detection_at(50, 0.7),
                              detection_at(50, 0.6)}};
  image.truth[0].difficult = true;
  image.truth[1].crowd = true;
  CHECK(errors_of(image).all().empty());
  image.found.clear();
  CHECK(errors_of(image).all().empty());
}

TEST_CASE("Errors of several are those of all images") {
  DetectionErrors a = errors_of({.id = 3, .truth = {object_at(0)}});
  a.merge(errors_of({.id = 4, .found = {detection_at(0, 0.9, 1)}}));
  CHECK(a.confusion() == Counts{{0, 0, 1}, {0, 0, 0}, {0, 1, 0}});
  REQUIRE(a.all().size() == 2);
  CHECK(a.all()[1].image == 4);
  CHECK(a.count(DetectionError::background) == 1);
}
