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

namespace {

Found find_in_script(const std::string& value, std::string_view part = {}) {
  const ScratchFolder folder;
  put(folder / "f.pt", script_zip(value, {{"0", floats({0, 1, 2, 3, 4, 5})}}));
  const TorchFile file = TorchFile::open(folder / "f.pt");
  CHECK(file.is_script());
  const TorchWeights weights = find_torch_weights(file, part);
  Found found{weights.part, {}, weights.choices, weights.others};
  for (const auto& [name, tensor] : weights.tensors) {
    std::vector<float> values(tensor->dense_bytes() / sizeof(float));
    file.read(*tensor, std::as_writable_bytes(std::span(values)));
    found.values[name] = values.at(0);
  }
  return found;
}

/// Two elements from `index` on.
std::string pair_at(std::int32_t index) {
  return tensor(storage("FloatStorage", "0", 6), index, {2}, {1});
}

}  // namespace

TEST_CASE("modules of TorchScript are read as their state_dict") {
  const std::string block = script_module({{"training", "\x89"}, {"weight", pair_at(3)}});
  const std::string net = script_module({{"cls_token", pair_at(1)},
                                         {"training", "\x89"},
                                         {"_is_full_backward_hook", "N"},
                                         {"classes", integer(7)},
                                         {"blocks", script_module({{"0", block}})}});
  const Found found = find_in_script(net);
  CHECK(found.part.empty());
  CHECK(found.values == Values{{"cls_token", 1}, {"blocks.0.weight", 3}});
  CHECK(found.others == std::map<std::string, std::string>{{"classes", "7"}});
}

TEST_CASE("a module that stands in two places has two names, in TorchScript and in pickles") {
  const std::string block = script_module({{"weight", pair_at(3)}});
  CHECK(find_in_script(script_module({{"a", block + "q\1"}, {"b", "h\1"}})).values ==
        Values{{"a.weight", 3}, {"b.weight", 3}});
  const std::string shared = dict({{"w", scalar(2)}});
  CHECK(find(dict({{"t", scalar(1)}, {"a", shared + "q\1"}, {"b", "h\1"}})).values ==
        Values{{"t", 1}, {"a.w", 2}, {"b.w", 2}});
}

TEST_CASE("tch writes the dots of names as bars") {
  CHECK(find_in_script(script_module({{"vit|blocks|0|weight", pair_at(2)}})).values ==
        Values{{"vit.blocks.0.weight", 2}});
}

TEST_CASE("of an archive of LibTorch C++ with an optimizer and a counter, the model is taken") {
  const std::string model = script_module({{"weight", pair_at(3)}});
  const std::string optimizer = script_module({{"state", script_module({{"0", pair_at(4)}})}});
  const Found found = find_in_script(script_module(
      {{"model", model}, {"optimizer", optimizer}, {"epoch", scalar(5)}, {"note", text("x")}}));
  CHECK(found.part == "model");
  CHECK(found.values == Values{{"weight", 3}});
  // With a head beside it, it is a part of the model, and nothing is left out.
  const Found whole = find_in_script(
      script_module({{"model", model}, {"head", script_module({{"weight", pair_at(1)}})}}));
  CHECK(whole.part.empty());
  CHECK(whole.values == Values{{"model.weight", 3}, {"head.weight", 1}});
}

TEST_CASE("values that LibTorch C++ writes with their types are those values") {
  const std::string typed = global("torch.jit._pickle", "restore_type_tag") +
                            tuple({dict({{"w", scalar(4)}}), text("Dict[str, Tensor]")}) + "R";
  CHECK(find(typed).values == Values{{"w", 4}});
  const std::string list = call(global("torch.jit._pickle", "build_intlist"), {"]"});
  CHECK(find(dict({{"w", scalar(4)}, {"sizes", list}})).values == Values{{"w", 4}});
}

TEST_CASE("a frozen TorchScript program has no weights with names, and says so") {
  for (const std::string& value :
       {script_module({{"training", "\x89"}}),
        script_module({{"inner", script_module({{"training", "\x89"}})}})}) {
    const auto error = error_of([&] { (void)find_in_script(value); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK(error->problem().find("torch.jit.freeze") != std::string::npos);
  }
}

TEST_CASE("hostile archives of TorchScript are clean errors") {
  const ScratchFolder folder;
  const auto problem_of = [&](const std::string& bytes) {
    put(folder / "f.pt", bytes);
    const auto error = error_of([&] {
      const TorchFile file = TorchFile::open(folder / "f.pt");
      for (const auto& item : find_torch_weights(file).tensors) {
        std::vector<std::byte> values(item.tensor->dense_bytes());
        file.read(*item.tensor, values);
      }
    });
    if (error) CHECK(error->kind() == ErrorKind::weights);
    return error ? error->problem() : "";
  };
  const std::vector<ZipPart> data = {{"0", floats({0, 1, 2, 3, 4, 5})}};
  const std::string module = script_module({{"w", pair_at(0)}});
  // Code is neither looked at nor missed; a module may hold itself.
  CHECK(problem_of(script_zip(module, data)).empty());
  CHECK(problem_of(script_zip(global("__torch__", "N") + ")\x81q\1}(" + text("me") + "h\1" +
                                  text("w") + pair_at(0) + "ub",
                              data))
            .empty());
  CHECK(problem_of(
            script_zip(script_module({{"w", tensor(storage("FloatStorage", "0", 6), 5, {2}, {1})}}),
                       data))
            .find("ends after its storage") != std::string::npos);
  CHECK(problem_of(
            script_zip(script_module({{"w", tensor(storage("FloatStorage", "9", 6), 0, {2}, {1})}}),
                       data))
            .find("no entry") != std::string::npos);
  CHECK(problem_of(
            script_zip(script_module({{"w", call(global("os", "system"), {text("ls")})}}), data))
            .find("Nothing was run") != std::string::npos);
  // Each of 60 modules holds the one before it ten times: 10^60 names of one tensor.
  std::string bomb = script_module({{"w", pair_at(0)}});
  for (int level = 1; level <= 60; ++level) {
    bomb +=
        std::string("q") + static_cast<char>(level) + "0" + global("__torch__", "N") + ")\x81}(";
    for (char key = '0'; key <= '9'; ++key)
      bomb += text(std::string(1, key)) + "h" + static_cast<char>(level);
    bomb += "ub";
  }
  CHECK_FALSE(problem_of(script_zip(bomb, data)).empty());
  const std::string whole = script_zip(module, data);
  for (std::size_t length = 4; length < whole.size(); ++length) {
    INFO("length " << length);
    CHECK_FALSE(problem_of(whole.substr(0, length)).empty());
  }
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
