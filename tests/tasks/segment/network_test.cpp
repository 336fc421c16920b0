#include "vit/tasks/segment/network.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/models/resnet.h"
#include "vit/nn/random.h"

namespace {

std::shared_ptr<vit::ImageModel> backbone() {
  vit::ViTOptions options = vit::test::small_vit(0);
  options.dynamic_img_size = true;
  auto model = std::make_shared<vit::VisionTransformerImpl>(options);
  model->init_weights(1);
  model->eval();
  return model;
}

}  // namespace

TEST_CASE("A segmenter gives logits of the image's own size, also where patches don't tile it") {
  for (const char* head : {"linear", "decoder_linear", "mask_transformer"}) {
    INFO(head);
    vit::SegmentOptions options;
    options.head = head;
    options.decoder.n_heads = 2;
    vit::SegmentNetwork network(backbone(), options, 5);
    network.init_head(1);
    network.eval();
    const torch::NoGradGuard no_grad;
    for (const auto& [height, width] : {std::pair(16, 16), std::pair(24, 40), std::pair(19, 33)}) {
      const torch::Tensor logits =
          network.forward(vit::test::random_tensor({2, 3, height, width}, 1));
      CHECK(logits.sizes() == torch::IntArrayRef({2, 5, height, width}));
      CHECK(logits.isfinite().all().item<bool>());
    }
  }
}

TEST_CASE("The linear head joins the layers that are asked for, and stages of a ResNet as well") {
  vit::SegmentOptions options;
  options.layers = {0, -1};
  vit::SegmentNetwork of_vit(backbone(), options, 3);
  const std::int64_t width = backbone()->widths().front();
  CHECK(of_vit.named_parameters()["decode_head.conv_seg.weight"].size(1) == 2 * width);

  vit::ResNetOptions small;
  small.img_size = {32, 32};
  small.num_classes = 0;
  small.layers = {1, 1, 1, 1};
  small.channels = {8, 16, 24, 32};
  auto resnet = std::make_shared<vit::ResNetImpl>(small);
  resnet->init_weights(1);
  resnet->eval();
  options.layers = {1, 3};
  vit::SegmentNetwork of_resnet(resnet, options, 3);
  of_resnet.eval();
  const torch::NoGradGuard no_grad;
  CHECK(of_resnet.forward(torch::ones({1, 3, 64, 32})).sizes() ==
        torch::IntArrayRef({1, 3, 64, 32}));
  CHECK(of_resnet.named_parameters()["decode_head.conv_seg.weight"].size(1) == 16 + 32);
}

TEST_CASE("Layers that there are not, and several for a head that looks at one, are refused") {
  vit::SegmentOptions options;
  options.layers = {7};
  CHECK_THROWS_WITH(vit::SegmentNetwork(backbone(), options, 3), Catch::Contains("layer 7"));
  options.layers = {0, 1};
  options.head = "mask_transformer";
  CHECK_THROWS_WITH(vit::SegmentNetwork(backbone(), options, 3), Catch::Contains("task.layers"));
}

TEST_CASE("The backbone's own rules hold under its prefix: decay, layers, the head apart") {
  vit::SegmentNetwork network(backbone(), {}, 3);
  const auto exempt = network.no_weight_decay();
  CHECK(std::find(exempt.begin(), exempt.end(), "backbone.pos_embed") != exempt.end());
  CHECK(network.heads() == std::vector<std::string>{"decode_head"});
  for (const vit::LayerRule& rule : network.layer_rules())
    CHECK_THAT(rule.pattern, Catch::StartsWith("^backbone"));
}
