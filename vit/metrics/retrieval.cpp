#include "vit/metrics/retrieval.h"

#include <ATen/ops/full.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros.h>
#include <torch/utils.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::int64_t kRowsAtOnce = 256;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// Ranks from `better` [Q], the wrong candidates that are more similar than the best right one, and
/// `equal` [Q], those that are as similar. Right ones never stand before the best right one.
RetrievalFigures figures_of(const torch::Tensor& better, const torch::Tensor& equal) {
  RetrievalFigures figures;
  const torch::Tensor rank = (better + equal + 1).to(torch::kFloat64);
  figures.queries = rank.numel();
  if (figures.queries == 0) return figures;
  const auto within = [&](double k) {
    return (rank <= k).to(torch::kFloat64).mean().item<double>();
  };
  figures.r1 = within(1);
  figures.r5 = within(5);
  figures.r10 = within(10);
  const torch::Tensor sorted = std::get<0>(rank.sort());
  const std::int64_t half = figures.queries / 2;
  figures.median_rank = figures.queries % 2 == 1
                            ? sorted[half].item<double>()
                            : (sorted[half - 1] + sorted[half]).item<double>() / 2;
  figures.mean_rank = rank.mean().item<double>();
  figures.reciprocal_rank = rank.reciprocal().mean().item<double>();
  figures.ties = (equal > 0).sum().item<std::int64_t>();
  return figures;
}

/// For each image the texts that it has, [N, T] bool.
torch::Tensor texts_of_images(std::int64_t images, const std::vector<std::int64_t>& owner,
                              const std::vector<std::int64_t>& text) {
  std::int64_t texts = 0;
  for (const std::int64_t number : text) texts = std::max(texts, number + 1);
  torch::Tensor has = at::zeros({images, texts}, torch::kBool);
  for (std::size_t j = 0; j < owner.size(); ++j) {
    VIT_ASSERT(owner[j] >= 0 && owner[j] < images, "a caption of no image");
    has.mutable_data_ptr<bool>()[owner[j] * texts + text[j]] = true;
  }
  if (!has.any(1).all().item<bool>())
    throw Error(ErrorKind::data, "retrieval",
                str("image ", has.any(1).to(torch::kInt64).argmin().item<std::int64_t>(),
                    " has no caption"),
                "leave images without a caption out");
  return has;
}

}  // namespace

RetrievalBothWays retrieval(const torch::Tensor& images, const torch::Tensor& captions,
                            const std::vector<std::int64_t>& owner,
                            const std::vector<std::int64_t>& text) {
  const torch::NoGradGuard no_grad;
  const std::int64_t count = images.size(0), captions_count = captions.size(0);
  VIT_ASSERT(captions_count == static_cast<std::int64_t>(owner.size()) &&
             owner.size() == text.size());
  if (count == 0 || captions_count == 0) return {};
  const torch::Tensor has = texts_of_images(count, owner, text), columns = torch::tensor(text);
  const auto blocks = [&](const auto& see) {
    for (std::int64_t first = 0; first < count; first += kRowsAtOnce) {
      const std::int64_t rows = std::min(kRowsAtOnce, count - first);
      const torch::Tensor similarity = images.narrow(0, first, rows).matmul(captions.t());
      see(similarity, has.narrow(0, first, rows).index_select(1, columns));  // [rows, M] both
    }
  };
  std::vector<torch::Tensor> image_better, image_equal;
  torch::Tensor text_best = at::full({captions_count}, kLowest);
  blocks([&](const torch::Tensor& similarity, const torch::Tensor& right) {
    const torch::Tensor rights = similarity.masked_fill(right.logical_not(), kLowest),
                        wrongs = similarity.masked_fill(right, kLowest),
                        best = rights.amax(1, /*keepdim=*/true);
    image_better.push_back((wrongs > best).sum(1));
    image_equal.push_back((wrongs == best).sum(1));
    text_best = at::maximum(text_best, rights.amax(0));
  });
  torch::Tensor text_better = at::zeros({captions_count}, torch::kInt64),
                text_equal = at::zeros({captions_count}, torch::kInt64);
  blocks([&](const torch::Tensor& similarity, const torch::Tensor& right) {
    const torch::Tensor wrongs = similarity.masked_fill(right, kLowest);
    text_better += (wrongs > text_best).sum(0);
    text_equal += (wrongs == text_best).sum(0);
  });
  return {figures_of(torch::cat(image_better), torch::cat(image_equal)),
          figures_of(text_better, text_equal)};
}

}  // namespace vit
