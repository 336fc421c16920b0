#include "vit/train/prediction_scope.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/isa.h"
#include "vit/models/registry.h"
#include "vit/nn/init.h"

namespace {

std::shared_ptr<vit::ImageModel> small_model(const std::string& name) {
  vit::ModelSpec spec = vit::model_spec(name);
  if (auto* vit = std::get_if<vit::ViTOptions>(&spec.options)) {
    vit->img_size = {32, 32};
    vit->patch_size = {8, 8};
    vit->depth = 3;
    vit->num_classes = 32;
  }
  auto model = vit::create_model(spec);
  model->init_weights(1);
  model->module().eval();
  return model;
}

torch::Tensor pictures() {
  torch::Tensor x = torch::empty({4, 3, 32, 32});
  vit::init::normal(x, 1.0, vit::Rng(2, vit::Stream::init));
  return x;
}

torch::Tensor logits(vit::ImageModel& model, const std::string& dtype) {
  const vit::PredictionScope prediction(torch::kCPU, dtype);
  torch::Tensor y = model.forward(pictures());
  prediction.check();
  CHECK_FALSE(y.requires_grad());
  return y.to(torch::kFloat32);
}

}  // namespace

TEST_CASE("Predictions in fewer bits are near those in fp32, and the scope leaves nothing behind") {
  const auto model = small_model("vit_tiny_patch16_224");
  {  // logits of a size as trained models have
    const torch::NoGradGuard no_grad;
    model->module().named_parameters()["head.weight"].mul_(20);
  }
  const torch::Tensor exact = model->forward(pictures()).detach();
  CHECK(torch::equal(logits(*model, "fp32"), exact));
  const auto error = [&](const std::string& dtype) {
    return ((logits(*model, dtype) - exact).norm() / exact.norm()).item<double>();
  };
  CHECK(error("bf16") < 0.02);
  if (vit::kernels::int8_is_fast()) {
    CHECK(error("int8") < 0.05);
    CHECK(error("int8") > 1e-4);  // it was rounded
    CHECK(torch::equal(logits(*model, "int8"), logits(*model, "int8")));
  }
  CHECK(torch::equal(model->forward(pictures()).detach(), exact));
}

TEST_CASE("int8 where nothing can be computed in it is an error with the remedy") {
  const auto model = small_model("resnet20_cifar");
  if (vit::kernels::int8_is_fast()) {
    const auto error = vit::test::error_of([&] { (void)logits(*model, "int8"); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    CHECK_THAT(error->problem(), Catch::Contains("no layer of this model"));
    CHECK_THAT(error->remedy(), Catch::Contains("--dtype"));
  }
  const auto on_gpu = vit::test::error_of([] { vit::PredictionScope(torch::kCUDA, "int8"); });
  REQUIRE(on_gpu);
  CHECK_THAT(on_gpu->remedy(), Catch::Contains("bf16"));
}

TEST_CASE("int8 is not offered by a CPU on which it is slower than fp32") {
  const vit::kernels::Isa before = vit::kernels::active_isa();
  for (const auto isa : {vit::kernels::Isa::avx2, vit::kernels::Isa::avx512}) {
    vit::kernels::limit_isa(isa);
    const auto error =
        vit::test::error_of([] { const vit::PredictionScope scope(torch::kCPU, "int8"); });
    vit::kernels::limit_isa(before);
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    CHECK_THAT(error->problem(), Catch::Contains("slower than fp32") && Catch::Contains("VNNI"));
    CHECK_THAT(error->remedy(), Catch::Contains("--dtype fp32"));
  }
}
