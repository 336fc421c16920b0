#include "vit/config/yaml_writer.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "tests/catch.h"
#include "tests/config/yaml_example.h"
#include "vit/config/yaml_reader.h"
#include "vit/core/error.h"
#include "vit/core/rng.h"

using namespace vit;
using namespace vit::example;

namespace {

std::string written(Experiment& experiment) {
  YamlWriter writer;
  describe(writer, experiment);
  return writer.text();
}

Experiment read(const std::string& text) {
  Experiment experiment;
  YamlReader reader(YamlDocument::parse(text, "e.yaml"));
  reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
  return experiment;
}

void check_round_trip(Experiment& experiment) {
  const std::string text = written(experiment);
  INFO(text);
  Experiment again = read(text);
  CHECK((again == experiment));
  CHECK(written(again) == text);
}

/// Text of every kind of character that gives writers trouble.
std::string odd_text(Rng& rng) {
  static const std::vector<std::string> kParts{
      "a",      "Z",  "0",  "9",    " ",     "  ",     "\n",     "\r",     "\t",     ":",
      ": ",     "#",  " #", "-",    "- ",    "?",      ",",      "[",      "]",      "{",
      "}",      "&",  "*",  "!",    "|",     ">",      "'",      "\"",     "\\",     "%",
      "@",      "`",  "~",  "null", "yes",   "010",    ".",      "e",      "+",      "...",
      "---",    "<<", "=",  "\b",   "\x7F",  "\u00E9", "\u0085", "\u2028", "\uFEFF", "\U0001F600",
      "\u00A0", "_",  "/",  "\x1B", "\uFFFF"};
  std::string text;
  const std::uint64_t count = rng.below(6);
  for (std::uint64_t i = 0; i < count; ++i) text += kParts[rng.below(kParts.size())];
  if (rng.chance(0.05)) text += '\0';
  return text;
}

double odd_number(Rng& rng) {
  const double scale = std::pow(10.0, static_cast<double>(rng.between(-300, 300)));
  return rng.chance(0.3) ? static_cast<double>(rng.between(0, 100)) : rng.uniform() * scale;
}

}  // namespace

TEST_CASE("every value is written, in the order of the description") {
  Experiment experiment;
  experiment.train.add("random_crop");
  experiment.train.add("hflip");
  experiment.tags = {"a", "yes"};
  CHECK(written(experiment) == R"(seed: 0
note: ""
tags: [a, "yes"]
milestones: [30, 60]
model:
  name: vit
  img_size: 32
  patch_size: 4
  num_classes: 10
  qkv_bias: true
  qk_norm: null
  grid: null
  depth: null
  global_pool: null
  mean: null
augment:
  train:
    - random_crop: {size: 32, padding: 0, fill: [0.5, 0.5]}
    - hflip
  mixup: 0.0
optim:
  opt: adamw
  lr: 0.001
  betas: [0.9, 0.999]
  clip_grad: 1.0
schedule:
  epochs: 100
)");
}

TEST_CASE("an empty list and an empty section are written as such") {
  YamlWriter writer;
  Operations none;
  writer.field({"train", &none, ""});
  writer.section("nothing", "", [](FieldVisitor&) {});
  CHECK(writer.text() == "train: []\nnothing: {}\n");
}

TEST_CASE("what is written reads back as the same options and the same text") {
  Experiment defaults;
  check_round_trip(defaults);
  Rng rng(1);
  for (int i = 0; i < 500; ++i) {
    Experiment e;
    e.seed = rng.between(0, std::numeric_limits<std::int64_t>::max());
    e.note = odd_text(rng);
    for (std::uint64_t n = rng.below(4); n > 0; --n) e.tags.push_back(odd_text(rng));
    e.milestones.assign(rng.below(3), rng.between(0, 99));
    e.model.img_size = {4 * rng.between(1, 99), rng.between(1, 999)};
    if (rng.chance(0.5)) e.model.qk_norm = rng.chance(0.5);
    if (rng.chance(0.5)) e.model.grid = Size2{rng.between(1, 9), rng.between(1, 9)};
    if (rng.chance(0.5)) e.model.depth = rng.between(1, 99);
    if (rng.chance(0.5)) e.model.global_pool = "token";
    if (rng.chance(0.5)) e.model.mean = std::vector<double>{odd_number(rng), -odd_number(rng)};
    e.mixup = odd_number(rng);
    if (rng.chance(0.5)) e.optim.opt = "sgd";
    e.optim.lr = odd_number(rng);
    if (rng.chance(0.5)) e.optim.clip_grad.reset();
    for (std::uint64_t n = rng.below(4); n > 0; --n) e.train.add(e.train.known()[rng.below(3)]);
    if (e.train.size() > 0)
      if (auto* crop = std::get_if<Crop>(&e.train.entries[0].second))
        crop->fill = {odd_number(rng)};
    check_round_trip(e);
  }
}

TEST_CASE("text of every single character reads back") {
  for (std::uint32_t code = 0; code < 0x3000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    Experiment e;
    if (code < 0x80) {
      e.note = std::string(1, static_cast<char>(code));
    } else if (code < 0x800) {
      e.note = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
    } else {
      e.note = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
                static_cast<char>(0x80 | (code & 63))};
    }
    REQUIRE((read("note: " + yaml_value({"note", &e.note, ""})).note == e.note));
  }
}

TEST_CASE("a value that YAML cannot hold is an error that names the key") {
  Experiment experiment;
  experiment.optim.lr = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(written(experiment), "optim.lr: is nan, which is not a finite number");
  experiment = {};
  experiment.model.name = "vit";
  experiment.note = "\xFF";
  CHECK_THROWS_WITH(written(experiment),
                    Catch::Contains("note: the text") && Catch::Contains("is not UTF-8"));
}

TEST_CASE("one value fits on one line") {
  Operations list;
  list.add("hflip");
  list.add("rand_augment");
  Size2 size{3, 4};
  CHECK(yaml_value({"train", &list, ""}) == "[hflip, rand_augment: {n: 2, m: 9.0}]");
  CHECK(yaml_value({"size", &size, ""}) == "[3, 4]");
}
