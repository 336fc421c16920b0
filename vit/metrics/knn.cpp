#include "vit/metrics/knn.h"

#include <torch/utils.h>

#include <algorithm>
#include <limits>

namespace vit {
namespace {

/// `among_themselves`: the queries are the training features, and none votes for itself.
torch::Tensor votes_of(const torch::Tensor& train, const torch::Tensor& train_labels,
                       const torch::Tensor& queries, std::int64_t k, std::int64_t num_classes,
                       double temperature, bool among_themselves) {
  constexpr std::int64_t kQueriesAtOnce = 512;  // bounds the [queries, N] similarities
  const torch::NoGradGuard no_grad;
  torch::Tensor votes = torch::zeros({queries.size(0), num_classes}, queries.options());
  for (std::int64_t begin = 0; begin < queries.size(0); begin += kQueriesAtOnce) {
    const std::int64_t end = std::min(begin + kQueriesAtOnce, queries.size(0));
    torch::Tensor all = queries.slice(0, begin, end).mm(train.t());
    if (among_themselves)
      all.narrow(1, begin, end - begin).diagonal().fill_(-std::numeric_limits<float>::infinity());
    const std::int64_t others = train.size(0) - (among_themselves ? 1 : 0);
    const auto [similarity, index] = all.topk(std::min(k, others), 1);
    const torch::Tensor classes =
        train_labels.index_select(0, index.flatten()).view(index.sizes());  // [m, k]
    votes.slice(0, begin, end).scatter_add_(1, classes, (similarity / temperature).exp());
  }
  return votes;
}

}  // namespace

torch::Tensor knn_votes(const torch::Tensor& train, const torch::Tensor& train_labels,
                        const torch::Tensor& queries, std::int64_t k, std::int64_t num_classes,
                        double temperature) {
  return votes_of(train, train_labels, queries, k, num_classes, temperature, false);
}

torch::Tensor knn_votes_of_others(const torch::Tensor& features, const torch::Tensor& labels,
                                  std::int64_t k, std::int64_t num_classes, double temperature) {
  return votes_of(features, labels, features, k, num_classes, temperature, true);
}

}  // namespace vit
