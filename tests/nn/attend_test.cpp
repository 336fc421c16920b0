#include "vit/nn/attend.h"

#include <torch/autograd.h>
#include <torch/types.h>

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/nn/attention_scope.h"
#include "vit/nn/random.h"

using vit::attend;
using vit::test::random_tensor;

namespace {

constexpr std::int64_t kBatch = 2, kHeads = 3, kWidth = 16;

struct Inputs {
  torch::Tensor q, k, v;
};

Inputs inputs_of(std::int64_t queries, std::int64_t keys) {
  return {random_tensor({kBatch, kHeads, queries, kWidth}, 1),
          random_tensor({kBatch, kHeads, keys, kWidth}, 2),
          random_tensor({kBatch, kHeads, keys, kWidth}, 3)};
}

/// The formula, query by query; `sees` says which of the keys a query of a batch's item sees.
template <class Sees>
torch::Tensor one_by_one(const Inputs& x, const torch::Tensor& bias, const Sees& sees) {
  const torch::Tensor result = torch::zeros_like(x.q);
  for (std::int64_t b = 0; b < x.q.size(0); ++b)
    for (std::int64_t h = 0; h < x.q.size(1); ++h)
      for (std::int64_t i = 0; i < x.q.size(2); ++i) {
        std::vector<std::int64_t> seen;
        for (std::int64_t j = 0; j < x.k.size(2); ++j)
          if (sees(b, i, j)) seen.push_back(j);
        if (seen.empty()) continue;
        const torch::Tensor at = torch::tensor(seen);
        torch::Tensor logits = x.k[b][h].index_select(0, at).mv(x.q[b][h][i]) / std::sqrt(16.0);
        if (bias.defined()) logits = logits + bias[0][h][i].index_select(0, at);
        result[b][h][i] = x.v[b][h].index_select(0, at).t().mv(logits.softmax(0));
      }
  return result;
}

/// Both ways of computing it: fused, and by the formula.
void check_both(const Inputs& x, const vit::AttendOptions& options, const torch::Tensor& expected) {
  CHECK(torch::allclose(attend(x.q, x.k, x.v, options), expected, 1e-5, 1e-5));
  const vit::AttentionScope scope([](std::int64_t /*number*/, const torch::Tensor& /*weights*/) {});
  CHECK(torch::allclose(attend(x.q, x.k, x.v, options), expected, 1e-5, 1e-5));
}

constexpr auto kAll = [](std::int64_t /*b*/, std::int64_t /*i*/, std::int64_t /*j*/) {
  return true;
};

}  // namespace

TEST_CASE("attend is softmax(q k^T / sqrt(Dh) + bias) v") {
  const Inputs x = inputs_of(5, 7);
  check_both(x, {}, one_by_one(x, {}, kAll));
  const torch::Tensor bias = random_tensor({1, kHeads, 5, 7}, 4);
  check_both(x, {.bias = bias}, one_by_one(x, bias, kAll));
}

TEST_CASE("Without a mask attend is LibTorch's operator to the bit") {
  const Inputs x = inputs_of(6, 6);
  const torch::Tensor bias = random_tensor({1, kHeads, 6, 6}, 4);
  CHECK(torch::equal(attend(x.q, x.k, x.v), at::scaled_dot_product_attention(x.q, x.k, x.v)));
  CHECK(torch::equal(attend(x.q, x.k, x.v, {.bias = bias}),
                     at::scaled_dot_product_attention(x.q, x.k, x.v, bias)));
}

TEST_CASE("A causal query sees the keys up to its own position, which counts from the last key") {
  for (const auto& [queries, keys] : {std::pair(6, 6), std::pair(3, 8), std::pair(1, 5)}) {
    INFO(queries << " of " << keys);
    const Inputs x = inputs_of(queries, keys);
    const auto sees = [last = keys - queries](std::int64_t, std::int64_t i, std::int64_t j) {
      return j <= last + i;
    };
    check_both(x, {.mask = {.causal = true}}, one_by_one(x, {}, sees));
    const torch::Tensor bias = random_tensor({1, kHeads, queries, keys}, 4);
    check_both(x, {.bias = bias, .mask = {.causal = true}}, one_by_one(x, bias, sees));
  }
}

TEST_CASE("Decoding one by one with a cache of keys gives what the whole sequence gives") {
  const Inputs x = inputs_of(6, 6);
  const torch::Tensor whole = attend(x.q, x.k, x.v, {.mask = {.causal = true}});
  for (std::int64_t i = 0; i < 6; ++i)
    CHECK(torch::allclose(attend(x.q.narrow(2, i, 1), x.k.narrow(2, 0, i + 1),
                                 x.v.narrow(2, 0, i + 1), {.mask = {.causal = true}}),
                          whole.narrow(2, i, 1), 1e-5, 1e-5));
}

TEST_CASE("Masked keys do not count, alone or together with a bias and causality") {
  const Inputs x = inputs_of(5, 5);
  const torch::Tensor mask =
      torch::tensor({1, 0, 1, 1, 0, 1, 1, 0, 0, 1}).view({kBatch, 5}).to(torch::kBool);
  const auto counts = [&](std::int64_t b, std::int64_t j) { return mask[b][j].item<bool>(); };
  const auto sees = [&](std::int64_t b, std::int64_t /*i*/, std::int64_t j) {
    return counts(b, j);
  };
  const auto sees_before = [&](std::int64_t b, std::int64_t i, std::int64_t j) {
    return j <= i && counts(b, j);
  };
  const torch::Tensor bias = random_tensor({1, kHeads, 5, 5}, 4);
  check_both(x, {.mask = {.keys = mask}}, one_by_one(x, {}, sees));
  check_both(x, {.bias = bias, .mask = {.keys = mask}}, one_by_one(x, bias, sees));
  check_both(x, {.bias = bias, .mask = {.causal = true, .keys = mask}},
             one_by_one(x, bias, sees_before));
}

TEST_CASE(
    "A mask of pairs says what each query sees, of all items or of each, beside other masks") {
  const Inputs x = inputs_of(4, 6);
  const torch::Tensor pairs = random_tensor({kBatch, 4, 6}, 5) > 0.3;
  const torch::Tensor keys = random_tensor({kBatch, 6}, 6) > -0.8;
  const auto sees = [&](std::int64_t b, std::int64_t i, std::int64_t j) {
    return pairs[b][i][j].item<bool>();
  };
  check_both(x, {.mask = {.pairs = pairs}}, one_by_one(x, {}, sees));
  const auto sees_first = [&](std::int64_t /*b*/, std::int64_t i, std::int64_t j) {
    return pairs[0][i][j].item<bool>();
  };
  check_both(x, {.mask = {.pairs = pairs.narrow(0, 0, 1)}}, one_by_one(x, {}, sees_first));
  const auto sees_all = [&](std::int64_t b, std::int64_t i, std::int64_t j) {
    return sees(b, i, j) && j <= i + 2 && keys[b][j].item<bool>();
  };
  check_both(x, {.mask = {.causal = true, .keys = keys, .pairs = pairs}},
             one_by_one(x, {}, sees_all));
  CHECK_THROWS_WITH(attend(x.q, x.k, x.v, {.mask = {.pairs = pairs.narrow(1, 0, 3)}}),
                    Catch::Contains("expected mask.pairs [2 or 1, 4, 6] bool, got [2, 3, 6]"));
}

TEST_CASE("A query that sees no key gets zeros, and its gradient is finite") {
  const bool formula = GENERATE(false, true), with_bias = GENERATE(false, true);
  std::vector<torch::Tensor> weights;
  std::optional<vit::AttentionScope> scope;
  if (formula)
    scope.emplace([&](std::int64_t /*number*/, const torch::Tensor& w) { weights.push_back(w); });
  Inputs x = inputs_of(4, 3);
  for (torch::Tensor* part : {&x.q, &x.k, &x.v}) part->requires_grad_();
  torch::Tensor mask = torch::ones({kBatch, 3}, torch::kBool);
  mask[1].zero_();  // the second item has no key at all
  vit::AttendOptions options{.mask = {.causal = true, .keys = mask}};
  if (with_bias) options.bias = random_tensor({1, kHeads, 4, 3}, 4).requires_grad_();
  const torch::Tensor y = attend(x.q, x.k, x.v, options);
  CHECK(y[1].abs().max().item<float>() == 0);
  CHECK(y[0].select(1, 0).abs().max().item<float>() == 0);  // the first of four before three keys
  CHECK(y[0].narrow(1, 1, 3).abs().amin({1, 2}).min().item<float>() > 0);
  if (formula) CHECK(weights.at(0).sum({1, 3})[0][0].item<float>() == 0);
  for (const torch::Tensor& gradient : torch::autograd::grad({y.square().sum()}, {x.q, x.k, x.v})) {
    CHECK(gradient.isfinite().all().item<bool>());
    CHECK(gradient[1].abs().max().item<float>() == 0);
  }
}

TEST_CASE("Causality alone gives zeros to queries before the first key") {
  const Inputs x = inputs_of(5, 3);
  const auto sees = [](std::int64_t, std::int64_t i, std::int64_t j) { return j <= i - 2; };
  check_both(x, {.mask = {.causal = true}}, one_by_one(x, {}, sees));
}

TEST_CASE("Dropout takes weights and scales the others, as its random scope says") {
  const Inputs x = inputs_of(4, 50);
  const torch::Tensor ones = torch::ones_like(x.v);
  const auto dropped = [&](std::uint64_t seed) {
    const vit::RandomScope scope(vit::Rng(seed, vit::Stream::model));
    return attend(x.q, x.k, ones, {.drop = 0.5});
  };
  CHECK(torch::equal(dropped(1), dropped(1)));
  CHECK_FALSE(torch::allclose(dropped(1), dropped(2)));
  CHECK(dropped(1).mean().item<double>() == Approx(1).margin(0.3));
}

TEST_CASE("A key mask of another shape or type is refused with both") {
  const Inputs x = inputs_of(4, 5);
  CHECK_THROWS_WITH(
      attend(x.q, x.k, x.v, {.mask = {.keys = torch::ones({kBatch, 4}, torch::kBool)}}),
      Catch::Contains("expected mask.keys [2, 5] bool, got [2, 4]"));
  CHECK_THROWS_AS(attend(x.q, x.k, x.v, {.mask = {.keys = torch::ones({kBatch, 5})}}), vit::Error);
}
