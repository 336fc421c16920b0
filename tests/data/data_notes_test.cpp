#include "vit/data/data_notes.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::Error;
using vit::ErrorKind;

TEST_CASE("Notes of the same words are counted together, with their first places") {
  vit::DataNotes notes, others;
  CHECK(notes.empty());
  CHECK(notes.line().empty());
  for (int i = 0; i < 12; ++i) notes.add("boxes are left out", "annotation " + std::to_string(i));
  others.add("boxes are left out", "elsewhere");
  others.add("files are left out", "x.gif");
  for (int i = 0; i < 20; ++i) others.add("files are left out", "y.gif");
  notes.add(others);
  REQUIRE(notes.all().size() == 2);
  CHECK(notes.all()[0].count == 13);
  CHECK(notes.all()[0].places.size() == vit::kMostNotePlaces);
  CHECK(notes.all()[0].places[0] == "annotation 0");
  CHECK(notes.line() == "boxes are left out: 13; files are left out: 21");
}

TEST_CASE("Faults are collected and thrown at once; one is thrown as it is") {
  const auto thrown = [](int count) {
    vit::DataFaults faults;
    for (int i = 0; i < count; ++i)
      faults.collect([&] {
        throw Error(ErrorKind::data, "a.json: annotations[" + std::to_string(i) + "]", "is wrong",
                    "correct it");
      });
    return vit::test::error_of([&] { faults.require_none("a.json"); });
  };
  CHECK_FALSE(thrown(0));
  CHECK(thrown(1)->where() == "a.json: annotations[0]");
  const auto three = thrown(3);
  REQUIRE(three);
  CHECK(three->kind() == ErrorKind::data);
  CHECK(three->where() == "a.json");
  CHECK(three->problem() ==
        "has 3 faults:\n  a.json: annotations[0]: is wrong\n  a.json: annotations[1]: is wrong\n"
        "  a.json: annotations[2]: is wrong");
  CHECK(three->remedy() == "correct it");
  CHECK_THAT(thrown(1000)->problem(), Catch::Contains("has 1000 faults") &&
                                          Catch::Contains("annotations[49]") &&
                                          !Catch::Contains("annotations[50]"));
}

TEST_CASE("One fault at one place is told once, though both splits are of one file") {
  vit::DataFaults faults;
  for (int split = 0; split < 2; ++split)
    faults.add({ErrorKind::data, "a.json: annotations[0]", "is wrong"});
  const auto error = vit::test::error_of([&] { faults.require_none("a.json"); });
  REQUIRE(error);
  CHECK(error->where() == "a.json: annotations[0]");
}

TEST_CASE("What is no fault of the data is not collected") {
  vit::DataFaults faults;
  const auto error = vit::test::error_of(
      [&] { faults.collect([] { throw Error(ErrorKind::resource, "disk", "is full"); }); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
}
