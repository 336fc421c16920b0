#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/gpu.h"
#include "vit/optim/clip.h"
#include "vit/optim/optimizer.h"

namespace {

torch::Tensor steps_on(c10::Device device, const vit::OptimOptions& options) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{3});
  torch::Tensor matrix = torch::randn({40, 30}, generator).to(device),
                vector = torch::randn({50}, generator).to(device);
  const torch::Tensor of_matrix = torch::randn({40, 30}, generator).to(device),
                      of_vector = torch::randn({50}, generator).to(device);
  matrix.requires_grad_();
  vector.requires_grad_();
  const std::vector<vit::ParamGroup> groups{{0.05, 0.5, {{"matrix", matrix}}},
                                            {0.0, 1.0, {{"vector", vector}}}};
  const auto optimizer = vit::create_optimizer(options, groups);
  for (int step = 0; step < 3; ++step) {
    matrix.mutable_grad() = of_matrix * (1 + step);
    vector.mutable_grad() = of_vector * (1 + step);
    const vit::Clipping clipping = vit::clip_gradients(optimizer->groups(), options, {"head"});
    optimizer->step({.lr = 1e-2, .gradient_factor = clipping.factor});
  }
  CHECK(matrix.device() == device);
  return torch::cat({matrix.detach().flatten(), vector.detach()}).to(torch::kCPU);
}

}  // namespace

TEST_CASE(
    "Every optimizer takes the same steps on a GPU as on the CPU, with every kind of clipping") {
  const auto device = vit::test::gpu();
  if (!device) return;
  vit::OptimOptions options;
  options.opt = GENERATE("adamw", "adam", "sgd", "momentum", "lamb", "lion", "lars", "adafactorbv",
                         "muon", "nmuon");
  options.clip_mode = GENERATE("norm", "value", "agc");
  options.clip_grad = 1.0;
  INFO(options.opt << ", " << options.clip_mode);
  const torch::Tensor here = steps_on(c10::kCPU, options), there = steps_on(*device, options);
  // Muon's products are of bfloat16 there, as its authors have them.
  const double tolerance = options.opt.ends_with("muon") ? 2e-3 : 2e-6;
  CHECK((here - there).abs().max().item<double>() < tolerance);
}
