#pragma once

#include <torch/types.h>

namespace vit {

/// k-nearest-neighbour classification of features, as DINO evaluates them (Caron et al. 2021,
/// appendix; Wu et al. 2018): each of the k most similar training features votes for its class with
/// exp(similarity / temperature). All features are of length 1: train [N, D], queries [M, D].
/// Returns the votes [M, num_classes].
[[nodiscard]] torch::Tensor knn_votes(const torch::Tensor& train, const torch::Tensor& train_labels,
                                      const torch::Tensor& queries, std::int64_t k,
                                      std::int64_t num_classes, double temperature = 0.07);

/// The same among the features themselves: each of them [N, D] is a query, and its neighbours are
/// all the others. Returns the votes [N, num_classes].
[[nodiscard]] torch::Tensor knn_votes_of_others(const torch::Tensor& features,
                                                const torch::Tensor& labels, std::int64_t k,
                                                std::int64_t num_classes,
                                                double temperature = 0.07);

}  // namespace vit
