#include "vit/train/ema.h"

#include <torch/types.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/optim/clip_in_place.h"
#include "tests/support/shared.h"
#include "vit/loss/cross_entropy.h"
#include "vit/models/vit.h"
#include "vit/optim/optimizer.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

TEST_CASE("The decay is timm's ModelEmaV3: nothing at first, then constant or rising") {
  const vit::EmaOptions constant{.decay = 0.99}, rising{.decay = 0.99, .warmup = true};
  CHECK(vit::ema_decay(constant, 1) == 0.0);
  CHECK(vit::ema_decay(constant, 2) == 0.99);
  CHECK(vit::ema_decay(rising, 1) == 0.0);
  CHECK(vit::ema_decay(rising, 9) == Approx(1 - std::pow(9.0, -2.0 / 3)));
  CHECK(vit::ema_decay(rising, 1000000) == 0.99);
}

TEST_CASE("Averages after twelve steps are timm's") {
  const auto folder = vit::test::shared("fixtures/train");
  if (!folder) return;
  const auto meta = nlohmann::json::parse(std::ifstream(*folder / "meta.json")).at("kwargs");
  const auto run = nlohmann::json::parse(std::ifstream(*folder / "adamw/run.json"));
  vit::ViTOptions options;
  options.img_size = {meta.at("img_size"), meta.at("img_size")};
  options.patch_size = {meta.at("patch_size"), meta.at("patch_size")};
  options.mlp_ratio = meta.at("mlp_ratio");
  options.num_classes = meta.at("num_classes");
  options.embed_dim = meta.at("embed_dim");
  options.depth = meta.at("depth");
  options.num_heads = meta.at("num_heads");
  vit::VisionTransformer model(options);
  vit::load_weights(*model, *folder / "init.safetensors");
  const auto optimizer = vit::create_optimizer(
      {}, vit::param_groups(*model, run.at("optimizer_kwargs").at("weight_decay").get<double>()));
  const vit::EmaOptions ema_options{.decay = run.at("ema_decay")};
  vit::Ema ema(*model, ema_options);
  const vit::SafetensorsFile batches = vit::SafetensorsFile::open(*folder / "batches.safetensors");
  const torch::Tensor x = vit::read_tensor(batches, batches.at("x")),
                      y = vit::read_tensor(batches, batches.at("y"));
  for (std::size_t step = 0; step < run.at("lrs").size(); ++step) {
    const auto i = static_cast<std::int64_t>(step);
    vit::cross_entropy(model->forward(x[i]), y[i], 0.1).backward();
    vit::test::clip_in_place(optimizer->parameters(), 1.0);
    optimizer->step(run.at("lrs")[step]);
    optimizer->zero_grad();
    CHECK(vit::ema_decay(ema_options, i + 1) == run.at("ema_decays")[step].get<double>());
    ema.update(i + 1);
  }
  const vit::SafetensorsFile expected =
      vit::SafetensorsFile::open(*folder / "adamw/ema.safetensors");
  for (const auto& [name, average] : ema.tensors()) {
    if (name.ends_with("qkv.bias")) continue;  // its K third moves by rounding noise alone
    INFO(name);
    CHECK((average - vit::read_tensor(expected, expected.at(name))).abs().max().item<double>() <
          5e-6);
  }
}
