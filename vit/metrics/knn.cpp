#include "vit/metrics/knn.h"

#include <torch/utils.h>

#include <algorithm>

namespace vit {

torch::Tensor knn_votes(const torch::Tensor& train, const torch::Tensor& train_labels,
                        const torch::Tensor& queries, std::int64_t k, std::int64_t num_classes,
                        double temperature) {
  constexpr std::int64_t kQueriesAtOnce = 512;  // bounds the [queries, N] similarities
  const torch::NoGradGuard no_grad;
  torch::Tensor votes = torch::zeros({queries.size(0), num_classes}, queries.options());
  for (std::int64_t begin = 0; begin < queries.size(0); begin += kQueriesAtOnce) {
    const std::int64_t end = std::min(begin + kQueriesAtOnce, queries.size(0));
    const auto [similarity, index] =
        queries.slice(0, begin, end).mm(train.t()).topk(std::min(k, train.size(0)), 1);
    const torch::Tensor classes =
        train_labels.index_select(0, index.flatten()).view(index.sizes());  // [m, k]
    votes.slice(0, begin, end).scatter_add_(1, classes, (similarity / temperature).exp());
  }
  return votes;
}

}  // namespace vit
