#include "vit/config/yaml_problem.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

YamlProblem at(const std::string& file, int line, int column, const std::string& path,
               const std::string& remedy = {}) {
  return {{std::make_shared<const std::string>(file), line, column}, path, "is wrong", remedy};
}

Error thrown(std::vector<YamlProblem> problems) {
  const auto error = test::error_of([&] { throw_problems(std::move(problems)); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  return *error;
}

}  // namespace

TEST_CASE("no problem, no error") { CHECK_NOTHROW(throw_problems({})); }

TEST_CASE("a single problem has its place in front and its remedy on a line of its own") {
  const Error error = thrown({at("e.yaml", 3, 5, "optim.lr", "write 1e-3")});
  CHECK(error.where() == "e.yaml:3:5");
  CHECK(std::string(error.what()) == "e.yaml:3:5: optim.lr: is wrong\n  write 1e-3");
}

TEST_CASE("several come in the order of the file, with what --set says last") {
  const Error error = thrown({at("--set a.b", 0, 0, "a.b"), at("e.yaml", 7, 1, "late"),
                              at("e.yaml", 2, 9, "right", "do this"), at("e.yaml", 2, 3, "left")});
  CHECK(std::string(error.what()) ==
        "4 problems:\n"
        "e.yaml:2:3: left: is wrong\n"
        "e.yaml:2:9: right: is wrong; do this\n"
        "e.yaml:7:1: late: is wrong\n"
        "--set a.b: a.b: is wrong");
}

TEST_CASE("thousands of problems are counted and not all printed") {
  std::vector<YamlProblem> problems;
  for (int line = 1; line <= 5000; ++line) problems.push_back(at("e.yaml", line, 1, "key"));
  const std::string text = thrown(problems).what();
  CHECK_THAT(text, Catch::Contains("5000 problems:"));
  CHECK_THAT(text, Catch::Contains("and 4970 more"));
  CHECK(text.size() < 3000);
}
