#include "vit/nn/grad_checkpoint.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "vit/models/vit.h"
#include "vit/nn/random.h"

TEST_CASE("Computing blocks again gives the same loss and the same gradients, to the bit") {
  vit::VisionTransformer model(vit::ViTOptions{.img_size = {16, 16},
                                               .patch_size = {4, 4},
                                               .num_classes = 3,
                                               .embed_dim = 16,
                                               .depth = 3,
                                               .num_heads = 2,
                                               .proj_drop_rate = 0.2,
                                               .drop_path_rate = 0.3});
  model->init_weights(1);
  model->train();
  const torch::Tensor x = torch::randn({4, 3, 16, 16});
  const auto gradients = [&](bool again) {
    vit::set_grad_checkpointing(*model, again);
    model->zero_grad();
    const vit::RandomScope random(vit::Rng(5, vit::Stream::model));
    const torch::Tensor loss = model->forward(x).square().sum();
    loss.backward();
    std::vector<torch::Tensor> all{loss.detach()};
    for (const torch::Tensor& parameter : model->parameters())
      all.push_back(parameter.grad().clone());
    return all;
  };
  const auto plain = gradients(false), again = gradients(true);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(torch::equal(plain[i], again[i]));
}
