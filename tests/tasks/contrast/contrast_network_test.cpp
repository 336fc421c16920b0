#include "vit/tasks/contrast/network.h"

#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/models/registry.h"

namespace {

vit::ContrastOptions towers(const std::string& loss) {
  vit::ContrastOptions options;
  options.loss = loss;
  options.text.vocab_size = 11;
  options.text.context_length = 4;
  options.text.width = 8;
  options.text.layers = 1;
  return options;
}

vit::ContrastNetwork network_of(const vit::ContrastOptions& options, std::int64_t projection = 0) {
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  auto& vit = std::get<vit::ViTOptions>(spec.options);
  vit.img_size = {8, 8};
  vit.patch_size = {4, 4};
  vit.embed_dim = 12;
  vit.depth = 1;
  vit.num_heads = 2;
  vit.num_classes = projection;
  const std::shared_ptr<vit::ImageModel> image = vit::create_model(spec);
  vit::ContrastNetwork network(image, options);
  network.init_weights(1);
  return network;
}

torch::Tensor pictures() { return vit::test::random_tensor({3, 3, 8, 8}, 1); }
torch::Tensor texts_of_pictures() { return torch::arange(12).remainder(11).view({3, 4}); }

}  // namespace

TEST_CASE("Both towers give embeddings of one width and of length 1, with and without projection") {
  const torch::NoGradGuard no_grad;
  for (const std::int64_t projection : {0, 5}) {
    vit::ContrastNetwork network = network_of(towers("siglip"), projection);
    const torch::Tensor images = network.embed_images(pictures()),
                        texts = network.embed_texts(texts_of_pictures());
    CHECK(images.sizes() == at::IntArrayRef({3, projection == 0 ? 12 : projection}));
    CHECK(texts.sizes() == images.sizes());
    CHECK(torch::allclose(images.norm(2, 1), torch::ones(3)));
    CHECK(torch::allclose(network.scaled_texts(texts_of_pictures()), texts * 10, 1e-4, 1e-5));
    CHECK(torch::allclose(network.logits(images, texts), 10 * images.matmul(texts.t()) - 10, 1e-4,
                          1e-4));
    CHECK(network.heads().size() == (projection == 0 ? 1 : 2));
  }
}

TEST_CASE("Only SigLIP has a bias; the scale begins where each has it and stays within 1 and 100") {
  const torch::NoGradGuard no_grad;
  vit::ContrastNetwork clip = network_of(towers("clip")), siglip = network_of(towers("siglip"));
  CHECK_FALSE(clip.named_parameters().contains("logit_bias"));
  CHECK(siglip.logit_bias.item<float>() == -10);
  CHECK(clip.logit_scale.item<double>() == Approx(std::log(1 / 0.07)));
  CHECK(siglip.logit_scale.item<double>() == Approx(std::log(10.0)));
  clip.logit_scale.fill_(9);
  clip.clamp_scale();
  CHECK(clip.logit_scale.exp().item<double>() == Approx(100));
  clip.logit_scale.fill_(-3);
  clip.clamp_scale();
  CHECK(clip.logit_scale.item<double>() == 0);
}

TEST_CASE("A network of two towers learns with all of its weights") {
  for (const char* loss : {"clip", "siglip"}) {
    vit::ContrastNetwork network = network_of(towers(loss), 5);
    network.loss({network.embed_images(pictures()), network.embed_texts(texts_of_pictures())})
        .backward();
    for (const auto& item : network.named_parameters()) {
      INFO(item.key());
      CHECK(item.value().grad().defined());
    }
  }
}
