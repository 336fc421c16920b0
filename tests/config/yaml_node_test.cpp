#include "vit/config/yaml_node.h"

#include "tests/catch.h"

using namespace vit;
using Kind = YamlNode::Kind;

namespace {

YamlNode scalar(const std::string& text, bool quoted = false) {
  YamlNode node;
  node.kind = Kind::scalar;
  node.text = text;
  node.quoted = quoted;
  return node;
}

YamlNode null() {
  YamlNode node;
  node.kind = Kind::null;
  return node;
}

YamlNode mapping(std::vector<std::pair<std::string, YamlNode>> entries) {
  YamlNode node;
  for (auto& [key, value] : entries) node.entries.push_back({key, {}, std::move(value)});
  return node;
}

}  // namespace

TEST_CASE("a place is file, line and column, or its source alone") {
  const auto source = std::make_shared<const std::string>("e.yaml");
  CHECK(YamlPlace{source, 3, 5}.text() == "e.yaml:3:5");
  CHECK(YamlPlace{std::make_shared<const std::string>("--set a.b"), 0, 0}.text() == "--set a.b");
  CHECK(YamlPlace{}.text().empty());
}

TEST_CASE("a value is described as it was written") {
  CHECK(null().described() == "null");
  CHECK(mapping({}).described() == "a mapping");
  CHECK(scalar("3.7").described() == "3.7");
  CHECK(scalar("3.7", true).described() == "the text \"3.7\"");
}

TEST_CASE("mappings merge entry by entry, and what is new comes behind") {
  YamlNode base = mapping({{"a", scalar("1")}, {"b", mapping({{"x", scalar("2")}})}});
  merge(base,
        mapping({{"b", mapping({{"x", scalar("3")}, {"y", scalar("4")}})}, {"c", scalar("5")}}));
  CHECK(base.find("a")->value.text == "1");
  CHECK(base.find("b")->value.find("x")->value.text == "3");
  CHECK(base.find("b")->value.find("y")->value.text == "4");
  CHECK(base.entries.back().key == "c");
  CHECK(base.find("d") == nullptr);
}

TEST_CASE("a list or a scalar replaces, and an empty section inherits") {
  YamlNode base = mapping({{"a", mapping({{"x", scalar("1")}})}});
  merge(base, mapping({{"a", null()}}));
  CHECK(base.find("a")->value.find("x") != nullptr);
  merge(base, mapping({{"a", scalar("2")}}));
  CHECK(base.find("a")->value.text == "2");
  merge(base, mapping({{"a", null()}}));
  CHECK(base.find("a")->value.kind == Kind::null);
  CHECK(base.find("a")->value.removes);
}

TEST_CASE("a user's text moves no cursor and floods no terminal") {
  CHECK(shown("a\nb\t\x1b[2J\x7f") == "a\\nb\\t\\x1b[2J\\x7f");
  CHECK(shown("\xc2\x9b") == "\\x9b");  // a control character of two bytes
  CHECK(shown("größe") == "größe");
  CHECK(shown("\u202eyes") == "\\u202eyes");  // a mark that turns the writing direction
  CHECK(shown(std::string(1000, 'x')).size() == 103);
}
