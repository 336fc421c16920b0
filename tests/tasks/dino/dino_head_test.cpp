#include "vit/tasks/dino/dino_head.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/model_fixture.h"
#include "tests/support/module.h"

namespace {

vit::DinoHeadOptions fixture_head(bool batch_norm) {
  return {.out_dim = 96,
          .hidden_dim = 64,
          .bottleneck_dim = 24,
          .nlayers = batch_norm ? 2 : 3,
          .use_bn = batch_norm,
          .norm_last_layer = !batch_norm,
          .in_dim = 48};
}

}  // namespace

TEST_CASE("The projection head is DINO's and DINOv2's, with batch norm too") {
  for (const char* name : {"dino_head", "dinov2_head", "dino_head_bn"}) {
    INFO(name);
    const vit::test::ModelFixture fixture(name);
    if (!fixture) return;
    const bool batch_norm = std::string(name) == "dino_head_bn";
    vit::DinoHead head(fixture_head(batch_norm));
    fixture.load(*head);
    head->eval();
    fixture.check("out", head(fixture.at("x")));
    if (!batch_norm) continue;
    head->train();
    fixture.check("out_train", head(fixture.at("x")));
    for (const char* statistic : {"mlp.1.running_mean", "mlp.1.running_var"})
      fixture.check("after_train." + std::string(statistic), head->named_buffers()[statistic]);
  }
}

TEST_CASE("Prototypes keep their length, and rest where they are not to learn") {
  vit::DinoHead head(fixture_head(false));
  head->init_weights(3);
  const torch::Tensor x = vit::test::random_tensor({4, 48});
  CHECK(head(x).abs().max().item<float>() <= 1.0f + 1e-5f);  // cosines
  head(x, /*last_layer_learns=*/false).square().sum().backward();
  CHECK_FALSE(head->last_layer->weight_v.grad().defined());
  CHECK(head->layers[0]->weight.grad().defined());
  CHECK_FALSE(head->last_layer->weight_g.requires_grad());
  CHECK(vit::DinoHead(fixture_head(true))->last_layer->weight_g.requires_grad());
}
