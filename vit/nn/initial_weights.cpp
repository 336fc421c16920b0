#include "vit/nn/initial_weights.h"

#include <torch/utils.h>

#include "vit/nn/init.h"

namespace vit {
namespace {

thread_local InitialWeights* innermost_weights = nullptr;

/// `draw` fills tensors as vit/nn/init.h can; a parameter of another type or place is copied into.
template <class Draw>
void fill_parameter(const torch::Tensor& parameter, const Draw& draw) {
  const std::optional<Rng> rng = InitialWeights::next();
  if (!rng || !parameter.defined()) return;
  if (parameter.is_cpu() && parameter.scalar_type() == torch::kFloat32)
    return draw(parameter, *rng);
  const torch::NoGradGuard no_grad;
  const torch::Tensor drawn = torch::empty(parameter.sizes(), torch::kFloat32);
  draw(drawn, *rng);
  parameter.detach().copy_(drawn);
}

}  // namespace

InitialWeights::InitialWeights(std::optional<std::uint64_t> seed)
    : seed_(seed), outer_(innermost_weights) {
  innermost_weights = this;
}

InitialWeights::InitialWeights(std::uint64_t seed) : InitialWeights(std::optional(seed)) {}

InitialWeights InitialWeights::unset() { return InitialWeights(std::nullopt); }

InitialWeights::~InitialWeights() { innermost_weights = outer_; }

std::optional<Rng> InitialWeights::next() {
  thread_local std::uint64_t drawn_without = 0;
  if (innermost_weights == nullptr) return Rng(0, Stream::init, 0, drawn_without++);
  if (!innermost_weights->seed_) return std::nullopt;
  return Rng(*innermost_weights->seed_, Stream::init, 0, innermost_weights->drawn_++);
}

void start_linear(const torch::Tensor& weight, const torch::Tensor& bias) {
  constexpr double kDeviation = 0.02;
  fill_parameter(weight, [](const torch::Tensor& to, const Rng& rng) {
    init::trunc_normal(to, kDeviation, rng);
  });
  fill_parameter(bias, [](const torch::Tensor& to, const Rng& /*rng*/) { init::constant(to, 0); });
}

void start_convolution(const torch::Tensor& weight, const torch::Tensor& bias) {
  const double bound = init::default_bound(weight);
  for (const torch::Tensor& parameter : {weight, bias})
    fill_parameter(parameter,
                   [&](const torch::Tensor& to, const Rng& rng) { init::uniform(to, bound, rng); });
}

void start_token(const torch::Tensor& token, double std) {
  fill_parameter(
      token, [&](const torch::Tensor& to, const Rng& rng) { init::trunc_normal_tf(to, std, rng); });
}

}  // namespace vit
