#pragma once

#include <torch/types.h>

namespace vit {

/// Kullback-Leibler divergence of the student's softened predictions from the teacher's (Hinton et
/// al. 2015), by the mean over samples and classes and scaled by tau^2, as DeiT computes it.
/// Both [B, K]; nothing flows into the teacher.
torch::Tensor soft_distillation(const torch::Tensor& student, const torch::Tensor& teacher,
                                double tau);

/// Cross entropy with the teacher's decisions as labels (Touvron et al. 2021, DeiT, section 4).
torch::Tensor hard_distillation(const torch::Tensor& student, const torch::Tensor& teacher);

}  // namespace vit
