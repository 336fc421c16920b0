#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

namespace vit::test {

/// A fixture of a model: its weights and what its source library computes.
class ModelFixture {
 public:
  /// Skips where there is none.
  explicit ModelFixture(const std::string& name) : folder_(shared("fixtures/models/" + name)) {}
  explicit operator bool() const { return folder_.has_value(); }

  [[nodiscard]] torch::Tensor at(const std::string& name) const {
    const SafetensorsFile io = SafetensorsFile::open(*folder_ / "io.safetensors");
    return read_tensor(io, io.at(name));
  }
  [[nodiscard]] std::filesystem::path weights() const { return *folder_ / "weights.safetensors"; }

  /// Copies all weights whose names begin with `prefix` into a module, by the rest of their names;
  /// each of the module's must be there, and no other.
  void load(torch::nn::Module& module, const std::string& prefix = "") const {
    const SafetensorsFile file = SafetensorsFile::open(weights());
    const torch::NoGradGuard no_grad;
    std::size_t count = 0;
    const auto copy = [&](const std::string& name, torch::Tensor& to) {
      INFO(prefix + name);
      const TensorInfo* info = file.find(prefix + name);
      REQUIRE(info != nullptr);
      const torch::Tensor from = read_tensor(file, *info);
      REQUIRE(from.sizes() == to.sizes());
      to.copy_(from);
      ++count;
    };
    for (auto& item : module.named_parameters()) copy(item.key(), item.value());
    for (auto& item : module.named_buffers()) copy(item.key(), item.value());
    std::size_t there = 0;
    for (const TensorInfo& info : file.tensors()) there += info.name.starts_with(prefix) ? 1 : 0;
    CHECK(count == there);
  }

  /// `found` is the fixture's tensor, within `tolerance` of the largest value; that counts at least
  /// 1, but for gradients, which are small.
  void check(const std::string& name, const torch::Tensor& found, double tolerance = 1e-5) const {
    const torch::Tensor expected = at(name);
    INFO(name);
    REQUIRE(found.numel() == expected.numel());
    const torch::Tensor want = expected.to(torch::kFloat64).reshape(found.sizes());
    const double largest = want.abs().max().item<double>();
    const double scale = name.starts_with("grad") ? largest : std::max(1.0, largest);
    const double difference =
        (found.detach().to(torch::kFloat64) - want).abs().max().item<double>();
    INFO("differs by " << difference << ", largest value " << scale);
    CHECK(difference <= tolerance * scale);
  }

 private:
  std::optional<std::filesystem::path> folder_;
};

}  // namespace vit::test
