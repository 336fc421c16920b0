#include "vit/nn/init.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "tests/catch.h"

using vit::Rng;

namespace {

constexpr std::int64_t kMany = 200'000;

torch::Tensor filled(void (*fill)(const torch::Tensor&, double, Rng), double scale,
                     std::int64_t count = kMany) {
  torch::Tensor x = torch::empty({count});
  fill(x, scale, Rng(5));
  return x;
}

double average(const torch::Tensor& x) { return x.mean().item<double>(); }
double deviation(const torch::Tensor& x) { return x.std().item<double>(); }
double largest(const torch::Tensor& x) { return x.abs().max().item<double>(); }

}  // namespace

// Tolerances: four standard errors of the mean (std / sqrt(200,000)) and of the deviation.
TEST_CASE("normal has the mean 0 and the deviation that was asked for") {
  const torch::Tensor x = filled(vit::init::normal, 0.5);
  CHECK(average(x) == Approx(0).margin(0.0045));
  CHECK(deviation(x) == Approx(0.5).margin(0.0032));
  CHECK(largest(x) > 2.0);  // four deviations are seen in so many
}

TEST_CASE("trunc_normal is normal where the cut is far, and never beyond 2 where it is near") {
  const torch::Tensor narrow = filled(vit::init::trunc_normal, 0.02);
  CHECK(average(narrow) == Approx(0).margin(0.0002));
  CHECK(deviation(narrow) == Approx(0.02).margin(0.0002));
  const torch::Tensor wide = filled(vit::init::trunc_normal, 1.0);
  CHECK(largest(wide) <= 2.0);
  // of a standard normal cut at 2: variance 1 - 4 phi(2) / (2 Phi(2) - 1) = 0.7737
  CHECK(deviation(wide) == Approx(0.8796).margin(0.006));
}

TEST_CASE("uniform fills [-bound, bound) evenly") {
  const torch::Tensor x = filled(vit::init::uniform, 0.3);
  CHECK(largest(x) <= 0.3f);
  CHECK(largest(x) > 0.2999);
  CHECK(average(x) == Approx(0).margin(0.0016));
  CHECK(deviation(x) == Approx(0.3 / std::sqrt(3.0)).margin(0.0016));
}

TEST_CASE("The values do not depend on the number of threads") {
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const torch::Tensor one = filled(vit::init::trunc_normal, 0.02);
  at::set_num_threads(3);
  const torch::Tensor three = filled(vit::init::trunc_normal, 0.02);
  at::set_num_threads(before);
  CHECK(torch::equal(one, three));
}

TEST_CASE("Element i is the i-th number of the generator, whatever the tensor's size") {
  CHECK(torch::equal(filled(vit::init::normal, 1.0, 10),
                     filled(vit::init::normal, 1.0, 1000).slice(0, 0, 10)));
  torch::Tensor other = torch::empty({10});
  vit::init::normal(other, 1.0, Rng(6));
  CHECK_FALSE(torch::equal(other, filled(vit::init::normal, 1.0, 10)));
}

TEST_CASE("Parameters are filled in place, and autograd does not see it") {
  torch::Tensor weight = torch::zeros({3, 3}).requires_grad_();
  vit::init::constant(weight, 0.25);
  CHECK(torch::equal(weight, torch::full({3, 3}, 0.25)));
  vit::init::normal(weight, 1.0, Rng(1));
  CHECK(weight.is_leaf());
  CHECK(largest(weight) > 0.25);
}
