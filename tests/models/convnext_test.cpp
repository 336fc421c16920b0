#include "vit/models/convnext.h"

#include <algorithm>

#include "tests/models/fixture.h"
#include "vit/core/error.h"
#include "vit/models/profile.h"
#include "vit/models/registry.h"

using vit::test::noise;

namespace {

vit::ConvNeXtOptions small_convnext() {
  vit::ConvNeXtOptions options;
  options.img_size = {16, 16};
  options.depths = {1, 2};
  options.dims = {8, 12};
  options.num_classes = 5;
  options.ls_init_value = 0.5;
  return options;
}

}  // namespace

TEST_CASE("A ConvNeXt maps pictures to logits; its features are maps") {
  vit::ConvNeXt model(small_convnext());
  model->init_weights(0);
  CHECK(model->forward(noise({2, 3, 16, 16})).sizes() == at::IntArrayRef({2, 5}));
  CHECK(model->forward(noise({2, 3, 24, 16})).sizes() == at::IntArrayRef({2, 5}));
  CHECK(model->forward_features(noise({2, 3, 16, 16})).sizes() == at::IntArrayRef({2, 12, 2, 2}));
}

TEST_CASE("The parameters of a ConvNeXt have timm's names") {
  vit::ConvNeXt model(small_convnext());
  const auto parameters = model->named_parameters();
  for (const char* name : {"stem.0.weight", "stem.1.bias", "stages.0.blocks.0.conv_dw.weight",
                           "stages.0.blocks.0.norm.weight", "stages.0.blocks.0.mlp.fc1.weight",
                           "stages.0.blocks.0.mlp.fc2.bias", "stages.0.blocks.0.gamma",
                           "stages.1.downsample.0.weight", "stages.1.downsample.1.bias",
                           "stages.1.blocks.1.gamma", "head.norm.weight", "head.fc.weight"}) {
    INFO(name);
    CHECK(parameters.contains(name));
  }
  CHECK_FALSE(parameters.contains("stages.0.downsample.0.weight"));
  vit::ConvNeXtOptions options = small_convnext();
  options.ls_init_value.reset();
  CHECK_FALSE(vit::ConvNeXt(options)->named_parameters().contains("stages.0.blocks.0.gamma"));
}

TEST_CASE("Named ConvNeXts have timm's parameters and multiply-adds") {
  struct Known {
    const char* name;
    std::int64_t parameters, multiply_adds;  // as timm and hooks on its modules count them
  };
  const Known known[] = {{"convnext_tiny", 28589128, 4455531264},
                         {"convnext_small", 50223688, 8683712256},
                         {"convnext_base", 88591464, 15354729472},
                         {"test_convnext", 272128, 31228800}};
  for (const Known& row : known) {
    INFO(row.name);
    const vit::ModelProfile profile = vit::profile(*vit::create_model(vit::model_spec(row.name)));
    CHECK(profile.parameters == row.parameters);
    CHECK(profile.multiply_adds == row.multiply_adds);
  }
  const vit::InputSpec input = vit::preprocessing(vit::model_spec("test_convnext"));
  CHECK(input.img_size == vit::Size2{160, 160});
  CHECK(input.mean[0] == 0.5);
  CHECK(vit::preprocessing(vit::model_spec("convnext_base")).crop_pct == 0.875);
}

TEST_CASE("Layers of a ConvNeXt are listed as they run, with the shapes they give") {
  const vit::ModelProfile profile =
      vit::profile(*vit::create_model(vit::model_spec("convnext_tiny")));
  CHECK(profile.layers[0].output == std::vector<std::int64_t>{1, 96, 56, 56});
  CHECK(profile.layers[1].name == "stem.1");
  CHECK(profile.layers[2].name == "stages.0.blocks.0.conv_dw");
  CHECK(profile.layers[2].multiply_adds == 49 * 96 * 56 * 56);
  CHECK(profile.layers.back().name == "head.fc");
}

TEST_CASE("Gradients reach every parameter of a ConvNeXt") {
  vit::ConvNeXt model(small_convnext());
  model->init_weights(1);
  vit::test::check_gradients(*model, noise({2, 3, 16, 16}));
}

TEST_CASE("A ConvNeXt's clone and seed") {
  vit::ConvNeXt model(small_convnext());
  vit::test::check_seed(*model);
  vit::test::check_clone(*model, noise({2, 3, 16, 16}));
}

TEST_CASE("Initial weights of a ConvNeXt are timm's") {
  vit::ConvNeXtOptions options = small_convnext();
  options.dims = {64, 64};
  options.head_init_scale = 0.001;
  vit::ConvNeXt model(options);
  model->init_weights(3);
  const auto parameters = model->named_parameters();
  CHECK(parameters["stages.0.blocks.0.mlp.fc1.weight"].std().item<double>() ==
        Approx(0.02).epsilon(0.05));
  CHECK(parameters["stages.0.blocks.0.mlp.fc1.bias"].eq(0).all().item<bool>());
  CHECK(parameters["stages.0.blocks.0.gamma"].eq(0.5).all().item<bool>());
  CHECK(parameters["stem.1.weight"].eq(1).all().item<bool>());
  CHECK(parameters["head.fc.weight"].std().item<double>() == Approx(2e-5).epsilon(0.2));
}

TEST_CASE("Stochastic depth of a ConvNeXt is a function of its random scope") {
  vit::ConvNeXtOptions options = small_convnext();
  options.drop_path_rate = 0.5;
  vit::ConvNeXt model(options);
  model->init_weights(0);
  model->train();
  const auto trained = [&](std::uint64_t seed) {
    const vit::RandomScope scope(vit::Rng(seed, vit::Stream::model));
    return model->forward(noise({8, 3, 16, 16}));
  };
  CHECK(torch::equal(trained(1), trained(1)));
  CHECK_FALSE(torch::equal(trained(1), trained(2)));
}

TEST_CASE("What a ConvNeXt cannot be is refused with the remedy") {
  vit::ConvNeXtOptions options = small_convnext();
  options.dims = {8};
  CHECK_THROWS_WITH(vit::ConvNeXt(options), Catch::Contains("has 2 stages, and model.dims has 1"));
  options = small_convnext();
  options.kernel_size = 4;
  CHECK_THROWS_WITH(vit::ConvNeXt(options), Catch::Contains("odd model.kernel_size"));
  options = small_convnext();
  options.global_pool = "";
  CHECK_THROWS_WITH(vit::ConvNeXt(options), Catch::Contains("model.global_pool: avg"));
  vit::ConvNeXt model(small_convnext());
  model->init_weights(0);
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 3, 4, 16})),
                    Catch::Contains("at least 8, got [1, 3, 4, 16]"));
}

TEST_CASE("The same weights give timm's features and logits, ConvNeXt") {
  auto options = std::get<vit::ConvNeXtOptions>(vit::model_spec("test_convnext").options);
  options.num_classes = 7;
  // The reference's own float32 is 6e-7 from float64.
  vit::test::check_parity(*vit::ConvNeXt(options), vit::test::shared_fixture("test_convnext"),
                          5e-6);
}
