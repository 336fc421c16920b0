#include "vit/tasks/mae/mae_network.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/models/vit.h"

namespace {

using vit::test::random_tensor;

std::shared_ptr<vit::ImageModel> encoder(std::int64_t patch = 4) {
  vit::ViTOptions options = vit::test::small_vit(0);
  options.patch_size = {patch, patch};
  auto model = std::make_shared<vit::VisionTransformerImpl>(options);
  model->init_weights(1);
  return model;
}

vit::MaeOptions small_mae(const std::string& method = "mae") {
  vit::MaeOptions options;
  options.method = method;
  options.mask_size = 8;
  options.decoder.embed_dim = 16;
  options.decoder.depth = 1;
  options.decoder.num_heads = 2;
  return options;
}

torch::Tensor noise_of(std::int64_t batch, std::int64_t units) {
  return random_tensor({batch, units}, 11);
}

}  // namespace

TEST_CASE("An autoencoder's encoder sees the kept patches alone") {
  vit::MaeNetwork network(encoder(), small_mae());
  network.init_parts(1);
  network.eval();
  REQUIRE(network.num_units() == 16);
  REQUIRE(network.num_kept() == 4);
  const torch::Tensor x = random_tensor({2, 3, 16, 16}), noise = noise_of(2, 16);
  const torch::NoGradGuard no_grad;
  const vit::MaeNetwork::Output out = network.forward(x, noise);
  CHECK(out.pred.sizes() == torch::IntArrayRef({2, 16, 48}));
  CHECK(out.mask.sum().item<float>() == 2 * 12);
  // What is removed may be anything: the prediction does not change.
  const torch::Tensor removed =
      out.mask.view({2, 1, 4, 4}).repeat_interleave(4, 2).repeat_interleave(4, 3);
  CHECK(torch::equal(network.forward(x + 7 * removed, noise).pred, out.pred));
  CHECK_FALSE(torch::equal(network.forward(x + 7 * (1 - removed), noise).pred, out.pred));
}

TEST_CASE("Everything of an autoencoder learns, by either method") {
  for (const char* method : {"mae", "simmim"}) {
    INFO(method);
    vit::MaeNetwork network(encoder(), small_mae(method));
    network.init_parts(1);
    const torch::Tensor x = random_tensor({2, 3, 16, 16});
    network.forward(x, noise_of(2, network.num_units())).loss.backward();
    for (const auto& item : network.named_parameters()) {
      INFO(item.key());
      REQUIRE(item.value().grad().defined());
      CHECK(item.value().grad().abs().max().item<float>() > 0);
    }
  }
}

TEST_CASE("SimMIM masks whole squares, and the loss counts them alone") {
  vit::MaeNetwork network(encoder(), small_mae("simmim"));
  network.init_parts(1);
  network.eval();
  REQUIRE(network.num_units() == 4);
  CHECK(network.num_kept() == 1);  // 3 of 4 are masked: 0.6 rounded up
  const torch::NoGradGuard no_grad;
  const vit::MaeNetwork::Output out =
      network.forward(random_tensor({1, 3, 16, 16}), torch::tensor({{0.3f, 0.1f, 0.4f, 0.2f}}));
  const torch::Tensor mask = out.mask.view({4, 4});
  CHECK(mask.slice(0, 0, 2).slice(1, 2, 4).sum().item<float>() == 0);
  CHECK(mask.sum().item<float>() == 12);
}

TEST_CASE("What is told of images holds their features, their completion and the loss") {
  for (const char* method : {"mae", "simmim"})
    for (const bool normalised : {false, true}) {
      INFO(method << normalised);
      vit::MaeOptions options = small_mae(method);
      options.norm_pix_loss = normalised;
      vit::MaeNetwork network(encoder(), options);
      network.init_parts(1);
      network.eval();
      const torch::NoGradGuard no_grad;
      const torch::Tensor x = random_tensor({3, 3, 16, 16}),
                          noise = noise_of(1, network.num_units()).flatten();
      const torch::Tensor told = network.describe_images(x, noise);
      REQUIRE(told.sizes() == torch::IntArrayRef({3, 24 + 5 * 256}));
      CHECK(torch::allclose(told.slice(1, 0, 24), network.backbone().forward(x)));
      const torch::Tensor image = told.slice(1, 24, 24 + 768).view({3, 3, 16, 16}),
                          mask = told.slice(1, 24 + 768, 24 + 1024).view({3, 1, 16, 16}),
                          error = told.slice(1, 24 + 1024).view({3, 1, 16, 16});
      CHECK(torch::equal(image * (1 - mask), x * (1 - mask)));
      CHECK((image - x).abs().sum().item<float>() > 0);
      const vit::MaeNetwork::Output out = network.forward(x, noise.unsqueeze(0).expand({3, -1}));
      CHECK(((error * mask).sum() / mask.sum()).item<float>() ==
            Approx(out.loss.item<float>()).epsilon(1e-4));
    }
}

TEST_CASE("A mask that leaves or takes nothing is refused, and so are models without patches") {
  const auto refusal = [](const vit::MaeOptions& options, std::shared_ptr<vit::ImageModel> model) {
    const auto error = vit::test::error_of([&] { vit::MaeNetwork(std::move(model), options); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    CHECK_FALSE(error->remedy().empty());
    return error->where();
  };
  vit::MaeOptions options = small_mae();
  options.mask_ratio = 0.95;
  CHECK(refusal(options, encoder()) == "task.mask_ratio");
  options.mask_ratio = 0;
  CHECK(refusal(options, encoder()) == "task.mask_ratio");
  options = small_mae("simmim");
  options.mask_size = 6;
  CHECK(refusal(options, encoder()) == "task.mask_size");
  options = small_mae();
  options.decoder.embed_dim = 18;
  CHECK(refusal(options, encoder()) == "task.decoder.embed_dim");
  vit::ModelSpec resnet = vit::model_spec("resnet18");
  CHECK(refusal(small_mae(), vit::create_model(resnet)) == "model.name");
}
