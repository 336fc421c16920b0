#include "vit/nn/attend.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <cmath>
#include <limits>

#include "vit/core/error.h"
#include "vit/nn/attention_scope.h"
#include "vit/nn/dropout.h"

namespace vit {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

/// What is seen. A query that sees no key has all of them in `keys`, so that its softmax is finite,
/// forward and backward, and its result is set to 0 afterwards.
struct Visible {
  torch::Tensor keys;     // [B or 1, 1, M or 1, N] bool; undefined: all of them
  torch::Tensor queries;  // [B or 1, 1, M or 1, 1] bool, those that see a key; undefined: all
};

Visible visible_keys(const torch::Tensor& q, const torch::Tensor& k, const AttentionMask& mask) {
  Visible seen;
  const std::int64_t queries = q.size(-2), keys = k.size(-2);
  const auto only = [&](const torch::Tensor& visible) {
    seen.keys = seen.keys.defined() ? seen.keys.logical_and(visible) : visible;
  };
  if (mask.causal && queries > 1)  // a single query is the last position: it sees all
    only(at::ones({1, 1, queries, keys}, q.options().dtype(torch::kBool)).tril(keys - queries));
  if (mask.keys) only(mask.keys->unsqueeze(1).unsqueeze(1));  // [B, 1, 1, N]
  if (mask.pairs) only(mask.pairs->unsqueeze(1));             // [B or 1, 1, M, N]
  if (mask.keys || mask.pairs || (mask.causal && queries > 1 && queries > keys)) {
    seen.queries = seen.keys.any(-1, /*keepdim=*/true);
    seen.keys = seen.keys.logical_or(seen.queries.logical_not());
  }
  return seen;
}

torch::Tensor zero_unless(const torch::Tensor& condition, const torch::Tensor& x) {
  return condition.defined() ? x.masked_fill(condition.logical_not(), 0) : x;
}

torch::Tensor by_formula(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                         const AttendOptions& options) {
  const double scale = options.scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
  torch::Tensor logits = (q * scale).matmul(k.transpose(-2, -1));  // [B, H, M, N]
  if (options.bias) logits = logits + *options.bias;
  const Visible seen = visible_keys(q, k, options.mask);
  if (seen.keys.defined()) logits = logits.masked_fill(seen.keys.logical_not(), kMinusInfinity);
  const torch::Tensor weights = zero_unless(seen.queries, logits.softmax(-1));
  AttentionScope::show(weights);
  return vit::dropout(weights, options.drop, /*training=*/true).matmul(v);
}

torch::Tensor masked(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const AttendOptions& options) {
  const Visible seen = visible_keys(q, k, options.mask);
  std::optional<torch::Tensor> mask = options.bias;
  if (seen.keys.defined())
    mask = mask ? mask->masked_fill(seen.keys.logical_not(), kMinusInfinity) : seen.keys;
  return zero_unless(seen.queries, at::scaled_dot_product_attention(
                                       q, k, v, mask, 0.0, /*is_causal=*/false, options.scale));
}

void check_mask(const AttentionMask& mask, const torch::Tensor& q, const torch::Tensor& k) {
  const std::int64_t batch = k.size(0), queries = q.size(-2), keys = k.size(-2);
  if (mask.keys && (mask.keys->dim() != 2 || mask.keys->size(0) != batch ||
                    mask.keys->size(1) != keys || mask.keys->scalar_type() != torch::kBool))
    throw Error(ErrorKind::usage, "attend",
                vit::str("expected mask.keys [", batch, ", ", keys, "] bool, got ",
                         mask.keys->sizes(), " ", mask.keys->scalar_type()));
  if (mask.pairs &&
      (mask.pairs->dim() != 3 || (mask.pairs->size(0) != batch && mask.pairs->size(0) != 1) ||
       mask.pairs->size(1) != queries || mask.pairs->size(2) != keys ||
       mask.pairs->scalar_type() != torch::kBool))
    throw Error(ErrorKind::usage, "attend",
                vit::str("expected mask.pairs [", batch, " or 1, ", queries, ", ", keys,
                         "] bool, got ", mask.pairs->sizes(), " ", mask.pairs->scalar_type()));
}

}  // namespace

torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const AttendOptions& options) {
  const AttentionMask& mask = options.mask;
  check_mask(mask, q, k);
  if (options.drop > 0 || AttentionScope::active()) return by_formula(q, k, v, options);
  if (mask.keys || mask.pairs) return masked(q, k, v, options);
  if (!mask.causal)
    return at::scaled_dot_product_attention(q, k, v, options.bias, /*dropout_p=*/0.0,
                                            /*is_causal=*/false, options.scale);
  if (options.bias || q.size(-2) != k.size(-2)) return masked(q, k, v, options);
  return at::scaled_dot_product_attention(q, k, v, {}, /*dropout_p=*/0.0, /*is_causal=*/true,
                                          options.scale);
}

}  // namespace vit
