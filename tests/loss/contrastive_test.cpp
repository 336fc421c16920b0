#include "vit/loss/contrastive.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

using vit::ContrastivePairs;

namespace {

torch::Tensor unit(const torch::Tensor& x) { return x / x.norm(2, -1, true); }

void check_near(const torch::Tensor& got, const torch::Tensor& want) {
  CHECK((got - want).abs().max().item<double>() <=
        1e-5 * std::max(1.0, want.abs().max().item<double>()));
}

}  // namespace

TEST_CASE("CLIP's and SigLIP's losses of several processes are open_clip's, with gradients") {
  const auto folder = vit::test::shared("fixtures/tasks/contrastive");
  if (!folder) return;
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto read = [&](const std::string& name) { return vit::read_tensor(io, io.at(name)); };
  for (const std::string kind : {"clip", "siglip"}) {
    INFO(kind);
    const torch::Tensor image = read("image").requires_grad_(),
                        text = read("text").requires_grad_(),
                        log_scale = torch::tensor(2.1f).requires_grad_(),
                        bias = torch::tensor(-3.0f).requires_grad_();
    const auto loss_of = [&](const ContrastivePairs& pairs) {
      return kind == "clip" ? vit::clip_loss(pairs, log_scale.exp())
                            : vit::siglip_loss(pairs, log_scale.exp(), bias);
    };
    const torch::Tensor images = unit(image), texts = unit(text),
                        ranks = read(kind + "_loss_per_rank");
    const std::int64_t each = image.size(0) / ranks.size(0);
    torch::Tensor mean = torch::zeros({});
    for (std::int64_t rank = 0; rank < ranks.size(0); ++rank) {
      const torch::Tensor own =
          loss_of({images.narrow(0, rank * each, each), texts.narrow(0, rank * each, each), images,
                   texts, rank * each});
      check_near(own, ranks[rank]);
      mean = mean + own / ranks.size(0);
    }
    check_near(mean, read(kind + "_loss")[0]);
    check_near(loss_of({images, texts}), read(kind + "_loss")[0]);  // one process alone
    mean.backward();
    check_near(image.grad(), read(kind + "_grad_image"));
    check_near(text.grad(), read(kind + "_grad_text"));
    check_near(log_scale.grad(), read(kind + "_grad_logit_scale")[0]);
    if (kind == "siglip") check_near(bias.grad(), read("siglip_grad_logit_bias")[0]);
  }
}

TEST_CASE("Losses of pairs that cannot be told apart are those of guessing") {
  const torch::Tensor same = unit(torch::ones({8, 4}));
  CHECK(vit::clip_loss({same, same}, torch::tensor(5.0f)).item<double>() == Approx(std::log(8.0)));
  // Logits of 0: eight decisions of one bit for each image.
  CHECK(vit::siglip_loss({same, same}, torch::tensor(5.0f), torch::tensor(-5.0f)).item<double>() ==
        Approx(8 * std::log(2.0)));
}

TEST_CASE("Losses of pairs that are told apart are small, and large where texts are swapped") {
  const torch::Tensor corners = torch::eye(6), scale = torch::tensor(50.0f);
  CHECK(vit::clip_loss({corners, corners}, scale).item<double>() < 1e-6);
  CHECK(vit::clip_loss({corners, corners.flip(0)}, scale).item<double>() == Approx(50).margin(1));
  const torch::Tensor bias = torch::tensor(-25.0f);
  CHECK(vit::siglip_loss({corners, corners}, scale, bias).item<double>() < 1e-6);
  CHECK(vit::siglip_loss({corners, corners.flip(0)}, scale, bias).item<double>() ==
        Approx(50).margin(1));
}

TEST_CASE("Pairs of shapes that do not belong together are refused with them") {
  const torch::Tensor a = torch::eye(4), b = torch::eye(3), one = torch::tensor(1.0f);
  CHECK_THROWS_WITH(vit::clip_loss({a, b}, one), Catch::Contains("[4, 4] and [3, 3]"));
  CHECK_THROWS_AS(vit::siglip_loss({a, a, a, a, 2}, one, one), vit::Error);
}
