#include "vit/config/yaml_parser.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using Kind = YamlNode::Kind;

namespace {

YamlNode parsed(std::string_view bytes) {
  std::vector<YamlProblem> problems;
  YamlNode node = parse_yaml(bytes, "e.yaml", problems);
  CHECK(problems.empty());
  return node;
}

Error refusal(const std::string& bytes) {
  const auto error = test::error_of([&] {
    std::vector<YamlProblem> problems;
    (void)parse_yaml(bytes, "e.yaml", problems);
  });
  INFO(bytes.substr(0, 80));
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK_THAT(error->where(), Catch::Contains("e.yaml"));
  return *error;
}

}  // namespace

TEST_CASE("values keep their text, their quotes and their place") {
  const YamlNode root = parsed("a: 1e-3\nb: [x, 'y']\n");
  CHECK(root.find("a")->value.text == "1e-3");
  CHECK(root.find("a")->value.place.text() == "e.yaml:1:4");
  const YamlNode& list = root.find("b")->value;
  REQUIRE(list.items.size() == 2);
  CHECK_FALSE(list.items[0].quoted);
  CHECK(list.items[1].quoted);
  CHECK(list.items[1].place.text() == "e.yaml:2:8");
}

TEST_CASE("an empty document is a null; a byte order mark and CRLF are taken as they come") {
  CHECK(parsed("").kind == Kind::null);
  CHECK(parsed("# only a comment\n").kind == Kind::null);
  CHECK(parsed("\xef\xbb\xbf"
               "a: 1\r\nb: 2\r\n")
            .find("b")
            ->value.text == "2");
}

TEST_CASE("a key that is written twice is a problem, and its first value stands") {
  std::vector<YamlProblem> problems;
  const YamlNode root = parse_yaml("a: 1\nb: 2\na: 3\n", "e.yaml", problems);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].place.line == 3);
  CHECK(problems[0].path == "a");
  CHECK(root.find("a")->value.text == "1");
}

TEST_CASE("what an experiment never needs is refused with its place") {
  for (const char* bytes :
       {"a: &x 1\nb: *x\n", "a: !!int 1\n", "a: !mine 1\n", "? [a, b]\n: 1\n", "a: 1\n---\nb: 2\n",
        "a: [1, 2\n", "a: \"open\n", "a: b: c\n", "\tx: 1\n"})
    CHECK_FALSE(std::string(refusal(bytes).what()).empty());
}

TEST_CASE("bytes that are no text are refused: binary files, control characters, UTF-16") {
  (void)refusal("a: \xff\xfe\n");
  (void)refusal(std::string("a: \0b\n", 6));
  (void)refusal("a: \x1b[2J\n");
  (void)refusal(
      std::string("\xff\xfe"
                  "a\0:\0",
                  6));
}

TEST_CASE("size, depth and number of values are bounded") {
  (void)refusal("a: " + std::string(kYamlMaxBytes, 'x'));
  (void)refusal(std::string(kYamlMaxDepth + 1, '[') + std::string(kYamlMaxDepth + 1, ']'));
  std::string many = "[0";
  for (std::size_t i = 0; i < kYamlMaxNodes; ++i) many += ",0";
  (void)refusal(many + "]");
}
