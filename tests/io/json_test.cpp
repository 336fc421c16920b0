#include "vit/io/json.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

namespace {

std::string problem(std::string_view text) {
  const auto error = error_of([&] { (void)parse_json(text, "config.json", ErrorKind::weights); });
  if (!error) return "none";
  CHECK(error->kind() == ErrorKind::weights);
  CHECK(error->where() == "config.json");
  return error->problem();
}

}  // namespace

TEST_CASE("JSON is parsed") {
  const nlohmann::json value =
      parse_json(R"({"a": [1, 2.5, "x"], "b": {"a": null}})", "", ErrorKind::data);
  CHECK(value["a"][1] == 2.5);
  CHECK(value["b"]["a"].is_null());
}

TEST_CASE("a key that is there twice is an error at any depth") {
  CHECK(problem(R"({"a": 1, "a": 1})").find("\"a\" is there twice") != std::string::npos);
  CHECK(problem(R"([{"x": {"b": 1, "c": 2, "b": 3}}])").find("\"b\"") != std::string::npos);
  CHECK(problem(R"({"a": {"a": 1}, "b": {"a": 1}})") == "none");
}

TEST_CASE("nesting ends at the limit") {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  CHECK(problem(nested(kMaxJsonDepth)) == "none");
  CHECK(problem(nested(kMaxJsonDepth + 1)).find("nested deeper") != std::string::npos);
  CHECK(problem(std::string(1'000'000, '[')).find("nested deeper") != std::string::npos);
}

TEST_CASE("what is not JSON is an error that says where") {
  CHECK(problem("{\"a\": 1,\n \"b\" 2}").find("line 2, column") != std::string::npos);
  for (const std::string text : {"", "{", "nul", "NaN", "[1,]", "{} {}", "1e999", "\"\xFF\"",
                                 "\"\\ud800\"", "{'a': 1}", "// x\n1"}) {
    INFO(text);
    CHECK(problem(text) != "none");
  }
  CHECK(problem(std::string_view("{}\0{\"hidden\": 1}", 16)) == "a zero byte at position 2");
}

TEST_CASE("text is written as a JSON string") {
  CHECK(json_string("a\"b\\\n\x01ü", "") == "\"a\\\"b\\\\\\n\\u0001ü\"");
  CHECK(error_of([] { (void)json_string("\xFF", "labels"); })->where() == "labels");
}
