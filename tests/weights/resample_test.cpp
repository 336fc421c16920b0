#include "vit/weights/resample.h"

#include <torch/nn/functional/conv.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/types.h>

#include "tests/catch.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"

namespace F = torch::nn::functional;
using vit::Interpolation;

TEST_CASE("Each interpolation of positions is the one of its source library") {
  // 3x3 positions of one channel behind a class token, to 2x4; as torch.nn.functional.interpolate
  // of PyTorch 2.14 gives it with the arguments that the sources use.
  const torch::Tensor pos_embed =
      torch::tensor({100., 1., 2., 4., 8., 16., -3., 5., -7., 9.}, torch::kFloat32)
          .reshape({1, 10, 1});
  const std::vector<std::pair<Interpolation, std::vector<double>>> expected = {
      {Interpolation::bicubic_antialias,
       {3.347703, 6.708556, 5.599687, 0.716262, 6.577262, 3.167765, 2.364939, 4.672085}},
      {Interpolation::bicubic,
       {2.455326, 5.233416, 4.904633, 1.705919, 6.444204, 0.500299, 0.551729, 6.56143}},
      {Interpolation::bicubic_offset,
       {2.196123, 4.480266, 4.691557, 2.225028, 6.811346, 3.255856, 2.033571, 4.592796}},
      {Interpolation::bicubic_corners,
       {1.0, 1.462963, 2.74074, 4.0, 5.0, -4.999999, -3.296298, 9.0}},
      {Interpolation::bilinear, {2.75, 4.46875, 4.28125, 2.25, 5.75, 1.375, 1.46875, 6.0}},
      {Interpolation::bilinear_corners, {1.0, 1.666667, 2.666667, 4.0, 5.0, -3.0, -1.666666, 9.0}},
  };
  for (const auto& [interpolation, values] : expected) {
    INFO(vit::interpolation_name(interpolation));
    const torch::Tensor found =
        vit::resample_positions(pos_embed, {3, 3}, {2, 4}, 1, interpolation);
    REQUIRE(found.sizes() == at::IntArrayRef({1, 9, 1}));
    CHECK(found[0][0][0].item<float>() == 100.0f);  // the class token's position stays
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK(found[0][static_cast<std::int64_t>(i) + 1][0].item<double>() ==
            Approx(values[i]).margin(1e-5));
    CHECK(vit::interpolation_of(vit::interpolation_name(interpolation)) == interpolation);
  }
  CHECK_THROWS_AS(vit::interpolation_of("cubic"), vit::Error);
}

TEST_CASE("Resampled patch kernels give a resized picture the same token") {
  // FlexiViT, equation 4: larger patches lose nothing, so the products are equal.
  vit::test::Numbers numbers;
  const torch::Tensor weight = numbers({5, 3, 4, 4}) - 0.1, patch = numbers({1, 3, 4, 4}).sin();
  for (const auto how : {Interpolation::bilinear, Interpolation::bicubic_antialias}) {
    auto options =
        F::InterpolateFuncOptions().size(std::vector<std::int64_t>{8, 6}).align_corners(false);
    if (how == Interpolation::bilinear)
      options.mode(torch::kBilinear);
    else
      options.mode(torch::kBicubic).antialias(true);
    const torch::Tensor larger = F::interpolate(patch, options);
    const torch::Tensor before = F::conv2d(patch, weight).flatten();
    const torch::Tensor after =
        F::conv2d(larger, vit::resample_patch_embed(weight, {8, 6}, how)).flatten();
    CHECK((before - after).abs().max().item<double>() < 1e-4);
  }
}

TEST_CASE("Channels are adapted as timm does: summed to one, repeated and scaled to more") {
  vit::test::Numbers numbers;
  const torch::Tensor weight = numbers({2, 3, 1, 1});
  CHECK(torch::allclose(vit::adapt_channels(weight, 1), weight.sum(1, true)));
  CHECK(torch::equal(vit::adapt_channels(weight, 3), weight));
  const torch::Tensor four = vit::adapt_channels(weight, 4);
  CHECK(torch::allclose(four.narrow(1, 0, 3), weight * 0.75));
  CHECK(torch::allclose(four.narrow(1, 3, 1), weight.narrow(1, 0, 1) * 0.75));
}
