#include "vit/nn/pos_embed.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

TEST_CASE("Channels hold sin and cos of the column, then of the row, at falling frequencies") {
  constexpr std::int64_t kDim = 12, kPrefix = 2;  // three frequencies
  const torch::Tensor encoding = vit::sincos2d_pos_embed(kDim, {2, 5}, kPrefix);
  REQUIRE(encoding.sizes() == at::IntArrayRef({1, kPrefix + 10, kDim}));
  CHECK(encoding.scalar_type() == torch::kFloat32);
  for (std::int64_t row = 0; row < 2; ++row)
    for (std::int64_t column = 0; column < 5; ++column)
      for (std::int64_t k = 0; k < 3; ++k) {
        const double frequency = std::pow(10000.0, -static_cast<double>(k) / 3);
        const torch::Tensor token = encoding[0][kPrefix + row * 5 + column];
        const auto at = [&](std::int64_t channel) { return token[channel].item<double>(); };
        const auto x = static_cast<double>(column) * frequency,
                   y = static_cast<double>(row) * frequency;
        CHECK(at(k) == Approx(std::sin(x)).margin(1e-7));
        CHECK(at(3 + k) == Approx(std::cos(x)).margin(1e-7));
        CHECK(at(6 + k) == Approx(std::sin(y)).margin(1e-7));
        CHECK(at(9 + k) == Approx(std::cos(y)).margin(1e-7));
      }
}

TEST_CASE("Prefix tokens have no position, and no two patches have the same one") {
  const torch::Tensor encoding = vit::sincos2d_pos_embed(8, {7, 9}, 1)[0];
  CHECK(torch::equal(encoding[0], torch::zeros({8})));
  const torch::Tensor patches = encoding.slice(0, 1);
  const torch::Tensor distances = torch::cdist(patches, patches) + 9 * torch::eye(63);
  CHECK(distances.min().item<double>() > 0.01);
}

TEST_CASE("A width that four cannot divide is refused") {
  const auto error = vit::test::error_of([] { (void)vit::sincos2d_pos_embed(10, {2, 2}, 0); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("embed_dim 10 is not a multiple of 4"));
}
