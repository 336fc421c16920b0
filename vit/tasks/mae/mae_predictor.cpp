#include "vit/tasks/mae/mae_predictor.h"

#include <torch/utils.h>

#include <algorithm>

namespace vit {

std::vector<Prediction> MaePredictor::predict(const Batch& batch) {
  constexpr std::uint8_t kGrey = 128;
  const torch::NoGradGuard no_grad;
  const torch::Tensor all = graph_(batch.images).to(torch::kCPU, torch::kFloat32).contiguous();
  const std::int64_t pixels = input_.img_size.height * input_.img_size.width,
                     width = all.size(1) - (input_.in_chans + 2) * pixels;
  VIT_ASSERT(width > 0, "a graph that is no masked autoencoder's");
  std::vector<Prediction> predictions;
  for (std::int64_t i = 0; i < all.size(0); ++i) {
    const auto* features = all.const_data_ptr<float>() + i * all.size(1);
    const float *image = features + width, *mask = image + input_.in_chans * pixels,
                *errors = mask + pixels;
    Reconstruction found;
    found.features.assign(features, image);
    found.image = denormalize(image, input_);
    found.shown = found.image;
    double sum = 0, count = 0;
    for (std::int64_t at = 0; at < pixels; ++at) {
      if (mask[at] == 0) continue;
      sum += static_cast<double>(errors[at]);
      ++count;
      std::fill_n(found.shown.pixels.begin() + 3 * at, 3, kGrey);
    }
    found.loss = sum / count;
    predictions.emplace_back(std::move(found));
  }
  return predictions;
}

}  // namespace vit
