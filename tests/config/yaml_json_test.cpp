#include "vit/config/yaml_json.h"

#include "tests/catch.h"
#include "tests/config/yaml_example.h"
#include "vit/config/yaml_document.h"

using namespace vit;

TEST_CASE("YAML's values are JSON's: what is quoted is text, and other words are too") {
  const auto document = YamlDocument::parse(
      "{a: 1, b: 1e-3, c: true, d: null, e: \"1\", f: [hflip, crop: {padding: 4}], g: adamw}", "e");
  CHECK(
      yaml_json(document.root()).dump() ==
      R"({"a":1,"b":0.001,"c":true,"d":null,"e":"1","f":["hflip",{"crop":{"padding":4}}],"g":"adamw"})");
}

TEST_CASE("an option's value is that of its YAML") {
  Size2 size{16, 32};
  CHECK(value_json({"size", &size, ""}) == nlohmann::json{16, 32});
  std::string text = "12";
  CHECK(value_json({"text", &text, ""}) == "12");
  std::optional<double> none;
  CHECK(value_json({"none", &none, ""}).is_null());
  example::Operations list;
  list.add("hflip");
  CHECK(value_json({"list", static_cast<NamedList*>(&list), ""}) ==
        nlohmann::json::array({"hflip"}));
}
