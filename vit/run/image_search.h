#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vit/run/open_predictor.h"

namespace vit {

/// An image that was found.
struct SearchHit {
  std::filesystem::path image;
  double similarity = 0;  ///< cosine, -1 to 1
  std::int64_t rank = 0;  ///< from 1; images that are as similar share one
  bool tied = false;      ///< another image is as similar
};

/// The images that are most like a text, the likest first; of equal ones the first by name.
struct SearchHits {
  std::vector<SearchHit> hits;
  std::int64_t as_similar = 0;  ///< images left out that are as similar as the last hit
};

/// An image and its embedding, of length 1.
struct EmbeddedImage {
  std::filesystem::path image;
  std::vector<float> embedding;
};

/// The `topk` images that are nearest to an embedding of length 1. Similarities are summed in
/// float64 in one order, so that equal embeddings are equally similar.
[[nodiscard]] SearchHits nearest(const std::vector<EmbeddedImage>& images,
                                 const std::vector<float>& query, std::int64_t topk);

/// All that embeddings of images by this model depend on: its weights, its options, the
/// preprocessing, and what is computed in. Images' embeddings are kept by it.
[[nodiscard]] std::string embedding_key(const OpenedPredictor& opened, const std::string& dtype);

/// The embedding of a text, of length 1. Throws Error (usage) where the model reads no texts, or
/// the text is empty.
[[nodiscard]] std::vector<float> embed_text(const OpenedPredictor& opened, const std::string& text);

}  // namespace vit
