#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/metrics/retrieval.h"
#include "vit/train/task.h"

namespace vit {

/// How well images and captions find each other: R@1, 5 and 10 in percent, of texts for an image
/// (`i2t_`) and of images for a text (`t2i_`); `r1` is the mean of both at 1. Images of one source
/// are one image with several captions, captions that read the same are right for all images that
/// have one of them. Where classes are known, `zero_shot` is the accuracy of classes by their
/// sentences.
class ContrastEvaluation final : public Evaluation {
 public:
  explicit ContrastEvaluation(std::vector<std::string> classes) : classes_(std::move(classes)) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  struct Pair {
    std::int64_t index = 0;  // in the data
    std::string source, caption;
    std::vector<float> image, text;
  };
  /// Embeddings of each image and each caption, and how they belong together.
  struct Table {
    torch::Tensor images, captions;
    std::vector<std::int64_t> owner, text;
    std::vector<std::size_t> image_pair;  // of each image, the first pair with it
  };
  [[nodiscard]] Table table() const;
  [[nodiscard]] RetrievalBothWays figures() const;

  std::vector<std::string> classes_;
  std::vector<Pair> pairs_;
  std::int64_t labelled_ = 0, classified_right_ = 0;
};

}  // namespace vit
