#include "vit/config/yaml_reader.h"

#include <clocale>
#include <cstdlib>
#include <locale>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/config/yaml_example.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::example;

namespace {

Experiment read(YamlDocument document) {
  Experiment experiment;
  YamlReader reader(std::move(document));
  reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
  return experiment;
}

Experiment read(const std::string& text) { return read(YamlDocument::parse(text, "e.yaml")); }

std::string error_of(YamlDocument document) {
  try {
    read(std::move(document));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

std::string error_of(const std::string& text) {
  return error_of(YamlDocument::parse(text, "e.yaml"));
}

void contains(const std::string& text, const std::string& part) {
  INFO("in: " << text << "\nlooked for: " << part);
  CHECK((text.find(part) != std::string::npos));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines{""};
  for (const char c : text)
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  return lines;
}

}  // namespace

TEST_CASE("an empty file means all defaults") {
  CHECK(read("") == Experiment{});
  CHECK(read("model:\naugment: {}\n") == Experiment{});
}

TEST_CASE("every type is read") {
  const Experiment e = read(R"(
seed: 7
note: "a \u00e9 \n b"
tags: [x, 010, true, "y z"]
milestones: []
model: {img_size: [24, 48], patch_size: 8, qkv_bias: false, qk_norm: true, grid: 3, depth: 12,
        global_pool: avg, mean: [0.5, 1, 2e-1]}
augment:
  train: [random_crop: {size: 32, padding: 4}, hflip, rand_augment: {n: 1, m: 9.5}, hflip: ]
  mixup: 0.8
optim: {lr: 1e-3, betas: [0.9, 0.95], clip_grad: null}
schedule: {epochs: 300}
)");
  CHECK(e.seed == 7);
  CHECK(e.note == "a \xC3\xA9 \n b");
  CHECK(e.tags == std::vector<std::string>{"x", "010", "true", "y z"});
  CHECK(e.milestones.empty());
  CHECK(e.model.img_size == Size2{24, 48});
  CHECK_FALSE(e.model.qkv_bias);
  CHECK(e.model.qk_norm == true);
  CHECK(e.model.grid == Size2{3, 3});
  CHECK(e.model.depth == 12);
  CHECK(e.model.global_pool == "avg");
  CHECK(e.model.mean == std::vector<double>{0.5, 1, 0.2});
  CHECK(e.mixup == 0.8);
  CHECK(e.optim.lr == 1e-3);
  CHECK_FALSE(e.optim.clip_grad.has_value());
  CHECK(e.epochs == 300);
  REQUIRE(e.train.size() == 4);
  CHECK(std::get<Crop>(e.train.entries[0].second).padding == 4);
  CHECK(e.train.entries[1].first == "hflip");
  CHECK(std::get<Rand>(e.train.entries[2].second) == Rand{1, 9.5});
  CHECK(e.train.entries[3].first == "hflip");
}

TEST_CASE("all problems are reported together, in the order of the file") {
  const auto lines = lines_of(error_of(R"(seed: 3.7
note: null
optim:
  learning_rate: 0.1
  lr: -1
  betas: [0.9, 2, x]
  opt: adamm
seed: 4
augment: {train: [hflipp, random_crop: {pading: 3}], mixup: "0.5"}
modle: 3
)"));
  CHECK(lines ==
        std::vector<std::string>{
            "11 problems:", "e.yaml:1:7: seed: expected a whole number, found 3.7",
            "e.yaml:2:7: note: expected text, found null; write \"\" for empty text",
            "e.yaml:5:7: optim.lr: must be at least 0, not -1",
            "e.yaml:6:16: optim.betas: must be between 0 and 1, not 2",
            "e.yaml:6:19: optim.betas: expected a number, found x",
            "e.yaml:7:8: optim.opt: expected one of adamw, sgd; found adamm; did you mean adamw?",
            "e.yaml:8:1: seed: written twice; the first is at e.yaml:1:1; remove one of them",
            "e.yaml:9:19: augment.train: unknown name hflipp; did you mean hflip?",
            "e.yaml:9:41: augment.train.random_crop.pading: unknown key; did you mean padding?",
            "e.yaml:9:61: augment.mixup: expected a number, found the text \"0.5\"; remove the "
            "quotes",
            "e.yaml:10:1: modle: unknown key; did you mean model?"});
}

TEST_CASE("a single problem has place, key, problem and remedy") {
  try {
    read("optim: {lrr: 1}");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.where() == "e.yaml:1:9");
    CHECK(error.problem() == "optim.lrr: unknown key");
    CHECK(error.remedy() == "did you mean lr?");
  }
}

TEST_CASE("an unknown key is answered with the one that was meant") {
  contains(error_of("optim: {learning_rate: 1}"), "did you mean lr?");
  contains(error_of("optim: {lr0: 1}"), "did you mean lr?");
  contains(error_of("model: {imgsz: 32}"), "did you mean img_size?");
  contains(error_of("lr: 1"), "did you mean optim.lr?");
  contains(error_of("learning_rate: 1"), "did you mean optim.lr?");
  contains(error_of("optim: {epochs: 3}"), "did you mean schedule.epochs?");
  contains(error_of("model: {qkv-bias: true}"), "did you mean qkv_bias?");
  contains(error_of("schedule: {zzz: 1}"), "the keys of schedule: epochs");
  contains(error_of("augment: {train: [hflip: {p: 1}]}"), "augment.train.hflip has no options");
  contains(error_of("? \"a\\e[2J\"\n: 1"), "a\\x1b[2J: unknown key");
}

TEST_CASE("a value of the wrong kind says what was expected and found") {
  contains(error_of("optim: 3"), "optim: expected a section of options, found 3");
  contains(error_of("model: vit"),
           "model: expected a section of options, found vit\n"
           "  write model: {name: vit}");
  contains(error_of("model: [vit]"), "model: expected a section of options, found a list");
  contains(error_of("seed: [1]"), "seed: expected a whole number, found a list");
  contains(error_of("seed: true"), "seed: expected a whole number, found true");
  contains(error_of("seed: '1'"),
           "expected a whole number, found the text \"1\"\n  remove the quotes");
  contains(error_of("seed: ~"), "seed: expected a whole number, found null");
  contains(error_of("note: {a: 1}"), "note: expected text, found a mapping");
  contains(error_of("tags: x"), "tags: expected a list, found x\n  write [x]");
  contains(error_of("milestones: [1, 2.5]"), "e.yaml:1:17: milestones: expected a whole number");
  contains(error_of("model: {qkv_bias: yes}"), "found yes\n  write true");
  contains(error_of("model: {img_size: [1, 2, 3]}"), "expected a size, found a list\n  write one");
  contains(error_of("model: {img_size: 0}"), "model.img_size: must be greater than 0, not 0");
  contains(error_of("optim: {lr: .nan}"), "expected a finite number, found .nan");
  contains(error_of("optim: {clip_grad: 0}"), "must be greater than 0, not 0");
  contains(error_of("model: {global_pool: cls}"), "expected one of token, avg; found cls");
  contains(error_of("augment: {train: hflip}"), "found hflip\n  write [hflip]");
  contains(error_of("augment: {train: }"), "write [] for an empty one");
  contains(error_of("augment: {train: {hflip: }}"), "write [name, name: {option: value}]");
  contains(error_of("augment: {train: [[hflip]]}"), "expected a name, or `name: {option: value}`");
  contains(error_of("augment: {train: [rand_augment: 3]}"),
           "augment.train.rand_augment: expected the options of rand_augment, found 3");
  contains(error_of("augment:\n  train:\n    - random_crop:\n      size: 32\n"),
           "e.yaml:4:7: augment.train: an entry has one name, and a second key size follows "
           "random_crop\n  indent the options of random_crop further than its name");
}

TEST_CASE("a description that branches makes the keys of the branch known") {
  CHECK(read("optim: {opt: sgd, momentum: 0.5}").optim.momentum == 0.5);
  CHECK(read("optim: {momentum: 0.5, opt: sgd}").optim.momentum == 0.5);
  contains(error_of("optim: {momentum: 0.5}"), "optim.momentum: unknown key");
  contains(error_of("optim: {opt: sgd, betas: [0, 1]}"), "optim.betas: unknown key");
}

TEST_CASE("where the choice itself is wrong, the keys that depend on it are not doubted") {
  const std::string message = error_of("optim: {opt: sdg, momentum: 0.5}\n");
  contains(message, "optim.opt: expected one of adamw, sgd; found sdg\n  did you mean sgd?");
  CHECK(message.find("unknown") == std::string::npos);
}

TEST_CASE("an error of a description is reported at the value it had read last") {
  const auto lines = lines_of(error_of("model:\n  name: vti\n  patch_size: 4\nseed: x\n"));
  CHECK(lines ==
        std::vector<std::string>{"2 problems:", "e.yaml:2:9: model.name: there is no model vti",
                                 "e.yaml:4:7: seed: expected a whole number, found x"});
  contains(error_of("model: {patch_size: 5}"),
           "e.yaml:1:21: model.patch_size: does not divide img_size\n  write 1, 2 or 4");
}

TEST_CASE("a choice changed by --set names the options that the old one leaves behind") {
  auto document = YamlDocument::parse("model: {name: vit, patch_size: 4}\n", "e.yaml");
  document.set("model.name=resnet");
  contains(error_of(document),
           "e.yaml:1:20: model.patch_size: unknown key where model.name is resnet "
           "(--set model.name)\n  remove it, or take it away with --set model.patch_size=null");
  document.set("model.patch_size=null");
  CHECK(read(document).model.name == "resnet");
}

TEST_CASE("where every value stands, what an old choice leaves behind is left out and told") {
  auto document = YamlDocument::parse("model: {name: vit, patch_size: 4, depth: 3}\n", "e.yaml");
  document.set("model.name=resnet");
  YamlReader reader(document);
  reader.leave_out_unchosen();
  Experiment experiment;
  reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
  CHECK(experiment.model.name == "resnet");
  CHECK(reader.left_out() == "model.patch_size, model.depth (model.name is resnet)");

  // What the user has just written is still a mistake.
  document.set("model.patch_size=8");
  YamlReader strict(document);
  strict.leave_out_unchosen();
  CHECK_THROWS_AS(strict.read([&](FieldVisitor& visitor) { describe(visitor, experiment); }),
                  Error);
}

TEST_CASE("a source that gives way is left out where something else was chosen over it") {
  auto document = YamlDocument::parse("optim: {opt: sgd}\nmodel: {name: resnet}\n", "e.yaml");
  document.lay_under(
      "optim: {opt: adamw, lr: 0.5, betas: [0.9, 0.95]}\nmodel: {name: vit, patch_size: 8}",
      "recipe");
  YamlReader reader(document);
  reader.leave_out_unchosen("recipe");
  Experiment experiment;
  reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
  CHECK(experiment.optim.opt == "sgd");
  CHECK(experiment.optim.lr == 0.5);
  CHECK(reader.left_out() ==
        "model.patch_size (model.name is resnet); optim.betas (optim.opt is sgd)");
  CHECK(reader.places().at("optim.lr") == "recipe");
  CHECK(reader.places().at("optim.opt") == "e.yaml:1:14");
}

TEST_CASE("a tilde is the home folder") {
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  if (home.empty()) return;
  CHECK(read("note: ~/a/b").note == home + "/a/b");
  CHECK(read("note: a/~").note == "a/~");
  CHECK(read("note: \"~\"").note == "~");  // no path
  contains(error_of("note: ~no-such-user/x"), "e.yaml:1:7: note: there is no user no-such-user");
}

TEST_CASE("a slip of the fingers in --set is named as one, whatever choice the file has made") {
  auto document = YamlDocument::parse("optim: {opt: sgd, momentum: 0.5}", "e.yaml");
  document.set("optim.momentun=0.1");
  contains(error_of(document), "optim.momentun: unknown key\n  did you mean momentum?");
}

TEST_CASE("--set errors are at the --set") {
  auto document = YamlDocument::parse("optim: {lr: 1}", "e.yaml");
  document.set("optim.lr=fast");
  document.set("seed.x=1");
  document.set("lr=1");
  const auto lines = lines_of(error_of(document));
  CHECK(lines ==
        std::vector<std::string>{"3 problems:", "--set lr: lr: unknown key; did you mean optim.lr?",
                                 "--set optim.lr: optim.lr: expected a number, found fast",
                                 "--set seed.x: seed: expected a whole number, found a mapping"});
}

TEST_CASE("the reader knows which keys were given, and where") {
  Experiment experiment;
  YamlReader reader(YamlDocument::parse("model: {num_classes: 10}\noptim: {lr: 1}", "e.yaml"));
  reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
  CHECK(reader.given("model.num_classes"));
  CHECK(reader.given("model"));
  CHECK_FALSE(reader.given("model.name"));
  CHECK_FALSE(reader.given("seed"));
  CHECK(reader.place_of("optim.lr") == "e.yaml:2:13");
  CHECK(reader.place_of("seed").empty());
}

TEST_CASE("what is wrong leaves the option as it was") {
  Experiment experiment;
  experiment.milestones = {1};
  YamlReader reader(YamlDocument::parse("milestones: [3, x]\nmodel: {img_size: [8, -1]}", "e"));
  CHECK_THROWS_AS(reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); }),
                  Error);
  CHECK(experiment.milestones == std::vector<std::int64_t>{1});
  CHECK(experiment.model.img_size == Size2{32, 32});
}

TEST_CASE("a thousand mistakes make a short message") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "unknown" + std::to_string(i) + ": 1\n";
  const std::string message = error_of(text);
  contains(message, "5000 problems:");
  contains(message, "and 4970 more");
  CHECK(lines_of(message).size() == 32);
}

namespace {

/// A locale in which numbers have a decimal comma and dots between thousands.
struct GermanNumbers final : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("numbers are read and reported alike in every locale") {
  const std::locale before = std::locale::global(std::locale(std::locale(), new GermanNumbers));
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  const Experiment experiment = read("optim: {lr: 1.5e-3}\nseed: 123456");
  const std::string message = error_of("optim: {lr: -0.5}\nseed: 12345.5");
  std::locale::global(before);
  std::setlocale(LC_ALL, "C");
  CHECK(experiment.optim.lr == 1.5e-3);
  CHECK(experiment.seed == 123456);
  contains(message, "must be at least 0, not -0.5");
  contains(message, "found 12345.5");
}
