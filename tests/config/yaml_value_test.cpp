#include "vit/config/yaml_value.h"

#include "tests/catch.h"
#include "vit/config/yaml_document.h"

using namespace vit;

namespace {

/// The value of `x` in this text, read into `target`; what was wrong, or "".
template <class T>
std::string value_read_into(T& target, const std::string& text, Range range = {},
                            std::vector<std::string_view> choices = {}) {
  const YamlDocument document = YamlDocument::parse("x: " + text, "e.yaml");
  const auto problems = read_value(document.root().find("x")->value,
                                   Field{"x", &target, "a value", range, std::move(choices)});
  std::string all;
  for (const YamlProblem& problem : problems)
    all += problem.text + (problem.remedy.empty() ? "" : " -> " + problem.remedy) + "\n";
  return all;
}

}  // namespace

TEST_CASE("Values are read as the option's type says, whatever they look like") {
  std::string text;
  CHECK(value_read_into(text, "2024").empty());
  CHECK(text == "2024");
  double number = 0;
  CHECK(value_read_into(number, "5e-4").empty());
  CHECK(number == 5e-4);
  bool flag = false;
  CHECK(value_read_into(flag, "true").empty());
  CHECK(flag);
  Size2 size{};
  CHECK(value_read_into(size, "224").empty());
  CHECK(size == Size2{224, 224});
  CHECK(value_read_into(size, "[32, 48]").empty());
  CHECK(size == Size2{32, 48});
  std::optional<double> maybe = 1.0;
  CHECK(value_read_into(maybe, "null").empty());
  CHECK_FALSE(maybe);
}

TEST_CASE("What cannot be read leaves the option as it was, with the remedy") {
  std::int64_t number = 7;
  CHECK_THAT(value_read_into(number, "1.5"), Catch::Contains("whole number"));
  CHECK_THAT(value_read_into(number, "\"3\""), Catch::Contains("-> remove the quotes"));
  CHECK_THAT(value_read_into(number, "0", kAtLeastOne),
             Catch::Contains("must be at least 1, not 0"));
  CHECK_THAT(value_read_into(number, "[1]"), Catch::Contains("found a list"));
  CHECK(number == 7);
  std::string text = "sgd";
  CHECK_THAT(value_read_into(text, "adamv", {}, {"adamw", "sgd"}),
             Catch::Contains("one of adamw, sgd") && Catch::Contains("-> did you mean adamw?"));
  CHECK_THAT(value_read_into(text, "null"), Catch::Contains("write \"\" for empty text"));
  CHECK(text == "sgd");
  std::vector<std::int64_t> list{1, 2};
  CHECK_THAT(value_read_into(list, "5"), Catch::Contains("-> write [5]"));
  CHECK(list == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("Each wrong element of a list is told, and the list stays whole") {
  std::vector<double> list{0.5};
  const std::string problems = value_read_into(list, "[1, x, 2, true]");
  CHECK_THAT(problems, Catch::Contains("found the text \"x\"") || Catch::Contains("x"));
  CHECK(std::count(problems.begin(), problems.end(), '\n') == 2);
  CHECK(list == std::vector<double>{0.5});
}
