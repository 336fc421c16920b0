#include "vit/loss/sigreg.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

namespace {

void check_near(const torch::Tensor& found, const torch::Tensor& expected) {
  const torch::Tensor of_shape = found.detach().reshape(expected.sizes());
  CHECK((of_shape - expected).abs().max().item<double>() <=
        1e-5 * std::max(1e-3, expected.abs().max().item<double>()));
}

}  // namespace

TEST_CASE("Normal features pass the test, and collapsed or stretched ones do not") {
  const torch::Tensor directions = vit::sigreg_directions(1, 0, 0, 8, 32);
  CHECK(torch::allclose(directions.norm(2, 0), torch::ones({32})));
  const auto statistic = [&](const torch::Tensor& x) {
    return vit::epps_pulley(x, directions).mean().item<double>();
  };
  const torch::Tensor normal = vit::test::random_tensor({1, 512, 8});
  CHECK(statistic(normal) < 2);
  CHECK(statistic(normal * 3) > 20);
  CHECK(statistic(torch::zeros({1, 512, 8})) > 50);
  torch::Tensor flat = normal.clone();  // one direction is missing
  flat.slice(2, 0, 4).fill_(0);
  CHECK(statistic(flat) > 5 * statistic(normal));
}

TEST_CASE("The directions of an update are drawn from its place in the run") {
  CHECK(torch::equal(vit::sigreg_directions(1, 2, 3, 4, 5), vit::sigreg_directions(1, 2, 3, 4, 5)));
  CHECK_FALSE(
      torch::equal(vit::sigreg_directions(1, 2, 3, 4, 5), vit::sigreg_directions(1, 2, 4, 4, 5)));
}

TEST_CASE("The centre of an image is the mean of all its views, or of the first") {
  const torch::Tensor x = vit::test::random_tensor({3, 6, 4});
  const torch::Tensor directions = vit::sigreg_directions(1, 0, 0, 4, 5);
  CHECK(vit::lejepa_loss(x, directions, 0.1, 3).invariance.item<double>() ==
        Approx((x - x.mean(0, true)).square().mean().item<double>()));
  CHECK(vit::lejepa_loss(x, directions, 0.1, 1).invariance.item<double>() ==
        Approx((x - x[0].unsqueeze(0)).square().mean().item<double>()));
}

TEST_CASE("SIGReg is the authors', with its gradients") {
  const auto folder = vit::test::shared("fixtures/tasks/lejepa");
  if (!folder) return;
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto read = [&](const std::string& name) { return vit::read_tensor(io, io.at(name)); };
  for (const char* which : {"_a", "_b", "_c"}) {
    INFO(which);
    const torch::Tensor proj = read("proj" + std::string(which)).requires_grad_();
    check_near(vit::epps_pulley(proj, read("directions")), read("statistic" + std::string(which)));
    const vit::LejepaLoss found = vit::lejepa_loss(proj, read("directions"), 0.02, proj.size(0));
    check_near(found.sigreg, read("sigreg" + std::string(which)));
    check_near(found.invariance, read("invariance" + std::string(which)));
    check_near(found.loss, read("loss" + std::string(which)));
    check_near(torch::autograd::grad({found.sigreg}, {proj}, {}, true)[0],
               read("grad_sigreg" + std::string(which)));
    check_near(torch::autograd::grad({found.loss}, {proj})[0], read("grad" + std::string(which)));
  }
}
