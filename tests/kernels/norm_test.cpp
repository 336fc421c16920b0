#include "vit/kernels/norm.h"

#include <torch/types.h>

#include <string>

#include "tests/catch.h"
#include "tests/kernels/gradients.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/isa.h"
#include "vit/kernels/linear.h"

using vit::kernels::ResidualBranch;
using vit::test::random;
using vit::test::relative;
using vit::test::with_gradients;

namespace {

constexpr std::int64_t kBatch = 3, kTokens = 37, kWidth = 48;  // odd rows, threads share a sample

torch::Tensor drop_path_factors() { return torch::tensor({1.25f, 0.0f, 1.25f}); }

torch::Tensor plain_sum(const torch::Tensor& x, const ResidualBranch& branch) {
  torch::Tensor value = branch.value.to(torch::kFloat32);
  if (branch.channels.defined()) value = value * branch.channels;
  if (branch.samples.defined()) value = value * branch.samples.view({-1, 1, 1});
  return x + value;
}

}  // namespace

TEST_CASE("A fused residual connection and norm agree with LibTorch's, in value and gradients") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512_bf16) return;
  const std::string amp = GENERATE("fp32", "bf16");
  if (amp == "bf16" && !vit::kernels::bf16_is_fused()) return;
  const bool layer_scale = GENERATE(false, true), drop_path = GENERATE(false, true);
  const auto type = GENERATE(torch::kFloat32, torch::kBFloat16);
  INFO(amp << ", LayerScale " << layer_scale << ", drop path " << drop_path << ", branch " << type);
  const torch::Tensor x = random({kBatch, kTokens, kWidth}, 1).requires_grad_(),
                      value = random({kBatch, kTokens, kWidth}, 2).to(type).requires_grad_(),
                      gamma = random({kWidth}, 3).requires_grad_(),
                      weight = random({kWidth}, 4).requires_grad_(),
                      bias = random({kWidth}, 5).requires_grad_();
  const ResidualBranch branch{value, layer_scale ? gamma : torch::Tensor(),
                              drop_path ? drop_path_factors() : torch::Tensor()};
  std::vector<torch::Tensor> inputs{x, value};
  if (layer_scale) inputs.push_back(gamma);
  const auto agree = [&](const auto& fused, const auto& plain, const auto& of) {
    const auto found = with_gradients(fused, of, amp), exact = with_gradients(plain, of, "fp32");
    for (std::size_t i = 0; i < exact.size(); ++i) {
      INFO("result " << i);
      // 2^-9 is what a number loses when it becomes a bf16.
      const bool rounded = amp == "bf16" || type == torch::kBFloat16;
      CHECK(relative(found[i], exact[i]) < (rounded ? 4e-3 : 1e-5));
    }
  };
  agree([&] { return vit::kernels::fused_add(x, branch); }, [&] { return plain_sum(x, branch); },
        inputs);
  inputs.insert(inputs.end(), {weight, bias});
  const auto fused = [&] {
    const auto [sum, normed] = vit::kernels::fused_add_layer_norm(x, branch, weight, bias, 1e-6);
    return sum + 2 * normed;
  };
  const auto plain = [&] {
    const torch::Tensor sum = plain_sum(x, branch);
    return sum + 2 * at::layer_norm(sum, {kWidth}, weight, bias, 1e-6);
  };
  agree(fused, plain, inputs);
}

TEST_CASE("Only the sum of a residual connection may be used") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512) return;
  const torch::Tensor x = random({kBatch, kTokens, kWidth}, 1).requires_grad_(),
                      value = random({kBatch, kTokens, kWidth}, 2).requires_grad_(),
                      gamma = random({kWidth}, 3).requires_grad_(), one = torch::ones({kWidth});
  const ResidualBranch branch{value, gamma, drop_path_factors()};
  const auto found = with_gradients(
      [&] { return vit::kernels::fused_add_layer_norm(x, branch, one, one, 1e-6).sum; },
      {x, value, gamma}, "fp32");
  const auto exact =
      with_gradients([&] { return plain_sum(x, branch); }, {x, value, gamma}, "fp32");
  for (std::size_t i = 0; i < exact.size(); ++i) CHECK(relative(found[i], exact[i]) < 1e-6);
}

TEST_CASE("A normed input is made again for the backward pass, bit for bit, and not kept") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512_bf16) return;
  const std::string amp = GENERATE("fp32", "bf16");
  if (amp == "bf16" && !vit::kernels::bf16_is_fused()) return;
  constexpr std::int64_t kIn = 64, kOut = 96;
  const torch::Tensor x = random({kBatch, kTokens, kIn}, 1).requires_grad_(),
                      value = random({kBatch, kTokens, kIn}, 2),
                      weight = random({kIn}, 3).requires_grad_(),
                      bias = random({kIn}, 4).requires_grad_(),
                      w = random({kOut, kIn}, 5).requires_grad_(),
                      b = random({kOut}, 6).requires_grad_();
  const bool of_sum = GENERATE(false, true);
  torch::Tensor seen;
  const auto layer = [&](bool kept) {
    torch::Tensor normed =
        of_sum ? vit::kernels::fused_add_layer_norm(x, {value, {}, {}}, weight, bias, 1e-6).normed
               : vit::kernels::fused_layer_norm(x, weight, bias, 1e-6);
    seen = normed;
    if (kept) normed = normed.view(normed.sizes());  // another function's result
    return vit::kernels::fused_linear(normed, w, b);
  };
  const std::vector<torch::Tensor> inputs{x, weight, bias, w, b};
  const auto again = with_gradients([&] { return layer(false); }, inputs, amp);
  const auto kept = with_gradients([&] { return layer(true); }, inputs, amp);
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(torch::equal(again[i], kept[i]));
  const torch::Tensor y = layer(false);  // its graph is alive, and does not hold the normed tensor
  CHECK(seen.use_count() == 1);
}
