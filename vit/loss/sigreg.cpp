#include "vit/loss/sigreg.h"

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/utils.h>

#include "vit/core/rng.h"

namespace vit {

torch::Tensor sigreg_directions(std::uint64_t seed, std::int64_t epoch, std::int64_t batch,
                                std::int64_t dim, std::int64_t count) {
  Rng rng(seed, Stream::batch, static_cast<std::uint64_t>(epoch),
          static_cast<std::uint64_t>(batch));
  torch::Tensor directions = torch::empty({dim, count});
  auto* out = directions.data_ptr<float>();
  for (std::int64_t i = 0; i < directions.numel(); ++i) out[i] = static_cast<float>(rng.normal());
  return directions / directions.norm(2, /*dim=*/0, /*keepdim=*/true);
}

torch::Tensor epps_pulley(const torch::Tensor& projected, const torch::Tensor& directions) {
  constexpr std::int64_t kKnots = 17;
  constexpr double kLast = 3, kStep = kLast / (kKnots - 1);
  // Autocast would multiply in half precision, and the test is not meant for that.
  const c10::impl::ExcludeDispatchKeyGuard exact(c10::autocast_dispatch_keyset);
  const torch::Tensor x =
      projected.to(torch::kFloat32).matmul(directions.to(torch::kFloat32));  // [V, N, K]
  const torch::Tensor t = torch::linspace(0, kLast, kKnots, x.options());
  const torch::Tensor normal = (t.square() * -0.5).exp();
  torch::Tensor weights = normal * (2 * kStep);
  weights[0] *= 0.5;
  weights[kKnots - 1] *= 0.5;
  const torch::Tensor angles = x.unsqueeze(-1) * t;  // [V, N, K, knots]
  const torch::Tensor difference =
      (angles.cos().mean(1) - normal).square() + angles.sin().mean(1).square();  // [V, K, knots]
  return difference.matmul(weights) * static_cast<double>(x.size(1));
}

LejepaLoss lejepa_loss(const torch::Tensor& projected, const torch::Tensor& directions,
                       double lambda, std::int64_t centre_views) {
  LejepaLoss found;
  const torch::Tensor x = projected.to(torch::kFloat32);
  const torch::Tensor centre = x.slice(0, 0, centre_views).mean(0, /*keepdim=*/true);
  found.invariance = (x - centre).square().mean();
  found.sigreg = epps_pulley(x, directions).mean();
  found.loss = found.invariance * (1 - lambda) + found.sigreg * lambda;
  return found;
}

}  // namespace vit
