#include <torch/types.h>

#include "tests/augment/support.h"
#include "vit/core/error.h"
#include "vit/tasks/classify/mixup.h"

using namespace vit;
using namespace vit::test;

namespace {

constexpr std::int64_t kBatch = 6, kClasses = 6;

/// Picture i is i everywhere, and of class i.
struct Mixed {
  torch::Tensor images, targets;
};
Mixed mixed(const MixupOptions& options, std::uint64_t batch, double smoothing = 0,
            bool mixing = true) {
  torch::Tensor images = torch::arange(kBatch, torch::kFloat32)
                             .view({kBatch, 1, 1, 1})
                             .expand({kBatch, 3, 10, 12})
                             .clone();
  Rng rng(3, Stream::batch, 0, batch);
  const torch::Tensor targets =
      mix_batch(options, images, torch::arange(kBatch), kClasses, smoothing, mixing, rng);
  return {images, targets};
}

MixupOptions alphas(double mixup, double cutmix, const std::string& mode = "batch") {
  MixupOptions options;
  options.mixup = mixup;
  options.cutmix = cutmix;
  options.mixup_mode = mode;
  return options;
}

}  // namespace

TEST_CASE("the mean of a mixed picture is the mean class of its target, in every mode") {
  // Picture i is worth i, so the pixels and the targets must tell the same story.
  for (const char* mode : {"batch", "pair", "elem"})
    for (const auto& options : {alphas(0.8, 0, mode), alphas(0, 1, mode), alphas(0.8, 1, mode)})
      for (std::uint64_t batch = 0; batch < 20; ++batch) {
        const auto [images, targets] = mixed(options, batch);
        const torch::Tensor by_pixels = images.mean({1, 2, 3});
        const torch::Tensor by_targets =
            (targets * torch::arange(kClasses, torch::kFloat32)).sum(1);
        CAPTURE(mode, batch);
        CHECK(torch::allclose(by_pixels, by_targets, 1e-4, 1e-4));
        CHECK(torch::allclose(targets.sum(1), torch::ones({kBatch})));
      }
}

TEST_CASE("mixup blends whole pictures, cutmix replaces a rectangle") {
  const torch::Tensor blended = mixed(alphas(1, 0), 1).images[0];
  CHECK((blended == blended[0][0][0]).all().item<bool>());
  CHECK(blended[0][0][0].item<float>() > 0);
  bool some = false;
  for (std::uint64_t batch = 0; batch < 10; ++batch) {
    const torch::Tensor cut = mixed(alphas(0, 1), batch).images[0];
    const torch::Tensor own = cut == 0, other = cut == 5;
    CHECK((own | other).all().item<bool>());
    some = some || (own.any() & other.any()).item<bool>();
  }
  CHECK(some);
}

TEST_CASE("cutmix is chosen as often as mixup_switch_prob says, mixing as mixup_prob") {
  MixupOptions options = alphas(1, 1);
  options.mixup_prob = 0.6;
  options.mixup_switch_prob = 0.3;
  std::int64_t blends = 0, untouched_or_cut = 0;
  constexpr std::int64_t kDraws = 2000;
  for (std::uint64_t batch = 0; batch < kDraws; ++batch) {
    const torch::Tensor corner = mixed(options, batch).images[1];
    const torch::Tensor is_whole = (corner == 1) | (corner == 4);
    if (is_whole.all().item<bool>())
      ++untouched_or_cut;
    else
      ++blends;
  }
  CHECK(plausible(blends, kDraws, 0.6 * 0.7));
  CHECK(blends + untouched_or_cut == kDraws);
}

TEST_CASE("cutmix_minmax bounds the rectangle's sides") {
  MixupOptions options;
  options.cutmix_minmax = {{0.2, 0.5}};
  REQUIRE(options.on());
  for (std::uint64_t batch = 0; batch < 100; ++batch) {
    const torch::Tensor cut = mixed(options, batch).images[0][0] == 5;  // 10 x 12
    const auto rows = cut.any(1).sum().item<std::int64_t>(),
               columns = cut.any(0).sum().item<std::int64_t>();
    CHECK((rows >= 2 && rows < 5));
    CHECK((columns >= 2 && columns < 6));
  }
}

TEST_CASE("without mixing the targets are the smoothed labels, as timm's off-epoch") {
  const auto [images, targets] = mixed(alphas(0.8, 1), 0, 0.1, false);
  CHECK(images[3][0][0][0].item<float>() == 3);
  CHECK(targets[3][3].item<float>() == Approx(0.9 + 0.1 / kClasses));
  CHECK(targets[3][2].item<float>() == Approx(0.1 / kClasses));
}

TEST_CASE("the same batch is mixed the same way, another one otherwise") {
  CHECK(torch::equal(mixed(alphas(0.8, 1), 4).images, mixed(alphas(0.8, 1), 4).images));
  CHECK_FALSE(torch::equal(mixed(alphas(0.8, 0), 4).images, mixed(alphas(0.8, 0), 5).images));
}

TEST_CASE("batches of odd size and of one are mixed with themselves reversed") {
  for (const std::int64_t size : {1, 3})
    for (const char* mode : {"batch", "pair", "elem"}) {
      torch::Tensor images = torch::full({size, 3, 4, 4}, 0.5);
      Rng rng(1, Stream::batch);
      const torch::Tensor targets = mix_batch(alphas(1, 1, mode), images,
                                              torch::zeros({size}, torch::kInt64), 2, 0, true, rng);
      CHECK(targets.sizes() == torch::IntArrayRef({size, 2}));
    }
}
