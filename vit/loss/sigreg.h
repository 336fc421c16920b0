#pragma once

#include <torch/types.h>

#include <cstdint>

/// Sketched isotropic Gaussian regularisation, SIGReg (Balestriero and LeCun 2025, "LeJEPA",
/// section 4): features are pushed towards a standard normal distribution, which leaves no room for
/// them to collapse: not onto a point, nor a line, nor any subspace. By the theorem of Cramer and
/// Wold a distribution is determined by its projections onto lines, so each step projects the
/// features onto a few directions and tests each projection for being standard normal.
namespace vit {

/// `count` directions of length 1 as columns [dim, count], uniform on the sphere: those of one
/// update, drawn from (seed, epoch, batch) alone, so that every process draws the same.
[[nodiscard]] torch::Tensor sigreg_directions(std::uint64_t seed, std::int64_t epoch,
                                              std::int64_t batch, std::int64_t dim,
                                              std::int64_t count);

/// The statistic of Epps and Pulley (1983) of each projection: N times the squared distance of the
/// empirical characteristic function, mean of exp(i t x), from that of the standard normal,
/// exp(-t^2 / 2), with this as the weight too, integrated over all t; as both are symmetric, twice
/// the trapezoidal rule on 17 knots in [0, 3]. In float32. The gradient of each sample is bounded,
/// whatever the sample, unlike that of moments.
///
/// projected [V, N, P]: V views of N samples; directions [P, K]. Returns [V, K]: the test is of
/// each view's N samples by themselves, as views of one image are not independent.
[[nodiscard]] torch::Tensor epps_pulley(const torch::Tensor& projected,
                                        const torch::Tensor& directions);

/// The loss of LeJEPA (section 5): (1 - lambda) invariance + lambda sigreg.
struct LejepaLoss {
  torch::Tensor loss;
  torch::Tensor invariance;  ///< mean squared distance of views from the centre of their image
  torch::Tensor sigreg;      ///< mean of the statistic over views and directions
};
/// `centre_views`: the first views of each image whose mean is its centre: all V, as the authors'
/// minimal code has it, or the global ones, as the paper. (The statistic grows with N: lambda is
/// for one batch size.)
[[nodiscard]] LejepaLoss lejepa_loss(const torch::Tensor& projected,
                                     const torch::Tensor& directions, double lambda,
                                     std::int64_t centre_views);

}  // namespace vit
