#include "vit/core/error.h"

#include <locale>
#include <string>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("an error says where, what and what to do") {
  const Error error(ErrorKind::usage, "e.yaml:3:5", "unknown key lrr", "did you mean lr?");
  CHECK(std::string(error.what()) == "e.yaml:3:5: unknown key lrr\n  did you mean lr?");
  CHECK(error.where() == "e.yaml:3:5");
  CHECK(error.problem() == "unknown key lrr");
  CHECK(error.remedy() == "did you mean lr?");
}

TEST_CASE("what is not known is left out") {
  CHECK(std::string(Error(ErrorKind::data, "", "no pictures").what()) == "no pictures");
  CHECK(std::string(Error(ErrorKind::data, "a.jpg", "cut off").what()) == "a.jpg: cut off");
}

TEST_CASE("the kind is the exit code") {
  CHECK(Error(ErrorKind::usage, "", "").exit_code() == 2);
  CHECK(Error(ErrorKind::data, "", "").exit_code() == 3);
  CHECK(Error(ErrorKind::weights, "", "").exit_code() == 4);
  CHECK(Error(ErrorKind::resource, "", "").exit_code() == 5);
  CHECK(Error(ErrorKind::numerical, "", "").exit_code() == 6);
  CHECK(Error(ErrorKind::interrupted, "", "").exit_code() == 130);
}

TEST_CASE("an assertion that fails is a bug of ours, with the values that matter") {
  const int index = 5;
  CHECK_NOTHROW([&] { VIT_ASSERT(index == 5); }());
  try {
    VIT_ASSERT(index < 3, index, " of ", 3);
    FAIL("no exception");
  } catch (const Bug& bug) {
    const std::string text = bug.what();
    CHECK(text.find("error_test.cpp:") != std::string::npos);
    CHECK(text.find("index < 3 does not hold (5 of 3)") != std::string::npos);
  }
}

TEST_CASE("an assertion that holds does not compose its message") {
  int composed = 0;
  VIT_ASSERT(true, ++composed);
  CHECK(composed == 0);
}

namespace {

struct GermanNumbers final : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("str prints numbers alike in every locale") {
  const std::locale before = std::locale::global(std::locale(std::locale(), new GermanNumbers));
  const std::string text = str("expected ", 12345, " channels, ", 0.5);
  std::locale::global(before);
  CHECK(text == "expected 12345 channels, 0.5");
}
