#include "vit/loss/masked_image.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

using vit::Size2;

TEST_CASE("Patches are read row by row with their channels last, and put back") {
  const torch::Tensor image = torch::arange(2 * 4 * 6).to(torch::kFloat32).view({1, 2, 4, 6});
  const torch::Tensor patches = vit::patchify(image, {2, 3});
  REQUIRE(patches.sizes() == torch::IntArrayRef({1, 4, 12}));
  // The second patch begins at row 0, column 3: its two channels, then the pixel on its right.
  CHECK(torch::equal(patches[0][1].slice(0, 0, 4), torch::tensor({3.0f, 27.0f, 4.0f, 28.0f})));
  CHECK(torch::equal(vit::unpatchify(patches, {2, 3}, {2, 2}), image));
}

TEST_CASE("The loss of normalised patches does not see their light and contrast") {
  const torch::Tensor patches = vit::test::random_tensor({2, 3, 12}, 1),
                      guess = vit::test::random_tensor({2, 3, 12}, 2);
  const torch::Tensor plain = vit::patch_errors(guess, patches, true),
                      shifted = vit::patch_errors(guess, patches * 3 + 5, true);
  CHECK(torch::allclose(plain, shifted, 1e-3, 1e-4));
  CHECK_FALSE(torch::allclose(vit::patch_errors(guess, patches, false),
                              vit::patch_errors(guess, patches * 3 + 5, false)));
  // The mean is over what is masked in the whole batch, not over images.
  const torch::Tensor mask = torch::tensor({{1.0f, 1.0f, 0.0f}, {0.0f, 0.0f, 1.0f}});
  CHECK(vit::masked_mean(plain, mask).item<float>() ==
        Approx((plain[0][0] + plain[0][1] + plain[1][2]).item<float>() / 3));
}

TEST_CASE("SimMIM's loss counts masked pixels alone") {
  const torch::Tensor image = torch::zeros({1, 3, 4, 4});
  torch::Tensor guess = torch::ones({1, 3, 4, 4});
  torch::Tensor mask = torch::zeros({1, 2, 2});
  mask[0][0][1] = 1;
  CHECK(vit::simmim_loss(guess, image, mask, {2, 2}).item<float>() == Approx(1).epsilon(1e-4));
  guess.slice(3, 0, 2).fill_(9);  // not masked
  CHECK(vit::simmim_loss(guess, image, mask, {2, 2}).item<float>() == Approx(1).epsilon(1e-4));
}

TEST_CASE("SimMIM's loss is that of its repository, with its gradient") {
  const auto folder = vit::test::shared("fixtures/tasks/simmim");
  if (!folder) return;
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto read = [&](const char* name) { return vit::read_tensor(io, io.at(name)); };
  torch::Tensor guess = read("reconstruction").requires_grad_();
  const torch::Tensor loss = vit::simmim_loss(guess, read("x"), read("mask"), {4, 4});
  CHECK(loss.item<float>() == Approx(read("loss").item<float>()).epsilon(1e-5));
}
