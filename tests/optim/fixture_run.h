#pragma once

#include <torch/types.h>

#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/catch.h"
#include "tests/optim/clip_in_place.h"
#include "vit/loss/binary_cross_entropy.h"
#include "vit/loss/cross_entropy.h"
#include "vit/models/vit.h"
#include "vit/optim/optimizer.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

namespace vit::test {

/// One of timm's trainings of twelve steps (fixtures/train), to be taken again.
class FixtureRun {
 public:
  using Json = nlohmann::json;

  FixtureRun(std::filesystem::path folder, const std::string& name)
      : folder_(std::move(folder)),
        name_(name),
        run(read_json(folder_ / name / "run.json")),
        model(twin()),
        batches_(SafetensorsFile::open(folder_ / "batches.safetensors")) {
    load_weights(*model, folder_ / "init.safetensors");
    model->train();
    const Json& kwargs = run.at("optimizer_kwargs");
    OptimOptions options;
    options.opt = kwargs.at("opt");
    options.weight_decay = kwargs.at("weight_decay");
    options.layer_decay = kwargs.value("layer_decay", 1.0);
    options.momentum = kwargs.value("momentum", 0.9);
    optimizer = create_optimizer(options, param_groups(*model, options));
  }

  /// Another model of the same kind, with other weights.
  [[nodiscard]] VisionTransformer twin() const {
    return VisionTransformer(model_options(read_json(folder_ / "meta.json").at("kwargs")));
  }
  [[nodiscard]] std::int64_t steps() const {
    return static_cast<std::int64_t>(run.at("losses").size());
  }
  [[nodiscard]] double lr(std::int64_t step) const { return run.at("lrs")[index(step)]; }

  /// The loss of step `step`'s batch, in the type of the model's weights.
  torch::Tensor loss(VisionTransformer& of, std::int64_t step) const {
    const auto type = of->parameters().front().scalar_type();
    const std::string kind = run.at("optimizer_kwargs").at("loss");
    const torch::Tensor logits = of->forward(batch("x", step).to(type));
    if (kind == "ce_ls") return cross_entropy(logits, batch("y", step), 0.1);
    if (kind == "soft_ce") return cross_entropy(logits, batch("soft_targets", step));
    if (kind == "bce")
      return binary_cross_entropy(logits, batch("bce_targets", step), {.smoothing = 0.1});
    return binary_cross_entropy(logits, batch("y", step), {.smoothing = 0.1, .sum_classes = true});
  }

  /// Loss, gradient and clipping of one step, held against timm's; `before` the update.
  void take(std::int64_t step, const std::function<void()>& before = {}) {
    const torch::Tensor value = loss(model, step);
    value.backward();
    const double norm = clip_in_place(optimizer->parameters(), 1.0);
    // float32 against float32 of another summation order: both are about 1e-6 from float64.
    CHECK(value.item<double>() ==
          Approx(run.at("losses")[index(step)].get<double>()).epsilon(2e-5));
    CHECK(norm == Approx(run.at("grad_norms")[index(step)].get<double>()).epsilon(2e-4));
    if (before) before();
    optimizer->step(lr(step));
    optimizer->zero_grad();
  }

  /// The difference of each parameter to timm's at the end, where the fixture has those.
  [[nodiscard]] NamedTensors errors() const {
    NamedTensors all;
    if (!std::filesystem::exists(folder_ / name_ / "final.safetensors")) return all;
    const SafetensorsFile file = SafetensorsFile::open(folder_ / name_ / "final.safetensors");
    for (const auto& item : model->named_parameters())
      all.emplace_back(item.key(), (item.value().detach() - read_tensor(file, file.at(item.key())))
                                       .to(torch::kFloat64)
                                       .abs());
    return all;
  }

 private:
  static Json read_json(const std::filesystem::path& file) {
    return Json::parse(std::ifstream(file));
  }
  static std::size_t index(std::int64_t step) { return static_cast<std::size_t>(step); }
  static ViTOptions model_options(const Json& kwargs) {
    ViTOptions options;
    options.img_size = {kwargs.at("img_size"), kwargs.at("img_size")};
    options.patch_size = {kwargs.at("patch_size"), kwargs.at("patch_size")};
    options.mlp_ratio = kwargs.at("mlp_ratio");
    options.num_classes = kwargs.at("num_classes");
    options.embed_dim = kwargs.at("embed_dim");
    options.depth = kwargs.at("depth");
    options.num_heads = kwargs.at("num_heads");
    return options;
  }
  [[nodiscard]] torch::Tensor batch(const char* name, std::int64_t step) const {
    return read_tensor(batches_, batches_.at(name))[step];
  }

  std::filesystem::path folder_;
  std::string name_;

 public:
  Json run;
  VisionTransformer model;
  std::unique_ptr<Optimizer> optimizer;

 private:
  SafetensorsFile batches_;
};

/// The K third of qkv.bias has no true gradient: Adam and signs move it by rounding noise alone.
inline torch::Tensor without_k_bias(const std::string& name, const torch::Tensor& tensor) {
  if (!name.ends_with("qkv.bias")) return tensor;
  const auto thirds = tensor.chunk(3);
  return torch::cat({thirds[0], thirds[2]});
}

}  // namespace vit::test
