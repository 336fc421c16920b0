#include "vit/tasks/detect/rf_detr_init.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/tasks/detect/windowed_vit.h"

TEST_CASE("RF-DETR's heads are drawn as its repository draws them") {
  const auto backbone = vit::test::windowed_vit({16, 16});
  const torch::Tensor before = backbone->patch_embed->proj->weight.clone();
  vit::RfDetr network(backbone, vit::test::small_rf_detr(), 3);
  vit::init_rf_detr_head(network, 7);
  const auto parameters = network.named_parameters();
  const auto largest = [&](const std::string& name) {
    return parameters[name].abs().max().item<double>();
  };
  CHECK(torch::equal(backbone->patch_embed->proj->weight, before));
  CHECK(torch::allclose(parameters["class_embed.bias"].sigmoid(), torch::full({3}, 0.01)));
  CHECK(largest("refpoint_embed.weight") == 0);
  CHECK(largest("bbox_embed.layers.2.weight") == 0);
  CHECK(largest("bbox_embed.layers.1.weight") > 0);
  CHECK(parameters["query_feat.weight"].std().item<double>() == Approx(1).margin(0.2));
  const std::string layer = "transformer.decoder.layers.1.";
  CHECK(torch::equal(parameters[layer + "cross_attn.sampling_offsets.bias"],
                     vit::compass_offsets(8, 2)));
  for (const char* zero : {"cross_attn.sampling_offsets.weight",
                           "cross_attn.attention_weights.bias", "cross_attn.value_proj.bias",
                           "self_attn.in_proj_bias", "self_attn.out_proj.bias", "norm2.bias"})
    CHECK(largest(layer + zero) == 0);
  CHECK(parameters[layer + "norm2.weight"].eq(1).all().item<bool>());
  // Xavier: within sqrt(6 / (in + out)), and close to it.
  CHECK(largest(layer + "self_attn.in_proj_weight") == Approx(std::sqrt(6.0 / 64)).epsilon(0.02));
  CHECK(largest(layer + "linear1.weight") == Approx(std::sqrt(6.0 / 40)).epsilon(0.02));
  CHECK(largest(layer + "linear1.bias") == Approx(std::sqrt(1.0 / 16)).epsilon(0.2));
  for (const char* group : {"0", "1", "2"}) {
    CHECK(torch::equal(
        parameters["transformer.enc_out_class_embed." + std::string(group) + ".weight"],
        parameters["class_embed.weight"]));
    CHECK(torch::equal(
        parameters["transformer.enc_out_bbox_embed." + std::string(group) + ".layers.0.weight"],
        parameters["bbox_embed.layers.0.weight"]));
  }
}
