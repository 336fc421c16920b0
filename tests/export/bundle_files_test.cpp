#include "vit/export/bundle_files.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/weights/state_dict.h"

TEST_CASE("A bundle's folder holds its documents and its tensors as they were") {
  const vit::test::ScratchFolder scratch;
  const torch::Tensor weight = torch::arange(6).to(torch::kFloat32).reshape({2, 3});
  vit::write_bundle(scratch / "a/b", {{"head.weight", weight}}, {{"config.json", {{"depth", 2}}}});
  CHECK(nlohmann::json::parse(vit::test::get(scratch / "a/b/config.json")).at("depth") == 2);
  const vit::StateDict read = vit::read_state_file(scratch / "a/b/model.safetensors");
  REQUIRE(read.tensors.size() == 1);
  CHECK(torch::equal(read.tensors.at("head.weight"), weight));
}

TEST_CASE("A folder that cannot be made is named") {
  const vit::test::ScratchFolder scratch;
  vit::test::put(scratch / "file", "in the way");
  const auto error = vit::test::error_of([&] { vit::write_bundle(scratch / "file/b", {}, {}); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::resource);
  CHECK(error->where() == (scratch / "file/b").string());
}

TEST_CASE("Labels are numbered from 0") {
  CHECK(vit::numbered_labels({"cat", "dog"}) == nlohmann::json{{"0", "cat"}, {"1", "dog"}});
  CHECK(vit::numbered_labels({}) == nlohmann::json::object());
}
