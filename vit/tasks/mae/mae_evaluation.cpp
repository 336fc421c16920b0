#include "vit/tasks/mae/mae_evaluation.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/data/class_labels.h"
#include "vit/image/resize.h"
#include "vit/report/number.h"

namespace vit {
namespace {

constexpr std::size_t kMostReconstructions = 12;

/// What was seen, what was made of it, and the image itself, side by side.
Image three_panels(const Reconstruction& found, const Image& image) {
  const int width = found.image.width, height = found.image.height;
  const Image whole = resize(image, width, height, Filter::bicubic);
  Image panels(3 * width, height, 3);
  const auto put = [&](const Image& panel, int at) {
    for (int y = 0; y < height; ++y)
      std::copy_n(panel.row(y), panel.row_bytes(), panels.pixel(at * width, y));
  };
  put(found.shown, 0);
  put(found.image, 1);
  put(whole, 2);
  return panels;
}

}  // namespace

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

void MaeEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto* indices = batch.indices.const_data_ptr<std::int64_t>();
  const torch::Tensor labels = labels_of(batch).to(torch::kCPU);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto& found = std::get<Reconstruction>(predictions[i]);
    features_.add(indices[i], labels.const_data_ptr<std::int64_t>()[i], found.features);
    sum_ += found.loss;
    ++count_;
    if (shown_.size() < kMostReconstructions) shown_.push_back({indices[i], found});
  }
}

void MaeEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const MaeEvaluation&>(other);
  features_.merge(more.features_);
  sum_ += more.sum_;
  count_ += more.count_;
  for (const Shown& shown : more.shown_)
    if (shown_.size() < kMostReconstructions) shown_.push_back(shown);
}

Metrics MaeEvaluation::metrics() const {
  Metrics metrics{{.name = "loss",
                   .value = count_ > 0 ? sum_ / static_cast<double>(count_) : 0,
                   .better = Better::smaller}};
  for (Metric& metric : features_.metrics()) metrics.push_back(std::move(metric));
  return metrics;
}

EvaluationReport MaeEvaluation::report(const Dataset& data) const {
  EvaluationReport report;
  report.headline = headline();
  report.figures.push_back({"Reconstruction loss", significant(metrics().front().value, 4),
                            "mean over the removed patches"});
  Gallery gallery{.about = "What the encoder saw, what was made of it, and the image.",
                  .items = {}};
  for (const Shown& shown : shown_) {
    const Sample sample = data.get(shown.index);
    gallery.items.push_back({three_panels(shown.found, sample.image),
                             "loss " + significant(shown.found.loss, 3), sample.source});
  }
  report.sections.push_back({"Reconstructions", std::move(gallery)});
  features_.report(data, report);
  return report;
}

}  // namespace vit
