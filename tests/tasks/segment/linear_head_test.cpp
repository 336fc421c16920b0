#include "vit/tasks/segment/linear_head.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/model_fixture.h"
#include "tests/support/module.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/random.h"
#include "vit/tasks/segment/resize_logits.h"
#include "vit/tasks/segment/seg_loss.h"

using vit::LinearSegHead, vit::LinearSegHeadOptions;

namespace {

LinearSegHead linear_head(double dropout = 0) {
  const vit::InitialWeights weights(3);
  return LinearSegHead(
      LinearSegHeadOptions{.in_channels = 8, .num_classes = 3, .dropout = dropout});
}

}  // namespace

TEST_CASE("The linear head computes and learns as DINOv2's, from one layer and from several") {
  for (const auto& [name, layers] :
       {std::pair("dinov2_linear_seg", 1), {"dinov2_linear_seg_ms", 4}}) {
    const vit::test::ModelFixture fixture(name);
    if (!fixture) continue;
    INFO(name);
    std::vector<torch::Tensor> features;
    std::int64_t channels = 0;
    for (int layer = 0; layer < layers; ++layer) {
      features.push_back(fixture.at("feature_" + std::to_string(layer)));
      features.back().requires_grad_();
      channels += features.back().size(1);
    }
    LinearSegHead head(LinearSegHeadOptions{
        .in_channels = channels, .num_classes = fixture.at("logits").size(1), .dropout = 0});
    fixture.load(*head, "decode_head.");
    head->eval();
    const torch::Tensor labels = fixture.at("labels");
    const vit::Size2 size{labels.size(1), labels.size(2)};
    {
      const torch::NoGradGuard no_grad;
      const torch::Tensor logits = head(features);
      fixture.check("logits", logits);
      fixture.check("upsampled", vit::resize_logits(logits, size).slice(0, 0, 1));
    }
    head->train();
    const torch::Tensor logits = head(features);
    fixture.check("logits_train", logits);
    const torch::Tensor loss = vit::pixel_cross_entropy(vit::resize_logits(logits, size), labels);
    fixture.check("loss_train", loss.reshape({1}));
    loss.backward();
    for (int layer = 0; layer < layers; ++layer)
      fixture.check("grad_feature_" + std::to_string(layer),
                    features[static_cast<std::size_t>(layer)].grad());
    for (const auto& item : head->named_parameters())
      fixture.check("grad." + item.key(), item.value().grad());
    for (const auto& item : head->named_buffers())
      fixture.check("after_train." + item.key(), item.value());
  }
}

TEST_CASE("The linear head starts with small weights, from the seed alone") {
  LinearSegHead head = linear_head();
  CHECK(head->conv_seg->bias.eq(0).all().item<bool>());
  CHECK(head->bn->weight.eq(1).all().item<bool>());
  CHECK(head->conv_seg->weight.std().item<double>() == Approx(0.01).epsilon(0.4));
  CHECK(torch::equal(head->conv_seg->weight, linear_head()->conv_seg->weight));
  const torch::Tensor first = head->conv_seg->weight.detach().clone();
  head->init_weights(12);
  CHECK_FALSE(torch::equal(head->conv_seg->weight, first));
}

TEST_CASE("Dropout of the linear head takes whole channels, in training only") {
  LinearSegHead head = linear_head(/*dropout=*/0.5);
  const torch::Tensor x = vit::test::random_tensor({2, 8, 3, 4});
  head->eval();
  CHECK(torch::equal(head->forward({x}), head->forward({x})));
  head->train();
  CHECK(vit::test::error_of([&] { head->forward({x}); }).has_value());  // no RandomScope
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  torch::NoGradGuard no_grad;
  head->bn->weight.zero_();
  head->bn->bias.fill_(1);  // now each dropped channel takes the same from every pixel
  const torch::Tensor y = head->forward({x});
  CHECK(torch::allclose(y, y.narrow(2, 0, 1).narrow(3, 0, 1).expand_as(y)));
  CHECK_FALSE(torch::allclose(y, head->forward({x})));
}

TEST_CASE("The linear head names what does not fit") {
  LinearSegHead head = linear_head();
  const auto fails = [&](const std::vector<torch::Tensor>& features) {
    const auto error = vit::test::error_of([&] { head(features); });
    return error && error->kind() == vit::ErrorKind::usage;
  };
  CHECK(fails({}));
  CHECK(fails({torch::ones({2, 4, 3, 3})}));
  CHECK(fails({torch::ones({2, 4, 3, 3}), torch::ones({2, 4, 3, 4})}));
  CHECK(fails({torch::ones({1, 8, 1, 1})}));  // training takes no variance of one pixel
  CHECK_FALSE(fails({torch::ones({2, 4, 3, 3}), torch::ones({2, 4, 3, 3})}));
}

TEST_CASE("Gradients reach every parameter of the linear head, and a clone computes the same") {
  LinearSegHead head = linear_head();
  const torch::Tensor x = vit::test::random_tensor({2, 8, 3, 4});
  CHECK(vit::test::without_gradient(head, head->forward({x})).empty());
  head->eval();
  LinearSegHead copy = vit::test::clone_of(head);
  CHECK(torch::equal(copy->forward({x}), head->forward({x})));
}
