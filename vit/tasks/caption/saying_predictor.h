#pragma once

#include <limits>
#include <memory>

#include "vit/nn/generate.h"
#include "vit/tasks/caption/network.h"
#include "vit/text/text_input.h"
#include "vit/train/task.h"

namespace vit {

struct SayingOptions {
  /// Of the first images alone it is told how their sentences came to be.
  std::int64_t images = std::numeric_limits<std::int64_t>::max();
  std::int64_t least_beams = 1;  ///< that the search which is told follows
};

/// Says sentences with the network at hand, and how they came to be: the words' probabilities,
/// where they were looked for, and the search.
class SayingPredictor final : public Predictor {
 public:
  SayingPredictor(std::shared_ptr<CaptionNetwork> network, TextInput words,
                  const GenerateOptions& search, const SayingOptions& options = {})
      : network_(std::move(network)),
        words_(std::move(words)),
        search_(search),
        options_(options) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override;

 private:
  /// Of one image [1, C, H, W], whose sentence is `tokens` [L].
  [[nodiscard]] Saying saying_of(const torch::Tensor& image, const torch::Tensor& memory,
                                 const torch::Tensor& tokens) const;
  void put_words(Saying& saying, const torch::Tensor& memory, const torch::Tensor& tokens,
                 std::int64_t prefix) const;
  void put_search(Saying& saying, const torch::Tensor& memory, const torch::Tensor& tokens) const;
  [[nodiscard]] std::string text_of(const torch::Tensor& tokens) const;

  std::shared_ptr<CaptionNetwork> network_;
  TextInput words_;
  GenerateOptions search_;
  SayingOptions options_;
  std::int64_t told_ = 0;
};

}  // namespace vit
