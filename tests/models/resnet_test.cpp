#include "vit/models/resnet.h"

#include <set>

#include "tests/models/fixture.h"
#include "vit/core/error.h"
#include "vit/models/profile.h"
#include "vit/models/registry.h"
#include "vit/models/resnet_block.h"
#include "vit/nn/random.h"

namespace {

vit::ResNetOptions small_resnet(const std::string& block) {
  vit::ResNetOptions options;
  options.img_size = {32, 32};
  options.block = block;
  options.layers = {2, 1};
  options.channels = {6, 8};
  options.num_classes = 5;
  return options;
}

using vit::test::noise;

}  // namespace

TEST_CASE("A residual network maps pictures of any size to logits") {
  vit::ResNet model(small_resnet("basic"));
  model->init_weights(0);
  CHECK(model->forward(noise({2, 3, 32, 32})).sizes() == at::IntArrayRef({2, 5}));
  CHECK(model->forward(noise({2, 3, 40, 24})).sizes() == at::IntArrayRef({2, 5}));
  CHECK(model->forward_features(noise({2, 3, 32, 32})).sizes() == at::IntArrayRef({2, 8, 4, 4}));
}

TEST_CASE("The state has timm's names, running statistics and their counter among them") {
  vit::ResNetOptions options = small_resnet("bottleneck");
  options.layers = {1, 1};
  vit::ResNet model(options);
  std::set<std::string> names;
  for (const auto& item : model->named_parameters()) names.insert(item.key());
  for (const auto& item : model->named_buffers()) names.insert(item.key());
  std::set<std::string> expected = {"conv1.weight", "fc.weight", "fc.bias"};
  const auto norm = [&](const std::string& name) {
    for (const char* tensor :
         {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
      expected.insert(name + "." + tensor);
  };
  norm("bn1");
  for (const std::string block : {"layer1.0.", "layer2.0."}) {
    for (const std::string number : {"1", "2", "3"}) {
      expected.insert(block + "conv" + number + ".weight");
      norm(block + "bn" + number);
    }
    expected.insert(block + "downsample.0.weight");
    norm(block + "downsample.1");
  }
  CHECK(names == expected);
}

TEST_CASE("Named residual networks have timm's parameters and multiply-adds") {
  struct Known {
    const char* name;
    std::int64_t parameters, multiply_adds;  // as timm and hooks on its modules count them
  };
  const Known known[] = {{"resnet18", 11689512, 1814073344},
                         {"resnet34", 21797672, 3663761408},
                         {"resnet50", 25557032, 4089184256},
                         {"resnet101", 44549160, 7801405440}};
  for (const Known& row : known) {
    INFO(row.name);
    const vit::ModelProfile profile = vit::profile(*vit::create_model(vit::model_spec(row.name)));
    CHECK(profile.parameters == row.parameters);
    CHECK(profile.multiply_adds == row.multiply_adds);
  }
  const vit::InputSpec input = vit::preprocessing(vit::model_spec("resnet50"));
  CHECK(input.mean[0] == 0.485);
  CHECK(input.crop_pct == 0.95);
  CHECK(input.interpolation == "bicubic");
}

TEST_CASE("Residual networks for CIFAR keep small pictures whole in the stem") {
  // Table 6 of the paper counts 0.27, 0.46, 0.66 and 0.85 million; its shortcuts have no weights,
  // these two have 16 * 32 + 32 * 64 and two norms.
  const std::pair<const char*, double> known[] = {{"resnet20_cifar", 0.27},
                                                  {"resnet32_cifar", 0.46},
                                                  {"resnet44_cifar", 0.66},
                                                  {"resnet56_cifar", 0.85}};
  constexpr std::int64_t kShortcuts = 16 * 32 + 32 * 64 + 2 * (32 + 64);
  for (const auto& [name, millions] : known) {
    INFO(name);
    const vit::ModelProfile profile = vit::profile(*vit::create_model(vit::model_spec(name)));
    CHECK(static_cast<double>(profile.parameters - kShortcuts) / 1e6 ==
          Approx(millions).margin(0.006));
    CHECK(profile.layers.front().output == std::vector<std::int64_t>{1, 16, 32, 32});
  }
  vit::ResNetOptions options = small_resnet("basic");
  options.stem = "cifar";
  vit::ResNet model(options);
  CHECK(model->forward_features(noise({2, 3, 32, 32})).sizes() == at::IntArrayRef({2, 8, 16, 16}));
  options.zero_init_last = false;
  vit::ResNet trained(options);
  trained->init_weights(1);
  vit::test::check_gradients(*trained, noise({4, 3, 16, 16}));
}

TEST_CASE("Layers of a residual network are listed as they run, with the shapes they give") {
  const vit::ModelProfile profile = vit::profile(*vit::create_model(vit::model_spec("resnet18")));
  CHECK(profile.layers.front().name == "conv1");
  CHECK(profile.layers.front().output == std::vector<std::int64_t>{1, 64, 112, 112});
  CHECK(profile.layers[1].name == "bn1");
  CHECK(profile.layers[1].operation == "batch_norm");
  CHECK(profile.layers.back().name == "fc");
  CHECK(profile.layers.back().output == std::vector<std::int64_t>{1, 1000});
  std::int64_t parameters = 0;
  for (const vit::LayerProfile& layer : profile.layers) parameters += layer.parameters;
  CHECK(parameters == profile.parameters);
}

TEST_CASE("Gradients reach every parameter of both blocks") {
  vit::ResNetOptions options = small_resnet(GENERATE("basic", "bottleneck"));
  options.zero_init_last = false;  // a branch that starts at zero passes none back
  vit::ResNet model(options);
  model->init_weights(1);
  vit::test::check_gradients(*model, noise({4, 3, 32, 32}));
}

TEST_CASE("A residual network's clone and seed") {
  vit::ResNet model(small_resnet(GENERATE("basic", "bottleneck")));
  vit::test::check_seed(*model);
  vit::test::check_clone(*model, noise({2, 3, 32, 32}));
}

TEST_CASE("Initial weights are timm's: kaiming for convolutions, a branch that starts at zero") {
  vit::ResNet model(small_resnet("basic"));
  model->init_weights(3);
  const auto block = std::dynamic_pointer_cast<vit::ResNetBlockImpl>(model->layers[0]->ptr(0));
  REQUIRE(block);
  CHECK(block->bn1->weight.eq(1).all().item<bool>());
  CHECK(block->bn2->weight.eq(0).all().item<bool>());
  CHECK(model->conv1->weight.std().item<double>() ==
        Approx(std::sqrt(2.0 / (64 * 49))).epsilon(0.05));
  CHECK(model->fc->weight.abs().max().item<double>() <= 1.0 / std::sqrt(8.0));
}

TEST_CASE("Running statistics follow the batches in training and are used, unchanged, afterwards") {
  vit::ResNet model(small_resnet("basic"));
  model->init_weights(0);
  const torch::Tensor x = noise({4, 3, 32, 32});
  const torch::NoGradGuard no_grad;
  model->train();
  const torch::Tensor input = model->conv1(x);  // [4, 64, 16, 16]
  const torch::Tensor first = model->forward(x);
  CHECK(torch::allclose(model->bn1->running_mean, 0.1 * input.mean({0, 2, 3}), 1e-5, 1e-6));
  CHECK(torch::allclose(model->bn1->running_var,
                        0.9 + 0.1 * input.transpose(0, 1).flatten(1).var(1, /*unbiased=*/true),
                        1e-5, 1e-6));
  CHECK(model->bn1->num_batches_tracked.item<std::int64_t>() == 1);
  CHECK(torch::equal(model->forward(x), first));  // of the batch alone, and to the bit
  model->eval();
  const torch::Tensor mean = model->bn1->running_mean.clone();
  const torch::Tensor evaluated = model->forward(x);
  CHECK(torch::equal(model->bn1->running_mean, mean));
  CHECK(torch::allclose(model->forward(x.narrow(0, 1, 1)), evaluated.narrow(0, 1, 1), 1e-4, 1e-5));
  model->init_weights(0);
  CHECK(model->bn1->num_batches_tracked.item<std::int64_t>() == 0);
  CHECK(model->bn1->running_mean.eq(0).all().item<bool>());
}

TEST_CASE("Stochastic depth of a residual network is a function of its random scope") {
  vit::ResNetOptions options = small_resnet("basic");
  options.drop_path_rate = 0.5;
  options.zero_init_last = false;
  vit::ResNet model(options);
  model->init_weights(0);
  model->train();
  const auto trained = [&](std::uint64_t seed) {
    const vit::RandomScope scope(vit::Rng(seed, vit::Stream::model));
    return model->forward(noise({4, 3, 32, 32}));
  };
  CHECK(torch::equal(trained(1), trained(1)));
  CHECK_FALSE(torch::allclose(trained(1), trained(2)));
}

TEST_CASE("What a residual network cannot be is refused with the remedy") {
  vit::ResNetOptions options = small_resnet("basic");
  options.channels = {8};
  CHECK_THROWS_WITH(vit::ResNet(options),
                    Catch::Contains("has 2 stages, and model.channels has 1"));
  options = small_resnet("basic");
  options.global_pool = "";
  CHECK_THROWS_WITH(vit::ResNet(options), Catch::Contains("model.global_pool: avg"));
  vit::ResNet model(small_resnet("basic"));
  model->init_weights(0);
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 1, 32, 32})),
                    Catch::Contains("expected x [B, 3, H, W], got [1, 1, 32, 32]"));
  model->train();
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 3, 4, 4})),
                    Catch::Contains("BatchNorm") && Catch::Contains("data.batch_size"));
}

TEST_CASE("The same weights give timm's and torchvision's features and logits") {
  // The references' own float32 is 6e-6 from float64.
  constexpr double kTolerance = 1e-5;
  vit::ResNetOptions options;
  options.num_classes = 7;
  options.img_size = {64, 64};
  options.layers = {2, 1, 1, 1};
  options.channels = {16, 32, 64, 128};
  vit::test::check_parity(*vit::ResNet(options), vit::test::shared_fixture("resnet_basic"),
                          kTolerance);
  options.channels = {8, 16, 32, 64};
  vit::test::check_parity(*vit::ResNet(options), vit::test::shared_fixture("tv_resnet_basic"),
                          kTolerance);
  options.block = "bottleneck";
  options.layers = {1, 2, 1, 1};
  options.channels = {8, 16, 24, 32};
  vit::test::check_parity(*vit::ResNet(options), vit::test::shared_fixture("resnet_bottleneck"),
                          kTolerance);
  options.channels = {4, 8, 16, 32};
  vit::test::check_parity(*vit::ResNet(options), vit::test::shared_fixture("tv_resnet_bottleneck"),
                          kTolerance);
}
