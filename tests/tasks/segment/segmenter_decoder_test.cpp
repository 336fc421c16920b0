#include "vit/tasks/segment/segmenter_decoder.h"

#include <ATen/ops/constant_pad_nd.h>
#include <torch/types.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/model_fixture.h"
#include "tests/support/module.h"
#include "vit/models/vit.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/random.h"
#include "vit/tasks/segment/resize_logits.h"
#include "vit/weights/load.h"

using vit::DecoderLinear, vit::DecoderLinearOptions, vit::MaskTransformer,
    vit::MaskTransformerOptions;

namespace {

MaskTransformerOptions small_options() {
  return {.d_encoder = 12, .num_classes = 3, .n_heads = 2, .d_model = 8, .d_ff = 20, .dropout = 0};
}

MaskTransformerOptions fixture_options() {
  return {.d_encoder = 48, .num_classes = 7, .n_heads = 4, .d_model = 40, .d_ff = 80, .dropout = 0};
}

vit::VisionTransformer encoder_for(const vit::Size2& image) {
  vit::ViTOptions options;
  options.img_size = image;
  options.patch_size = {8, 8};
  options.num_classes = 0;
  options.embed_dim = 48;
  options.depth = 2;
  options.num_heads = 3;
  options.mlp_ratio = 2;
  options.norm_eps = 1e-5;
  return vit::VisionTransformer(options);
}

}  // namespace

TEST_CASE("Segmenter's decoders give what its repository computes") {
  if (const vit::test::ModelFixture fixture("segmenter_mask_decoder"); fixture) {
    MaskTransformer decoder(fixture_options());
    fixture.load(*decoder);
    decoder->eval();
    fixture.check("masks", decoder(fixture.at("features"), vit::Size2{4, 6}));
  }
  if (const vit::test::ModelFixture fixture("segmenter_linear_decoder"); fixture) {
    DecoderLinear decoder(DecoderLinearOptions{.d_encoder = 48, .num_classes = 7});
    fixture.load(*decoder);
    fixture.check("masks", decoder(fixture.at("features"), vit::Size2{4, 6}));
  }
}

TEST_CASE("A whole Segmenter: padded, encoded, decoded, resized and cut") {
  const vit::test::ModelFixture fixture("segmenter_full_mask");
  if (!fixture) return;
  constexpr std::int64_t kPatch = 8;
  MaskTransformer decoder(fixture_options());
  fixture.load(*decoder, "decoder.");
  decoder->eval();
  for (const std::string number : {"", "2"}) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = fixture.at("x" + number);
    const std::int64_t height = x.size(2), width = x.size(3);
    const vit::Size2 grid{(height + kPatch - 1) / kPatch, (width + kPatch - 1) / kPatch};
    const vit::Size2 padded{grid.height * kPatch, grid.width * kPatch};
    vit::VisionTransformer encoder = encoder_for(padded);
    vit::load_weights(*encoder, fixture.weights());
    encoder->eval();
    const torch::Tensor tokens = encoder->forward_features(
        at::constant_pad_nd(x, {0, padded.width - width, 0, padded.height - height}));
    const torch::Tensor masks =
        vit::resize_logits(decoder(tokens.narrow(1, 1, grid.height * grid.width), grid), padded);
    fixture.check("masks" + number, masks.narrow(2, 0, height).narrow(3, 0, width));
  }
}

TEST_CASE("Numbers of the mask transformer that are left at 0 follow from the others") {
  const auto options = vit::resolved({.d_encoder = 192, .num_classes = 5});
  CHECK(options.d_model == 192);
  CHECK(options.n_heads == 3);
  CHECK(options.d_ff == 768);
  CHECK(vit::resolved({.d_encoder = 32, .num_classes = 5}).n_heads == 1);
  CHECK(MaskTransformer(small_options())->named_parameters()["blocks.1.mlp.fc1.weight"].size(0) ==
        20);
}

TEST_CASE("The mask transformer starts as its repository's, from the seed alone") {
  const auto made = [](std::uint64_t seed) {
    const vit::InitialWeights weights(seed);
    return MaskTransformer(MaskTransformerOptions{.d_encoder = 64, .num_classes = 4});
  };
  const auto parameters = made(5)->named_parameters(), again = made(5)->named_parameters(),
             other = made(6)->named_parameters();
  for (const auto& item : parameters) CHECK(torch::equal(item.value(), again[item.key()]));
  CHECK_FALSE(torch::equal(parameters["cls_emb"], other["cls_emb"]));
  CHECK(parameters["proj_patch"].std().item<double>() == Approx(1.0 / 8).epsilon(0.05));
  CHECK(parameters["proj_classes"].std().item<double>() == Approx(1.0 / 8).epsilon(0.05));
  CHECK(parameters["proj_dec.weight"].std().item<double>() == Approx(0.02).epsilon(0.05));
  CHECK(parameters["cls_emb"].std().item<double>() == Approx(0.02).epsilon(0.2));
  CHECK(parameters["blocks.0.attn.qkv.bias"].eq(0).all().item<bool>());
  CHECK(parameters["mask_norm.weight"].eq(1).all().item<bool>());
}

TEST_CASE("A mask does not depend on the length of a class embedding's image, and never is NaN") {
  MaskTransformer decoder(small_options());
  vit::test::randomize(decoder);
  decoder->eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = vit::test::random_tensor({2, 6, 12});
  const torch::Tensor before = decoder(x, vit::Size2{2, 3});
  decoder->proj_classes.mul_(7);
  CHECK(torch::allclose(decoder(x, vit::Size2{2, 3}), before, 1e-4, 1e-5));
  decoder->proj_classes.zero_();
  CHECK(decoder(x, vit::Size2{2, 3}).isfinite().all().item<bool>());
}

TEST_CASE("Masks lie as the grid does: token k is pixel (k / w, k mod w)") {
  DecoderLinear decoder(DecoderLinearOptions{.d_encoder = 4, .num_classes = 2});
  const torch::Tensor x = vit::test::random_tensor({1, 6, 4});
  const torch::Tensor masks = decoder(x, vit::Size2{2, 3});
  CHECK(masks.sizes() == torch::IntArrayRef({1, 2, 2, 3}));
  CHECK(torch::allclose(masks[0].select(1, 1).select(1, 2), decoder->head(x)[0][5]));
}

TEST_CASE("Segmenter's decoders name tokens that do not fit the grid") {
  MaskTransformer masks(small_options());
  DecoderLinear linear(DecoderLinearOptions{.d_encoder = 12, .num_classes = 3});
  const auto kind = [](const auto& action) { return vit::test::error_of(action)->kind(); };
  CHECK(kind([&] { masks(torch::ones({1, 7, 12}), vit::Size2{2, 3}); }) == vit::ErrorKind::usage);
  CHECK(kind([&] { linear(torch::ones({1, 6, 11}), vit::Size2{2, 3}); }) == vit::ErrorKind::usage);
}

TEST_CASE("Gradients reach every parameter of the decoders, and a clone computes the same") {
  const torch::Tensor x = vit::test::random_tensor({2, 6, 12});
  auto options = small_options();
  options.dropout = options.drop_path = 0.1;
  MaskTransformer masks(options);
  vit::test::randomize(masks);
  masks->eval();
  CHECK(vit::test::without_gradient(masks, masks(x, vit::Size2{2, 3})).empty());
  MaskTransformer copy = vit::test::clone_of(masks);
  CHECK(torch::equal(copy(x, vit::Size2{2, 3}), masks(x, vit::Size2{2, 3})));
  masks->train();
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  CHECK_FALSE(torch::equal(masks(x, vit::Size2{2, 3}), masks(x, vit::Size2{2, 3})));
  DecoderLinear linear(DecoderLinearOptions{.d_encoder = 12, .num_classes = 3});
  CHECK(vit::test::without_gradient(linear, linear(x, vit::Size2{2, 3})).empty());
}
