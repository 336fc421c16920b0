#include "vit/weights/shards.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"
#include "vit/core/error.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

using namespace vit;
using namespace vit::test;
namespace fs = std::filesystem;

namespace {

void put_tensors(const fs::path& file, const std::map<std::string, float>& values) {
  TensorWriter writer;
  for (const auto& [name, value] : values) writer.add(name, torch::full({2}, value));
  writer.write(file);
}

void put_index(const fs::path& file, const std::map<std::string, std::string>& map) {
  put(file, nlohmann::json{{"metadata", {{"total_size", 8}}}, {"weight_map", map}}.dump());
}

constexpr const char* kFirst = "model-00001-of-00002.safetensors";
constexpr const char* kSecond = "model-00002-of-00002.safetensors";

/// A folder with two sound shards and their index.
struct Shards {
  ScratchFolder folder;
  fs::path index = folder / "model.safetensors.index.json";

  Shards() {
    put_tensors(folder / kFirst, {{"a", 1}, {"b", 2}});
    put_tensors(folder / kSecond, {{"c", 3}});
    put_index(index, {{"a", kFirst}, {"b", kFirst}, {"c", kSecond}});
  }
  [[nodiscard]] Error error(const fs::path& path) const {
    const auto found = error_of([&] { (void)read_state_dict(path); });
    REQUIRE(found);
    CHECK(found->kind() == ErrorKind::weights);
    CHECK_FALSE(found->remedy().empty());
    return *found;
  }
};

void check_whole(const StateDict& state) {
  REQUIRE(state.tensors.size() == 3);
  CHECK(state.tensors.at("a")[0].item<float>() == 1);
  CHECK(state.tensors.at("c")[1].item<float>() == 3);
}

}  // namespace

TEST_CASE("Shards are read by their index, by their folder and by any of them") {
  const Shards shards;
  for (const fs::path& path :
       {shards.index, shards.folder.path(), shards.folder / kFirst, shards.folder / kSecond}) {
    INFO(path);
    check_whole(read_state_dict(path));
  }
  CHECK(read_state_dict(shards.index).format == "safetensors in 2 shards");
  fs::remove(shards.index);
  check_whole(read_state_dict(shards.folder / kSecond));
}

TEST_CASE("Shards of torch.save are read likewise") {
  using namespace vit::test::pickle;
  const ScratchFolder folder;
  const auto file = [](const char* name, float value) {
    return torch_zip(pickled(dict({{name, tensor(storage("FloatStorage", "0", 1), 0, {1}, {1})}})),
                     {{"0", floats({value})}});
  };
  put(folder / "pytorch_model-00001-of-00002.bin", file("a", 1));
  put(folder / "pytorch_model-00002-of-00002.bin", file("b", 2));
  put_index(folder / "pytorch_model.bin.index.json",
            {{"a", "pytorch_model-00001-of-00002.bin"}, {"b", "pytorch_model-00002-of-00002.bin"}});
  const StateDict state = read_state_dict(folder.path());
  CHECK(state.tensors.at("a").item<float>() == 1);
  CHECK(state.tensors.at("b").item<float>() == 2);
}

TEST_CASE("A missing shard is named, with and without an index") {
  const Shards shards;
  fs::remove(shards.folder / kFirst);
  CHECK_THAT(shards.error(shards.index).problem(), Catch::Contains(kFirst));
  CHECK_THAT(shards.error(shards.folder / kSecond).problem(), Catch::Contains(kFirst));
  fs::remove(shards.index);
  CHECK_THAT(shards.error(shards.folder / kSecond).problem(), Catch::Contains(kFirst));
}

TEST_CASE("Shards that overlap, or that contradict their index, are refused") {
  const Shards shards;
  SECTION("a tensor in two of them") {
    put_tensors(shards.folder / kSecond, {{"a", 9}, {"c", 3}});
    CHECK_THAT(shards.error(shards.index).problem(),
               Catch::Contains("\"a\" lies in another shard"));
  }
  SECTION("not where the index says") {
    put_index(shards.index, {{"a", kFirst}, {"b", kSecond}, {"c", kSecond}});
    CHECK_THAT(shards.error(shards.index).problem(), Catch::Contains("\"b\" is not in it"));
  }
  SECTION("not named by the index") {
    put_index(shards.index, {{"a", kFirst}, {"c", kSecond}});
    CHECK_THAT(shards.error(shards.index).problem(), Catch::Contains("does not name tensor \"b\""));
  }
  SECTION("a part, which shards do not have") {
    CHECK(error_of([&] { (void)read_state_dict(shards.index, "model"); }));
  }
}

TEST_CASE("An index that is none, or leads out of its folder, is refused") {
  const Shards shards;
  for (const std::string text :
       {"", "{", "[]", "{}", R"({"weight_map": 3})", R"({"weight_map": {}})",
        R"({"weight_map": {"a": 1}})", R"({"weight_map": {"a": "../x.safetensors"}})",
        R"({"weight_map": {"a": "/etc/passwd"}})", R"({"weight_map": {"a": ""}})",
        R"({"weight_map": {"a": "model.safetensors.index.json"}})"}) {
    INFO(text);
    put(shards.index, text);
    (void)shards.error(shards.index);
  }
}

TEST_CASE("A count that no folder has is an error before anything is looked for") {
  const ScratchFolder folder;
  put_tensors(folder / "model-00001-of-99999.safetensors", {{"a", 1}});
  CHECK(error_of([&] { (void)read_state_dict(folder / "model-00001-of-99999.safetensors"); }));
}
