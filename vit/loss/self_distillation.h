#pragma once

#include <torch/types.h>

#include <cstdint>

/// Self-distillation with no labels (DINO, Caron et al. 2021, section 3; DINOv2, Oquab et al. 2023,
/// section 4): a student is to put views of an image among K prototypes as a teacher, its own
/// running average, puts other views of it. All in float32; prototypes are the last axis.
namespace vit {

/// The teacher's distribution: softmax((t - centre) / temperature). The centre, a running mean of
/// the teacher's logits, keeps one prototype from taking everything; the low temperature keeps the
/// distribution from becoming flat. One without the other collapses.
[[nodiscard]] torch::Tensor centred_softmax(const torch::Tensor& logits,
                                            const torch::Tensor& centre, double temperature);

/// The centre after a batch: moved towards the mean of the rows [B, K], or of the patches' means
/// [B, N, K]. `momentum` of it stays.
[[nodiscard]] torch::Tensor moved_centre(const torch::Tensor& centre, const torch::Tensor& logits,
                                         double momentum);

/// The teacher's distribution by the algorithm of Sinkhorn and Knopp (SwAV, Caron et al. 2020):
/// rows and columns of exp(t / temperature) are scaled in turn until every prototype has the same
/// share of the batch. logits [B, K] of the whole batch.
[[nodiscard]] torch::Tensor sinkhorn_knopp(const torch::Tensor& logits, double temperature,
                                           std::int64_t iterations = 3);

/// The mean cross-entropy over all pairs of a teacher's view and another view of the student's:
/// student logits [V, B, K], teacher distributions [G, B, K] of the first G of the same views.
[[nodiscard]] torch::Tensor dino_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                                      double student_temperature);

/// The cross-entropy of masked patches (iBOT, Zhou et al. 2022): student logits and teacher
/// distributions of these patches alone, [M, K], in the order of `mask` [B, N] bool. Each counts by
/// the number that are masked in its image; the sum is by the number of images.
[[nodiscard]] torch::Tensor ibot_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                                      const torch::Tensor& mask, double student_temperature);

/// The regulariser of Kozachenko and Leonenko (Sablayrolles et al. 2019): minus the mean logarithm
/// of the distance of each feature [B, D] at length 1 from its nearest other one, which spreads
/// them. Throws Error (usage) for fewer than two.
[[nodiscard]] torch::Tensor koleo_loss(const torch::Tensor& features);

}  // namespace vit
