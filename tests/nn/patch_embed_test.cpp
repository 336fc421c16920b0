#include "vit/nn/patch_embed.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/kernels/isa.h"

using vit::PatchEmbed;
using vit::PatchEmbedOptions;

namespace {

PatchEmbedOptions wide() {
  PatchEmbedOptions options;
  options.img_size = {4, 6};
  options.patch_size = {2, 3};
  options.in_chans = 2;
  options.embed_dim = 5;
  return options;
}

}  // namespace

TEST_CASE("Token n is one linear map of patch n, patches counted by rows from the top left") {
  PatchEmbed embed(wide());
  vit::test::randomize(embed);
  CHECK(embed->grid_size() == vit::Size2{2, 2});
  CHECK(embed->num_patches() == 4);
  const torch::Tensor x = vit::test::random_tensor({3, 2, 4, 6});
  const torch::Tensor tokens = embed(x);
  REQUIRE(tokens.sizes() == at::IntArrayRef({3, 4, 5}));
  const torch::Tensor kernel = embed->proj->weight.flatten(1);  // [D, C Ph Pw]
  for (std::int64_t n = 0; n < 4; ++n) {
    const std::int64_t top = n / 2 * 2, left = n % 2 * 3;
    const torch::Tensor patch = x.slice(2, top, top + 2).slice(3, left, left + 3).flatten(1);
    CHECK(torch::allclose(tokens.select(1, n), patch.matmul(kernel.t()) + embed->proj->bias, 1e-5,
                          1e-5));
  }
  CHECK(vit::test::without_gradient(embed, tokens).empty());
}

TEST_CASE("PatchEmbed has timm's names, with and without bias, and survives cloning") {
  PatchEmbedOptions options = wide();
  options.bias = false;
  PatchEmbed embed(options);
  vit::test::randomize(embed);
  CHECK(embed->named_parameters().keys() == std::vector<std::string>{"proj.weight"});
  const torch::Tensor x = vit::test::random_tensor({1, 2, 4, 6});
  CHECK(torch::equal(vit::test::clone_of(embed)(x), embed(x)));
  CHECK(torch::equal(vit::test::saved_and_loaded(embed, PatchEmbed(options))(x), embed(x)));
}

TEST_CASE("Patches that do not tile the picture are refused with all four sizes") {
  PatchEmbedOptions options = wide();
  options.img_size = {4, 7};
  const auto error = vit::test::error_of([&] { PatchEmbed embed(options); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("4x7 is not a multiple of patch size 2x3"));
  CHECK_THAT(error->remedy(), Catch::Contains("model.img_size"));
  options.img_size = {4, 6};
  options.patch_size = {0, 3};
  CHECK(vit::test::error_of([&] { PatchEmbed embed(options); }));
}

TEST_CASE("A picture of another size or number of channels is refused with both shapes") {
  PatchEmbed embed(wide());
  for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{
           {1, 3, 4, 6}, {1, 2, 6, 4}, {1, 2, 4, 9}, {2, 4, 6}}) {
    const auto error = vit::test::error_of([&] { embed(torch::zeros(shape)); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    CHECK_THAT(error->what(), Catch::Contains("expected x [B, 2, 4, 6], got ["));
  }
}

TEST_CASE(
    "As a fused linear layer on the patches it gives the convolution's tokens and gradients") {
  PatchEmbedOptions options = wide();
  options.patch_size = {4, 8};  // widths of 64 and 32, for which there are fused kernels
  options.img_size = {12, 16};
  options.embed_dim = 32;
  options.strict_img_size = false;
  options.drop_remainder = true;
  PatchEmbed embed(options);
  vit::test::randomize(embed);
  for (const bool biased : {true, false}) {
    if (!biased) {
      options.bias = false;
      embed = PatchEmbed(options);
      vit::test::randomize(embed);
    }
    const torch::Tensor x = vit::test::random_tensor({3, 2, 14, 23}).requires_grad_();
    const auto results = [&] {
      embed->zero_grad();
      x.mutable_grad() = torch::Tensor();
      const torch::Tensor y = embed(x);
      y.mul(vit::test::random_tensor(y.sizes().vec())).sum().backward();
      std::vector<torch::Tensor> all{y.detach(), x.grad().clone()};
      for (const torch::Tensor& parameter : embed->parameters())
        all.push_back(parameter.grad().clone());
      return all;
    };
    const auto fused = results();
    const vit::kernels::PlainScope plain;
    const auto convolved = results();
    REQUIRE(fused.size() == (biased ? 4u : 3u));
    for (std::size_t i = 0; i < fused.size(); ++i)
      CHECK(torch::allclose(fused[i], convolved[i], 1e-5, 1e-5));
  }
}
