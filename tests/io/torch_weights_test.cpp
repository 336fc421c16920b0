#include "vit/io/torch_weights.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"

using namespace vit;
using namespace vit::test;
using namespace vit::test::pickle;

namespace {

/// A one-element view: element `index` of the storage 0, 1, 2, ... 5.
std::string scalar(std::int32_t index) {
  return tensor(storage("FloatStorage", "0", 6), index, {}, {});
}

struct Found {
  std::string part;
  std::map<std::string, float> values;
  std::vector<std::string> choices;
  std::map<std::string, std::string> others;
};

Found find(const std::string& value, std::string_view part = {}) {
  const ScratchFolder folder;
  put(folder / "f.pth", torch_zip(pickled(value), {{"0", floats({0, 1, 2, 3, 4, 5})}}));
  const TorchFile file = TorchFile::open(folder / "f.pth");
  const TorchWeights weights = find_torch_weights(file, part);
  Found found{weights.part, {}, weights.choices, weights.others};
  for (const auto& [name, tensor] : weights.tensors)
    file.read(*tensor, std::as_writable_bytes(std::span(&found.values[name], 1)));
  return found;
}

using Values = std::map<std::string, float>;

}  // namespace

TEST_CASE("averaged weights are preferred, then the order is timm's") {
  const auto with = [](int value) { return dict({{"w", scalar(value)}}); };
  const std::string all = dict({{"model", with(1)},
                                {"state_dict", with(2)},
                                {"model_ema", with(3)},
                                {"state_dict_ema", with(4)}});
  CHECK(find(all).part == "state_dict_ema");
  CHECK(find(all).values == Values{{"w", 4}});
  CHECK(find(all).choices.size() == 4);
  CHECK(find(all, "model").values == Values{{"w", 1}});
  CHECK(find(dict({{"model", with(1)}, {"state_dict", with(2)}})).part == "state_dict");
  CHECK(find(dict({{"student", with(1)}, {"teacher", with(2)}})).part == "teacher");
  CHECK(find(dict({{"model_ema", "N"}, {"model", with(1)}})).part == "model");
  CHECK(find(dict({{"state_dict", dict({{"module", with(1)}})}})).part == "state_dict.module");
}

TEST_CASE("what is no weight does not disturb, and is described") {
  const std::string arguments =
      global("argparse", "Namespace") + ")\x81" + dict({{"lr", "K\1"}}) + "b";
  const std::string optimizer = dict({{"state", dict({{"exp_avg", scalar(5)}})}});
  const Found found = find(dict({{"model", dict({{"w", scalar(1)}})},
                                 {"optimizer", optimizer},
                                 {"epoch", "K\7"},
                                 {"args", arguments}}));
  CHECK(found.values == Values{{"w", 1}});
  CHECK(found.others.at("epoch") == "7");
  CHECK(found.others.at("args") == "argparse.Namespace(lr=1)");
  CHECK(found.others.at("optimizer").find("exp_avg: F32[]") != std::string::npos);
}

TEST_CASE("nested dicts and pickled modules are read under dotted names") {
  CHECK(find(dict({{"w", scalar(1)}, {"encoder", dict({{"w", scalar(2)}})}})).values ==
        Values{{"w", 1}, {"encoder.w", 2}});
  const auto module = [](const std::string& parameters, const std::string& modules) {
    return global("my.package", "Net") + ")\x81" +
           dict({{"_parameters", parameters}, {"_buffers", "}"}, {"_modules", modules}}) + "b";
  };
  const std::string inner = module(dict({{"weight", scalar(3)}, {"bias", "N"}}), "}");
  CHECK(find(module("}", dict({{"fc", inner}}))).values == Values{{"fc.weight", 3}});
}

TEST_CASE("the last of two equal keys counts, as in Python") {
  CHECK(find(dict({{"w", scalar(1)}, {"w", scalar(2)}})).values == Values{{"w", 2}});
}

TEST_CASE("where nothing tells the weights apart, the parts are listed") {
  const std::string two =
      dict({{"left", dict({{"w", scalar(1)}})}, {"right", dict({{"w", scalar(2)}})}});
  const auto error = error_of([&] { (void)find(two); });
  REQUIRE(error);
  CHECK(error->remedy() == "name one of them: left, right");
  CHECK(find(two, "right").values == Values{{"w", 2}});
  const auto unknown = error_of([&] { (void)find(two, "rigth"); });
  REQUIRE(unknown);
  CHECK(unknown->remedy() == "did you mean \"right\"?");
}

TEST_CASE("dicts that hold themselves or each other many times end") {
  const auto problem = [](const std::string& value) {
    const auto error = error_of([&] { (void)find(value); });
    return error ? error->problem() : "";
  };
  CHECK(problem("}q\1" + text("model") + "h\1s").find("no dict with tensors") != std::string::npos);
  // Each of 60 dicts holds the one before it ten times: 10^60 ways to the first.
  std::string bomb = "}";
  for (int level = 1; level <= 60; ++level) {
    bomb += std::string("q") + static_cast<char>(level) + "0}(";
    for (char key = '0'; key <= '9'; ++key)
      bomb += text(std::string(1, key)) + "h" + static_cast<char>(level);
    bomb += "u";
  }
  CHECK(problem(bomb).find("no dict with tensors") != std::string::npos);
}
