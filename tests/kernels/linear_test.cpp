#include "vit/kernels/linear.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/kernels/gradients.h"
#include "vit/kernels/attention.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/isa.h"
#include "vit/kernels/packed_weights.h"
#include "vit/nn/encoder.h"
#include "vit/nn/init.h"
#include "vit/nn/linear.h"
#include "vit/nn/random.h"

using vit::Rng;
using vit::Stream;
using vit::test::random;
using vit::test::relative;
using vit::test::with_gradients;

TEST_CASE("A fused linear layer and MLP agree with LibTorch's, in value and every gradient") {
  const std::string amp = GENERATE("fp32", "bf16");
  const std::int64_t rows = GENERATE(1, 7, 97, 400);
  struct Widths {
    std::int64_t in, hidden, out;
  };
  // Of the larger ones the weights' gradients are made in strips.
  const auto widths = GENERATE(Widths{64, 96, 32}, Widths{416, 1056, 448});
  const torch::Tensor x = random({rows, 1, widths.in}, 1).requires_grad_();
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512_bf16) return;
  if (amp == "bf16" && !vit::kernels::bf16_is_fused()) return;
  const torch::Tensor w1 = random({widths.hidden, widths.in}, 2, 0.2).requires_grad_(),
                      b1 = random({widths.hidden}, 3).requires_grad_(),
                      w2 = random({widths.out, widths.hidden}, 4, 0.2).requires_grad_(),
                      b2 = random({widths.out}, 5).requires_grad_();
  const std::vector<torch::Tensor> inputs{x, w1, b1, w2, b2};
  const auto plain = [&] { return at::linear(at::gelu(at::linear(x, w1, b1)), w2, b2); };
  const auto exact = with_gradients(plain, inputs, "fp32");
  const auto eager = with_gradients(plain, inputs, amp);
  const auto in_two = with_gradients(
      [&] {
        return vit::kernels::fused_linear(at::gelu(vit::kernels::fused_linear(x, w1, b1)), w2, b2);
      },
      inputs, amp);
  const auto in_one =
      with_gradients([&] { return vit::kernels::fused_mlp(x, w1, b1, w2, b2); }, inputs, amp);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    INFO(amp << ", " << rows << " rows, result " << i);
    // In bf16: at most half again as far from float32 as LibTorch's own bf16.
    const double allowed = amp == "fp32" ? 1e-5 : 1.5 * relative(eager[i], exact[i]) + 1e-3;
    CHECK(relative(in_two[i], exact[i]) < allowed);
    CHECK(relative(in_one[i], exact[i]) < allowed);
  }
}

TEST_CASE("An encoder has the gradients of LibTorch's operators in all of its parameters") {
  const std::string amp = GENERATE("fp32", "bf16");
  vit::EncoderOptions options;
  options.depth = 2;
  options.block.dim = 96;
  options.block.num_heads = 3;
  options.block.init_values = GENERATE(std::optional<double>(), std::optional<double>(0.5));
  options.block.drop_path = GENERATE(0.0, 0.4);
  vit::Encoder encoder(options);
  std::uint64_t index = 0;
  for (torch::Tensor& parameter : encoder->parameters())
    vit::init::normal(parameter, 0.2, Rng(3, Stream::init, 0, index++));
  torch::Tensor tokens = random({3, 25, 96}, 6).requires_grad_();
  std::vector<torch::Tensor> inputs = encoder->parameters();
  inputs.push_back(tokens);
  const auto forward = [&] {
    const vit::RandomScope scope(Rng(5, Stream::model));
    return encoder(tokens);
  };
  const auto fused = with_gradients(forward, inputs, amp);
  const auto again = with_gradients(forward, inputs, amp);
  std::vector<torch::Tensor> exact, eager;
  {
    const vit::kernels::PlainScope plain;
    exact = with_gradients(forward, inputs, "fp32");
    eager = with_gradients(forward, inputs, amp);
  }
  for (std::size_t i = 0; i < exact.size(); ++i) {
    INFO(amp << ", result " << i << " " << exact[i].sizes());
    CHECK(torch::equal(fused[i], again[i]));
    const double allowed = amp == "fp32" ? 1e-5 : 1.5 * relative(eager[i], exact[i]) + 1e-3;
    CHECK(relative(fused[i], exact[i]) < allowed);
  }
}

TEST_CASE("Weights of megabytes, for which rows are cut otherwise, give the same rows") {
  const std::string amp = GENERATE("fp32", "bf16");
  constexpr std::int64_t width = 384, inner = 1536, rows = 391, some = 50;
  const torch::Tensor x = random({rows, width}, 1), w1 = random({inner, width}, 2, 0.05),
                      b1 = random({inner}, 3), w2 = random({width, inner}, 4, 0.03),
                      b2 = random({width}, 5);
  const torch::NoGradGuard no_grad;
  const vit::Autocast autocast(torch::kCPU, amp);
  if (!vit::kernels::fused_linear_applies(x, w1)) return;
  const torch::Tensor y = vit::kernels::fused_mlp(x, w1, b1, w2, b2);
  CHECK(torch::equal(y.narrow(0, 7, some),
                     vit::kernels::fused_mlp(x.narrow(0, 7, some), w1, b1, w2, b2)));
  const torch::Tensor exact = at::linear(
      at::gelu(at::linear(x.to(torch::kFloat64), w1.to(torch::kFloat64), b1.to(torch::kFloat64))),
      w2.to(torch::kFloat64), b2.to(torch::kFloat64));
  CHECK(relative(y, exact) < (amp == "fp32" ? 1e-6 : 1e-2));
}

TEST_CASE("Weights are packed anew for each pass, and once while they are frozen") {
  vit::Linear linear(vit::LinearOptions{32, 32});
  const torch::NoGradGuard no_grad;
  vit::init::normal(linear->weight, 1.0, Rng(1, Stream::init));
  linear->bias.zero_();
  const torch::Tensor x = random({4, 32}, 7);
  const torch::Tensor before = linear(x);
  {
    const vit::kernels::FrozenWeights frozen;
    CHECK(torch::equal(linear(x), before));
    CHECK(torch::equal(linear(x), before));
  }
  // As the fused optimizers do: without a new version of the tensor.
  linear->weight.detach().data_ptr<float>()[0] += 1.0f;
  const torch::Tensor expected = before + torch::outer(x.select(1, 0), torch::eye(32)[0]);
  CHECK(torch::allclose(linear(x), expected, 1e-5, 1e-5));
}

TEST_CASE("A second derivative is refused by the fused functions, and there in a PlainScope") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512) return;
  const torch::Tensor x = random({5, 2, 64}, 1).requires_grad_(),
                      w = random({32, 64}, 2, 0.2).requires_grad_(),
                      qkv = random({2, 5, 96}, 3).requires_grad_();
  const auto twice = [](const torch::Tensor& y, const torch::Tensor& of) {
    const torch::Tensor first =
        torch::autograd::grad({y.square().sum()}, {of}, {}, true, /*create_graph=*/true)[0];
    return torch::autograd::grad({first.square().sum()}, {of})[0];
  };
  CHECK_THROWS_WITH(twice(vit::kernels::fused_linear(x, w, {}), x),
                    Catch::Contains("no second derivative"));
  CHECK_THROWS_WITH(twice(vit::kernels::fused_attention(qkv, 2), qkv),
                    Catch::Contains("PlainScope"));
  vit::Linear layer(vit::LinearOptions{64, 32});
  {
    const torch::NoGradGuard no_grad;
    layer->weight.copy_(w);
    layer->bias.zero_();
  }
  const vit::kernels::PlainScope plain;
  CHECK(twice(layer->forward(x), x).abs().sum().item<double>() > 0);
}

TEST_CASE("The MLP is the same, whether it is to be differentiated or not") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512) return;
  const torch::Tensor x = random({197, 1, 64}, 1), w1 = random({96, 64}, 2, 0.2),
                      b1 = random({96}, 3), w2 = random({32, 96}, 4, 0.2), b2 = random({32}, 5);
  const torch::Tensor y = vit::kernels::fused_mlp(x, w1, b1, w2, b2);
  const torch::NoGradGuard no_grad;
  CHECK(torch::equal(vit::kernels::fused_mlp(x, w1, b1, w2, b2), y));
}

TEST_CASE("A fused linear layer may have no bias") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512) return;
  const torch::Tensor x = random({7, 1, 64}, 1).requires_grad_(),
                      w = random({32, 64}, 2, 0.2).requires_grad_();
  const auto exact = with_gradients([&] { return at::linear(x, w); }, {x, w}, "fp32");
  const auto fused =
      with_gradients([&] { return vit::kernels::fused_linear(x, w, {}); }, {x, w}, "fp32");
  for (std::size_t i = 0; i < exact.size(); ++i) CHECK(relative(fused[i], exact[i]) < 1e-5);
}

TEST_CASE("Frozen weights have no gradient, and what they are frozen beside has its own") {
  if (vit::kernels::active_isa() < vit::kernels::Isa::avx512) return;
  const torch::Tensor x = random({97, 1, 64}, 1).requires_grad_(), w1 = random({96, 64}, 2, 0.2),
                      b1 = random({96}, 3).requires_grad_(), w2 = random({32, 96}, 4, 0.2),
                      b2 = random({32}, 5).requires_grad_();
  const bool first = GENERATE(false, true), second = GENERATE(false, true);
  w1.requires_grad_(first);
  w2.requires_grad_(second);
  std::vector<torch::Tensor> inputs{x, b1, b2};
  if (first) inputs.push_back(w1);
  if (second) inputs.push_back(w2);
  const auto exact = with_gradients(
      [&] { return at::linear(at::gelu(at::linear(x, w1, b1)), w2, b2); }, inputs, "fp32");
  const auto in_two = with_gradients(
      [&] {
        return vit::kernels::fused_linear(at::gelu(vit::kernels::fused_linear(x, w1, b1)), w2, b2);
      },
      inputs, "fp32");
  const auto in_one =
      with_gradients([&] { return vit::kernels::fused_mlp(x, w1, b1, w2, b2); }, inputs, "fp32");
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(relative(in_two[i], exact[i]) < 1e-5);
    CHECK(relative(in_one[i], exact[i]) < 1e-5);
  }
  torch::autograd::backward({vit::kernels::fused_mlp(x, w1, b1, w2, b2).sum()}, {});
  CHECK(w1.grad().defined() == first);
  CHECK(w2.grad().defined() == second);
}
