#include "vit/augment/aug_mix.h"

#include "tests/augment/support.h"
#include "vit/augment/auto_augment_string.h"
#include "vit/image/enhance.h"

using namespace vit;
using namespace vit::test;

namespace {

Image mixed(const AugMix& op, std::uint64_t index) {
  return augmented(op, noisy_sample(24, 18), index).image;
}

AugMix adapted(AugMix op) {
  op.adapt(square_input(16));
  return op;
}

}  // namespace

TEST_CASE("a mix keeps size, boxes and mask, and changes most pictures") {
  const AugMix op = adapted({});
  const Sample before = noisy_sample(24, 18);
  for (std::uint64_t index = 0; index < 50; ++index) {
    const Sample sample = augmented(op, before, index);
    CHECK(sample.image.width == 24);
    CHECK(sample.image.height == 18);
    CHECK(sample.mask == before.mask);
    CHECK(sample.boxes.size() == before.boxes.size());
  }
  CHECK(count_changed(50, op, before) > 40);
}

TEST_CASE("blends in a row weigh as the mix does") {
  const std::vector<double> weights{0.2, 0.5, 0.3};
  for (const double share : {0.0, 0.4, 0.9}) {
    std::vector<double> parts{1, 0, 0, 0};  // of the picture and of each chain
    const std::vector<double> shares = blend_shares(weights, share);
    for (std::size_t i = 0; i < 3; ++i) {
      for (double& part : parts) part *= 1 - shares[i];
      parts[i + 1] = shares[i];
    }
    CHECK(parts[0] == Approx(1 - share));
    for (std::size_t i = 0; i < 3; ++i) CHECK(parts[i + 1] == Approx(weights[i] * share));
  }
  for (const double part : blend_shares({0, 1, 0}, 1)) CHECK(std::isfinite(part));
}

TEST_CASE("the blended mix is the other one but for rounding") {
  AugMix plain = adapted({});
  plain.width = 1;  // chains draw in another order where there are several
  AugMix blended = plain;
  blended.blended = true;
  for (std::uint64_t index = 0; index < 20; ++index) {
    const Image a = mixed(plain, index), b = mixed(blended, index);
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
      CHECK(std::abs(int{a.pixels[i]} - int{b.pixels[i]}) <= 1);
  }
  blended.width = 3;
  CHECK(mixed(blended, 1) != noisy_sample(24, 18).image);
}

TEST_CASE("timm's string sets every option") {
  const auto op = op_from_aa("augmix-m5-w4-d2-a0.5-b1-mstd0.5");
  const auto* mix = dynamic_cast<const AugMix*>(op.get());
  REQUIRE(mix != nullptr);
  CHECK(mix->m == 5);
  CHECK(mix->width == 4);
  CHECK(mix->depth == 2);
  CHECK(mix->alpha == 0.5);
  CHECK(mix->blended);
  CHECK(mix->mstd == 0.5);
}
