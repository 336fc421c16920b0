#pragma once

#include "vit/optim/optimizer.h"

/// The optimizers, each with its source in the file of its name.
namespace vit {

/// Adafactor (Shazeer and Stern 2018) as Scaling ViT uses it (Zhai et al. 2022, section 3.3) and
/// timm's `adafactorbv` computes it: the second moment of a large matrix is kept as one number a
/// row and a column, the first in bfloat16; decoupled weight decay.
[[nodiscard]] std::unique_ptr<Optimizer> make_adafactor(const OptimOptions& options,
                                                        std::vector<ParamGroup> groups);

/// Adam (Kingma and Ba 2015) as torch.optim.Adam, where weight decay is added to the gradient; with
/// `decoupled` AdamW (Loshchilov and Hutter 2019, algorithm 2). LibTorch's fused step: one pass
/// over parameter, gradient (which is clipped on the way) and moments.
[[nodiscard]] std::unique_ptr<Optimizer> make_adam(const OptimOptions& options,
                                                   std::vector<ParamGroup> groups, bool decoupled);

/// LAMB (You et al. 2020, algorithm 2), as timm's: Adam's direction, scaled for each tensor by the
/// ratio of the weights' norm to its own. Gradients are first scaled to a common norm of at most 1.
/// Tensors without weight decay are not scaled. Two passes over flat memory on a CPU.
[[nodiscard]] std::unique_ptr<Optimizer> make_lamb(const OptimOptions& options,
                                                   std::vector<ParamGroup> groups);

/// LARS (You et al. 2017, section 4), as timm's: SGD with momentum whose gradient is scaled for
/// each tensor to trust_coeff times the weights' norm. Tensors without weight decay are not scaled.
[[nodiscard]] std::unique_ptr<Optimizer> make_lars(const OptimOptions& options,
                                                   std::vector<ParamGroup> groups);

/// Lion (Chen et al. 2023, algorithm 2), as timm's: the sign of an interpolated momentum, with
/// decoupled weight decay. One pass over flat memory on a CPU.
[[nodiscard]] std::unique_ptr<Optimizer> make_lion(const OptimOptions& options,
                                                   std::vector<ParamGroup> groups);

/// Muon (Jordan et al. 2024): momentum whose matrix is made orthogonal by Newton-Schulz steps, at
/// AdamW's root mean square (Liu et al. 2025, section 2.2), for the parameters that are matrices;
/// AdamW (betas 0.9 and 0.95) for the others. With `nesterov` timm's `nmuon`. Kernels of
/// convolutions count as matrices [out, in * height * width].
[[nodiscard]] std::unique_ptr<Optimizer> make_muon(const OptimOptions& options,
                                                   std::vector<ParamGroup> groups, bool nesterov);

/// Whether Muon's rule holds for a parameter of this shape; timm's criteria.
[[nodiscard]] bool suits_muon(const torch::Tensor& parameter);
/// About the nearest matrix with orthonormal rows or columns: `steps` of the quintic Newton-Schulz
/// iteration, which brings the singular values near 1. x [M, N]; computed in bfloat16 on a GPU.
[[nodiscard]] torch::Tensor orthogonalise(const torch::Tensor& x, std::int64_t steps);

/// Stochastic gradient descent with momentum, as torch.optim.SGD (timm's `momentum`; with
/// `nesterov` timm's `sgd`); weight decay is added to the gradient. Momentum 0 is plain descent.
/// LibTorch's fused step.
[[nodiscard]] std::unique_ptr<Optimizer> make_sgd(const OptimOptions& options,
                                                  std::vector<ParamGroup> groups, bool nesterov);

}  // namespace vit
