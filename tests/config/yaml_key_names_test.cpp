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
