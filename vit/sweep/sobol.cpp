#include <ATen/ops/_sobol_engine_draw.h>
#include <ATen/ops/_sobol_engine_initialize_state.h>
#include <ATen/ops/_sobol_engine_scramble.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <deque>
#include <vector>

#include "vit/core/rng.h"
#include "vit/sweep/sampler.h"

namespace vit {
namespace {

constexpr std::int64_t kBits = 30;  // LibTorch's

/// The points of torch.quasirandom.SobolEngine(scramble=True), but for its random numbers.
class SobolPoints {
 public:
  SobolPoints(std::int64_t dimension, std::uint64_t seed)
      : dimension_(dimension), state_(at::zeros({dimension, kBits}, at::kLong)) {
    at::_sobol_engine_initialize_state_(state_, dimension);
    Rng rng(seed, Stream::sweep);
    // The shift of a dimension is the first point; its bits and the triangle below a diagonal of
    // ones are random.
    quasi_ = at::zeros({dimension}, at::kLong);
    auto* shift = quasi_.mutable_data_ptr<std::int64_t>();
    for (std::int64_t d = 0; d < dimension; ++d)
      for (std::int64_t bit = 0; bit < kBits; ++bit)
        shift[d] |= static_cast<std::int64_t>(rng.u32() & 1) << bit;
    at::Tensor triangles = at::zeros({dimension, kBits, kBits}, at::kLong);
    auto* ones = triangles.mutable_data_ptr<std::int64_t>();
    for (std::int64_t d = 0; d < dimension; ++d)
      for (std::int64_t row = 0; row < kBits; ++row)
        for (std::int64_t column = 0; column <= row; ++column)
          ones[(d * kBits + row) * kBits + column] =
              column == row ? 1 : static_cast<std::int64_t>(rng.u32() & 1);
    at::_sobol_engine_scramble_(state_, triangles, dimension);
  }

  std::vector<double> next() {
    std::vector<double> point(static_cast<std::size_t>(dimension_));
    if (drawn_ > 0)
      quasi_ = std::get<1>(
          at::_sobol_engine_draw(quasi_, 1, state_, dimension_, drawn_ - 1, at::kDouble));
    const auto* bits = quasi_.const_data_ptr<std::int64_t>();
    for (std::size_t d = 0; d < point.size(); ++d)
      point[d] = static_cast<double>(bits[d]) * 0x1.0p-30;
    ++drawn_;
    return point;
  }

 private:
  std::int64_t dimension_, drawn_ = 0;
  at::Tensor state_, quasi_;
};

class SobolSampler final : public Sampler {
 public:
  SobolSampler(const Space& space, std::uint64_t seed)
      : space_(space), points_(static_cast<std::int64_t>(space.parameters.size()), seed) {}

  /// The trial's place among the points that the constraints allow.
  Configuration sample(std::int64_t trial, std::span<const Observation>) override {
    constexpr int kAttempts = 10'000;
    for (int refused = 0; static_cast<std::int64_t>(allowed_.size()) <= trial;) {
      Configuration values = space_.at(points_.next());
      if (space_.allows(values))
        allowed_.push_back(std::move(values)), refused = 0;
      else if (++refused == kAttempts)
        throw nothing_allowed(space_);
    }
    return allowed_[static_cast<std::size_t>(trial)];
  }

 private:
  const Space& space_;
  SobolPoints points_;
  std::deque<Configuration> allowed_;
};

}  // namespace

std::unique_ptr<Sampler> sobol_sampler(const Space& space, std::uint64_t seed) {
  if (space.parameters.size() > 21201)
    throw Error(ErrorKind::usage, "space",
                str("has ", space.parameters.size(), " parameters, and Sobol's sequence has 21201"),
                "take method: random");
  return std::make_unique<SobolSampler>(space, seed);
}

}  // namespace vit
