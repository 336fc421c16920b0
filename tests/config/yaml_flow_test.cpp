#include "vit/config/yaml_flow.h"

#include "tests/catch.h"
#include "vit/config/yaml_document.h"

namespace {

std::string lines(const std::string& yaml) {
  return vit::yaml_lines(vit::YamlDocument::parse(yaml, "x").root());
}

}  // namespace

TEST_CASE("A document is written on one line for each key, as it was spelt") {
  CHECK(lines("seed: 0\noptim:\n  lr: 1e-3\n  betas: [0.9, 0.95]\naugment:\n  train:\n    - hflip\n"
              "    - random_crop: {padding: 4}\n") ==
        "seed: 0\noptim: {lr: 1e-3, betas: [0.9, 0.95]}\n"
        "augment: {train: [hflip, {random_crop: {padding: 4}}]}\n");
}

TEST_CASE("What would be read otherwise is quoted, and written again reads the same") {
  const std::string text =
      "a: \"1\"\nb: 'two, three'\nc: null\nd: -0.5\ne: \"{x}\"\nf: ~\ng: a b\nh: \"\"\ni: [-1, "
      ".5]\n";
  const std::string once = lines(text);
  CHECK(lines(once) == once);
  CHECK_THAT(once, Catch::Contains("a: \"1\"\n") && Catch::Contains("c: null\n") &&
                       Catch::Contains("d: -0.5\n") && Catch::Contains("e: \"{x}\"\n") &&
                       Catch::Contains("h: \"\"\n") && Catch::Contains("i: [-1, .5]\n"));
}
