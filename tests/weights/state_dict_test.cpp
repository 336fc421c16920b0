#include "vit/weights/state_dict.h"

#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/nn/module.h>
#include <torch/serialize.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

using namespace vit;
using namespace vit::test;
using namespace vit::test::pickle;

namespace {

std::string zip_of(const std::string& value) {
  return torch_zip(pickled(value), {{"0", floats({1, 2, 3, 4, 5, 6})}});
}

const std::string kStorage = storage("FloatStorage", "0", 6);
const std::string kWhole = tensor(kStorage, 0, {2, 3}, {3, 1});
const std::string kTransposed = tensor(kStorage, 0, {3, 2}, {1, 3});

StateDict read(const std::string& bytes, std::string_view part = {}) {
  const ScratchFolder folder;
  put(folder / "f", bytes);
  return read_state_dict(folder / "f", part);
}

}  // namespace

TEST_CASE("strided tensors become dense, and tied weights stay one tensor") {
  const StateDict state =
      read(zip_of(dict({{"a", kWhole}, {"b", kTransposed}, {"tied", kWhole}, {"epoch", "K\x07"}})));
  CHECK(state.format == "pth (zip)");
  CHECK(state.part.empty());
  CHECK(state.metadata.at("epoch") == "7");
  REQUIRE(state.tensors.size() == 3);
  const torch::Tensor& whole = state.tensors.at("a");
  CHECK(torch::equal(whole, torch::arange(1, 7, torch::kFloat32).view({2, 3})));
  CHECK(state.tensors.at("b").is_contiguous());
  CHECK(torch::equal(state.tensors.at("b"), whole.t()));
  CHECK(state.tensors.at("tied").data_ptr() == whole.data_ptr());
}

TEST_CASE("a dimension of stride 0 cannot make a small file fill the memory") {
  const std::string huge = tensor(kStorage, 0, {2000000000, 1000000}, {0, 0});
  const ScratchFolder folder;
  put(folder / "f", zip_of(dict({{"w", huge}})));
  const auto error = error_of([&] { (void)read_state_dict(folder / "f"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::weights);
  CHECK(error->where().find(": w") != std::string::npos);
}

TEST_CASE("kernels of MLX are turned as PyTorch has them, and those without its mark refused") {
  const ScratchFolder folder;
  const torch::Tensor kernel = torch::arange(2 * 3 * 8 * 8, torch::kFloat32).view({2, 3, 8, 8});
  const auto write = [&](bool mark) {
    TensorWriter writer;
    if (mark) writer.set_metadata("format", "mlx");
    writer.add("patch_embed.proj.weight", kernel.permute({0, 2, 3, 1}).contiguous());
    writer.add("pos_embed", torch::ones({1, 4, 4, 2}));
    writer.write(folder / "f");
  };
  write(true);
  const StateDict state = read_state_dict(folder / "f");
  CHECK(torch::equal(state.tensors.at("patch_embed.proj.weight"), kernel));
  CHECK(state.tensors.at("pos_embed").sizes() == at::IntArrayRef{1, 4, 4, 2});
  write(false);
  const auto error = error_of([&] { (void)read_state_dict(folder / "f"); });
  REQUIRE(error);
  CHECK(error->problem().find("channels last") != std::string::npos);
}

TEST_CASE("TorchScript in half precision is read without its code") {
  const ScratchFolder folder;
  const std::string half("\x00\x3c\x00\xc0", 4);  // 1, -2
  put(folder / "f",
      script_zip(
          script_module({{"visual", script_module({{"proj", tensor(storage("HalfStorage", "0", 2),
                                                                   0, {2}, {1})}})}}),
          {{"0", half}}));
  const StateDict state = read_state_dict(folder / "f");
  CHECK(state.format == "TorchScript");
  const torch::Tensor& tensor = state.tensors.at("visual.proj");
  CHECK(tensor.scalar_type() == torch::kHalf);
  CHECK(tensor[1].item<float>() == -2);
}

TEST_CASE("what LibTorch writes itself is read: modules, archives, pickled dicts") {
  const ScratchFolder folder;
  const torch::Tensor weight = torch::arange(6, torch::kFloat32).view({2, 3}), bias = weight[1];
  const auto check = [&](const std::string& format, const std::string& prefix) {
    const StateDict state = read_state_dict(folder / "f");
    CHECK(state.format == format);
    REQUIRE(state.tensors.size() == 2);
    CHECK(torch::equal(state.tensors.at(prefix + "weight"), weight));
    CHECK(torch::equal(state.tensors.at(prefix + "bias"), bias));
  };
  struct Net : torch::nn::Module {};
  const auto inner = std::make_shared<Net>();
  inner->register_parameter("weight", weight.clone());
  inner->register_buffer("bias", bias.clone());
  const auto outer = std::make_shared<Net>();
  outer->register_module("fc", inner);
  torch::save(std::shared_ptr<torch::nn::Module>(outer), (folder / "f").string());
  check("TorchScript", "fc.");

  torch::serialize::OutputArchive archive;  // as tch's VarStore saves
  archive.write("fc|weight", weight);
  archive.write("fc|bias", bias);
  archive.save_to((folder / "f").string());
  check("TorchScript", "fc.");

  c10::Dict<std::string, torch::Tensor> named;
  named.insert("fc.weight", weight);
  named.insert("fc.bias", bias);
  const std::vector<char> bytes = torch::jit::pickle_save(c10::IValue(named));
  put(folder / "f", std::string(bytes.begin(), bytes.end()));
  check("pth (zip)", "fc.");
}

TEST_CASE("files of other kinds are called by name") {
  const ScratchFolder folder;
  const auto problem = [&](const char* name, const std::string& bytes) {
    put(folder / name, bytes);
    const auto error = error_of([&] { (void)read_state_dict(folder / name); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    return error->problem();
  };
  const std::string zeros(64, '\0');
  CHECK(problem("m.onnx", zeros).find("an ONNX model") != std::string::npos);
  CHECK(problem("model.safetensors", "<html>").find("a web page") != std::string::npos);
  CHECK(problem("e.yaml", "model: {}\n").find("an experiment") != std::string::npos);
  CHECK(problem("z.zip", zip_bytes({{"out/model.pth", "x"}})).find("files of weights in it") !=
        std::string::npos);
}

TEST_CASE("files of no known format are refused with what they begin with") {
  const ScratchFolder folder;
  for (const std::string bytes : {"", "x", "hello, world: no weights here", "<!DOCTYPE html>",
                                  "version https://git-lfs.github.com/spec/v1"}) {
    put(folder / "f", bytes);
    const auto error = error_of([&] { (void)read_state_dict(folder / "f"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK(error->problem().find("offset 0") != std::string::npos);
  }
}

TEST_CASE("every shape of .pth holds the same model, whose weights lie beside it as safetensors") {
  const auto folder = shared("fixtures/models/pth_variants");
  if (!folder) return;
  const StateDict expected = read_state_dict(*folder / "weights.safetensors");
  const auto meta = nlohmann::json::parse(get(*folder / "meta.json"));
  for (const auto& [name, entry] : meta.at("files").items()) {
    INFO(name);
    const StateDict state = read_state_dict(*folder / name);
    const std::string precision = entry.at("expect");
    for (const auto& [key, tensor] : state.tensors) {
      std::string plain = key;
      for (const std::string prefix : {"_orig_mod.", "module."})
        if (plain.starts_with(prefix)) plain = plain.substr(prefix.size());
      if (!expected.tensors.contains(plain)) {
        CHECK(name == "views_shared_storage.pth");  // it has one key more
        continue;
      }
      torch::Tensor want = expected.tensors.at(plain);
      if (precision != "logits") want = want.to(tensor.scalar_type());
      INFO(key);
      CHECK(tensor.is_contiguous());
      CHECK(torch::equal(tensor, want));
    }
    CHECK(state.tensors.size() >= expected.tensors.size());
  }
  CHECK(read_state_dict(*folder / "timm_ema.pth").part == "state_dict_ema");
  const StateDict raw = read_state_dict(*folder / "timm_ema.pth", "state_dict");
  CHECK_FALSE(torch::equal(raw.tensors.at("head.weight"), expected.tensors.at("head.weight")));
}
