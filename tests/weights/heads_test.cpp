#include "vit/weights/naming/heads.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/weights/spelled_vit.h"
#include "vit/weights/naming/convention.h"
#include "vit/weights/recognise.h"

// Classifiers that users put in place of a library's own.
namespace {

using vit::NamedWeights;
using vit::TensorMap;
using namespace vit::test;

/// timm's ViT with its head under another name, or beside the encoder.
TensorMap with_head(const std::string& head, const std::string& prefix = "") {
  TensorMap file;
  for (const auto& [name, tensor] : timm_vit())
    file[name.starts_with("head.") ? head + name.substr(4) : prefix + name] = tensor;
  return file;
}

void check_is_timm(const TensorMap& file) {
  const NamedWeights found = vit::to_timm(file, "test");
  CHECK(found.names.source.empty());
  CHECK(found.names.heads.empty());
  for (const auto& [name, tensor] : timm_vit()) {
    INFO(name);
    REQUIRE(found.names.tensors.contains(name));
    CHECK(torch::allclose(found.names.tensors.at(name), tensor, 1e-6, 1e-6));
  }
}

}  // namespace

TEST_CASE("A linear layer behind dropout is the head, and that nothing else is there is assumed") {
  check_is_timm(with_head("head.1"));
  const NamedWeights found = vit::to_timm(with_head("head.1"), "test");
  REQUIRE(found.names.assumptions.size() == 1);
  CHECK_THAT(found.names.assumptions[0], Catch::Contains("`head.1`"));
  CHECK(vit::recognise_shapes(found).options.at("num_classes") == std::to_string(kClasses));
}

TEST_CASE("A head beside the encoder is its head") {
  for (const std::string head : {"fc", "classifier", "linear", "head", "head.layers.1"})
    check_is_timm(with_head(head, "backbone."));
  check_is_timm(with_head("model.classifier", "model.backbone."));
  TensorMap apart = with_head("net.classifier", "net.backbone.");
  apart["step"] = torch::zeros({});
  check_is_timm(apart);
}

TEST_CASE("A head without a bias has one of zeros") {
  TensorMap file = with_head("fc", "backbone.");
  file.erase("fc.bias");
  const NamedWeights found = vit::to_timm(file, "test");
  CHECK(torch::equal(found.names.tensors.at("head.bias"), torch::zeros({kClasses})));
}

TEST_CASE("A weight that is kept as direction and length becomes a weight again") {
  const torch::Tensor weight = timm_vit().at("head.weight");
  const torch::Tensor length = weight.square().sum(1, true).sqrt();
  for (const bool parametrized : {false, true}) {
    TensorMap file = timm_vit();
    file.erase("head.weight");
    const std::string head = parametrized ? "head.parametrizations.weight." : "head.";
    file[head + (parametrized ? "original0" : "weight_g")] = length;
    file[head + (parametrized ? "original1" : "weight_v")] = 3 * weight;
    check_is_timm(file);
  }
}

TEST_CASE("A head that is more than a linear layer is no head of a model here") {
  const auto heads_of = [](TensorMap file) { return vit::to_timm(file, "test").names.heads; };
  TensorMap mlp = with_head("head.2");
  mlp["head.0.weight"] = torch::ones({kDim, kDim});
  CHECK(heads_of(mlp) == std::vector<std::string>{"head.0.weight", "head.2.bias", "head.2.weight"});
  TensorMap norm = with_head("head.1");
  norm["head.0.weight"] = torch::ones({kDim});
  CHECK(heads_of(norm).size() == 3);
  // The encoder's own classifier below another one.
  TensorMap twice = with_head("backbone.head", "backbone.");
  twice["fc.weight"] = torch::ones({2, kClasses});
  CHECK(heads_of(twice).size() == 3);
}

TEST_CASE("DINOv2's linear classifier reads the class token beside the mean of the patches") {
  TensorMap file = with_head("linear_head", "backbone.");
  file["linear_head.weight"] = torch::ones({kClasses, 2 * kDim});
  file["backbone.mask_token"] = torch::zeros({1, kDim});
  const NamedWeights found = vit::to_timm(file, "test");
  CHECK(found.convention->name == "DINOv2");
  CHECK(found.names.tensors.at("head.weight").size(1) == 2 * kDim);
  const vit::Recognised model = vit::recognise_shapes(found);
  CHECK(model.options.at("global_pool") == "token_avg");
  CHECK(model.options.at("num_classes") == std::to_string(kClasses));
}
