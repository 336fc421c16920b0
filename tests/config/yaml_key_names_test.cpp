#include "vit/config/yaml_key_names.h"

#include "tests/catch.h"

using namespace vit;

namespace {

std::string suggested(std::string_view section, std::string_view key,
                      const std::vector<std::string>& known) {
  YamlKeyNames names;
  for (const char* path : {"seed", "optim.lr", "optim.opt", "schedule.epochs", "model.num_classes",
                           "data.num_classes", "train.amp"})
    names.add(path);
  return names.suggest(section, key, known);
}

const std::vector<std::string> kOptim{"opt", "lr"};

}  // namespace

TEST_CASE("what other tools call an option leads to our name of it") {
  CHECK(suggested("optim", "learning_rate", kOptim) == "did you mean lr?");
  CHECK(suggested("optim", "optimizer", kOptim) == "did you mean opt?");
}

TEST_CASE("an option that stands in another section is named with it") {
  CHECK(suggested("optim", "epochs", kOptim) == "did you mean schedule.epochs?");
  CHECK(suggested("optim", "num_epochs", kOptim) == "did you mean schedule.epochs?");
  CHECK(suggested("optim", "num_classes", kOptim) ==
        "did you mean data.num_classes or model.num_classes?");
}

TEST_CASE("a slip of the fingers leads to the nearest name of the section") {
  CHECK(suggested("optim", "otp", kOptim) == "did you mean opt?");
}

TEST_CASE("where nothing is near, the section's names are listed") {
  CHECK(suggested("optim", "zzzzzz", kOptim) == "the keys of optim: opt, lr");
  CHECK(suggested("", "zzzzzz", {"seed", "optim"}) == "the keys here: seed, optim");
  CHECK(suggested("hflip", "zzzzzz", {}) == "hflip has no options");
}

TEST_CASE("a key with options of its own is a section, whatever other tools call it") {
  YamlKeyNames names;
  for (const char* path : {"optim.opt", "init.weights"}) names.add(path);
  const std::vector<std::string> top{"optim", "init", "augment"};
  CHECK(names.suggest("", "optimizer", top, true) == "did you mean optim?");
  CHECK(names.suggest("", "transforms", top, true) == "did you mean augment?");
  CHECK(names.suggest("", "optimizer", top, false) == "did you mean optim.opt?");
  CHECK_THAT(names.suggest("model", "pretrained", {"name"}), Catch::Contains("vit weights fetch"));
}

TEST_CASE("what is no key here is answered with a sentence") {
  CHECK_THAT(suggested("", "output_dir", {"seed"}), Catch::Contains("vit train --output DIR"));
  CHECK_THAT(suggested("augment", "fliplr", {"train"}), Catch::Contains("hflip: {p: 0.5}"));
}

TEST_CASE("a word of a command line leads to the key that it means") {
  YamlKeyNames names;
  for (const char* path : {"optim.lr", "schedule.epochs", "data.batch_size", "data.name",
                           "model.name", "augment.train.resize.size", "model.size"})
    names.add(path);
  using Keys = std::vector<std::string>;
  CHECK(names.meant_by("lr") == Keys{"optim.lr"});
  CHECK(names.meant_by("optim.lr") == Keys{"optim.lr"});
  CHECK(names.meant_by("optim.learning-rate") == Keys{"optim.lr"});
  CHECK(names.meant_by("num_epochs") == Keys{"schedule.epochs"});
  CHECK(names.meant_by("batch-size") == Keys{"data.batch_size"});
  CHECK(names.meant_by("name") == Keys{"data.name", "model.name"});
  CHECK(names.meant_by("size") == Keys{"model.size"});
  CHECK(names.meant_by("zzz").empty());
}
