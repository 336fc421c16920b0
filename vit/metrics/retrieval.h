#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

/// How well one side finds the other.
struct RetrievalFigures {
  double r1 = 0, r5 = 0, r10 = 0;  ///< share of the queries with a right one among the first k
  double median_rank = 0, mean_rank = 0;  ///< of the best right one, from 1
  double reciprocal_rank = 0;             ///< mean of 1 / rank
  std::int64_t queries = 0;
  /// Queries whose best right candidate is as similar as a wrong one, so that its rank depends on
  /// their order: it counts as behind all of these.
  std::int64_t ties = 0;
};

struct RetrievalBothWays {
  RetrievalFigures image_to_text, text_to_image;
};

/// Retrieval among images and captions (CLIP_benchmark's rule): features [N, E] of images and
/// [M, E] of captions are compared by their inner product, caption j belongs to image owner[j]. An
/// image has found its text where any caption of it is among the first k; and captions that read
/// the same, which have the same number in `text`, are right for every image that has one of them.
/// Memory: one block of rows of [N, M]. Throws Error (data) where an image has no caption.
[[nodiscard]] RetrievalBothWays retrieval(const torch::Tensor& images,
                                          const torch::Tensor& captions,
                                          const std::vector<std::int64_t>& owner,
                                          const std::vector<std::int64_t>& text);

}  // namespace vit
