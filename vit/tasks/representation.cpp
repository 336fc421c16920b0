#include "vit/tasks/representation.h"

#include <ATen/ops/from_blob.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/image/resize.h"
#include "vit/metrics/knn.h"
#include "vit/metrics/representation.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"

namespace vit {
namespace {

constexpr std::int64_t kUsualNeighbours = 20;
constexpr double kLeastRank = 5, kLeastDeviation = 0.1;  // the second by 1/sqrt(D)
constexpr std::size_t kLeastImages = 10;

/// Images side by side, each scaled to `side` x `side` pixels.
Image in_a_row(const std::vector<Image>& images, int side) {
  Image row(side * static_cast<int>(images.size()), side, 3);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image scaled = resize(images[i], side, side, Filter::bicubic);
    for (int y = 0; y < side; ++y)
      std::copy_n(scaled.row(y), scaled.row_bytes(),
                  row.row(y) + static_cast<std::size_t>(3 * side) * i);
  }
  return row;
}

}  // namespace

void describe(FieldVisitor& visitor, RepresentationOptions& o) {
  visitor.field({"knn", &o.knn,
                 "neighbours that vote for the class of an evaluated image; 0: no k-NN; null: 20 "
                 "where the data has labels",
                 kNonNegative});
}

Representation::Representation(const RepresentationOptions& options,
                               std::vector<std::string> classes)
    : classes_(std::move(classes)),
      k_(classes_.empty() ? 0 : options.knn.value_or(kUsualNeighbours)) {
  if (classes_.empty() && options.knn.value_or(0) > 0)
    throw Error(ErrorKind::usage, "task.knn",
                vit::str("asks for the votes of ", *options.knn,
                         " neighbours, and the data has no labels to vote for"),
                "leave it out: features are judged without labels too");
}

void Representation::add(std::int64_t index, std::int64_t label,
                         const std::vector<float>& features) {
  const auto width = static_cast<std::int64_t>(features.size());
  VIT_ASSERT(width_ == 0 || width == width_, "features of several widths");
  width_ = width;
  features_.insert(features_.end(), features.begin(), features.end());
  indices_.push_back(index);
  labels_.push_back(label);
  judgement_.reset();
}

void Representation::merge(const Representation& other) {
  width_ = std::max(width_, other.width_);
  features_.insert(features_.end(), other.features_.begin(), other.features_.end());
  indices_.insert(indices_.end(), other.indices_.begin(), other.indices_.end());
  labels_.insert(labels_.end(), other.labels_.begin(), other.labels_.end());
  judgement_.reset();
}

torch::Tensor Representation::all() const {
  return at::from_blob(const_cast<float*>(features_.data()),
                       {static_cast<std::int64_t>(indices_.size()), width_}, torch::kFloat32);
}

const Representation::Judgement& Representation::judge() const {
  if (judgement_ || indices_.empty()) {
    if (!judgement_) judgement_.emplace();
    return *judgement_;
  }
  const torch::NoGradGuard no_grad;
  Judgement found;
  const torch::Tensor features = all();
  found.rank = effective_rank(features);
  found.deviation = feature_deviation(features) * std::sqrt(static_cast<double>(width_));
  found.uniformity = uniformity(features);
  if (k_ > 0) {
    const torch::Tensor labels = torch::tensor(labels_);
    const torch::Tensor rows = labels.ge(0).nonzero().flatten();
    const torch::Tensor known = labels.index_select(0, rows),
                        units = features.index_select(0, rows);
    if (rows.size(0) > 1) {
      const torch::Tensor votes =
          knn_votes_of_others(units / units.norm(2, 1, true).clamp_min(1e-12), known, k_,
                              static_cast<std::int64_t>(classes_.size()));
      found.knn = 100 * votes.argmax(1).eq(known).to(torch::kFloat64).mean().item<double>();
    }
  }
  judgement_ = found;
  if (const auto why = collapse()) log::warn(*why);
  return *judgement_;
}

std::optional<std::string> Representation::collapse() const {
  if (indices_.size() < kLeastImages) return std::nullopt;
  const Judgement& found = judge();
  if (found.rank >= kLeastRank && found.deviation >= kLeastDeviation) return std::nullopt;
  return vit::str(
      "the features have collapsed: of ", width_, " channels, the effective rank is ",
      fixed(found.rank, 1), found.rank < kLeastRank ? " (below 5)" : "", ", and they spread over ",
      fixed(100 * found.deviation, 1), " % of what the sphere has room for",
      found.deviation < kLeastDeviation ? " (below 10 %)" : "", ": images are hardly told apart");
}

Metrics Representation::metrics() const {
  const Judgement& found = judge();
  Metrics metrics;
  if (k_ > 0)
    metrics.push_back({.name = "knn", .value = found.knn, .title = "k-NN", .percent = true});
  metrics.push_back({.name = "rankme", .value = found.rank, .title = "effective rank"});
  metrics.push_back({.name = "feature_std",
                     .value = found.deviation,
                     .better = Better::neither,
                     .title = "feature deviation"});
  metrics.push_back({.name = "uniformity", .value = found.uniformity, .better = Better::neither});
  return metrics;
}

std::optional<Headline> Representation::headline() const {
  if (k_ == 0) return std::nullopt;
  return Headline{.title = "Best k-NN accuracy",
                  .percent = judge().knn,
                  .chance = 100.0 / static_cast<double>(classes_.size()),
                  .count = static_cast<std::int64_t>(indices_.size()),
                  .counted = "images",
                  .proportion = true};
}

void Representation::report(const Dataset& data, EvaluationReport& report) const {
  const Judgement& found = judge();
  report.figures.push_back(
      {"Effective rank", fixed(found.rank, 1),
       vit::str("of at most ",
                std::min<std::int64_t>(width_, static_cast<std::int64_t>(indices_.size())),
                " (RankMe)")});
  report.figures.push_back({"Feature deviation", fixed(100 * found.deviation, 1) + " %",
                            "of features spread evenly over the sphere"});
  report.figures.push_back({"Uniformity", fixed(found.uniformity, 2), "0: all features are equal"});
  if (const auto why = collapse())
    report.sections.push_back(
        {"Collapse", Html{"<p class=\"card wide\"><b>Alarm:</b> " + html_text(*why) + ".</p>\n"}});
  constexpr std::size_t kShown = 8;
  constexpr std::int64_t kNearest = 5;
  constexpr int kSide = 96;
  if (indices_.size() < 2) return;
  const torch::NoGradGuard no_grad;
  const torch::Tensor features = all(),
                      units = features / features.norm(2, 1, true).clamp_min(1e-12);
  Gallery gallery{.about = "On the left an image, then those whose features are most like its own.",
                  .items = {}};
  const std::size_t shown = std::min(kShown, indices_.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto row = static_cast<std::int64_t>(i * indices_.size() / shown);
    torch::Tensor similar = units.mv(units[row]);
    similar[row] = 2;  // itself comes first
    const torch::Tensor nearest =
        std::get<1>(similar.topk(std::min<std::int64_t>(kNearest, similar.size(0))));
    std::vector<Image> images;
    std::string caption, source;
    for (std::int64_t k = 0; k < nearest.size(0); ++k) {
      const auto at = static_cast<std::size_t>(nearest[k].item<std::int64_t>());
      const Sample sample = data.get(indices_[at]);
      images.push_back(sample.image);
      if (k == 0) source = sample.source;
      if (labels_[at] >= 0 && labels_[at] < static_cast<std::int64_t>(classes_.size()))
        caption += (k == 0   ? ""
                    : k == 1 ? ": "
                             : ", ") +
                   classes_[static_cast<std::size_t>(labels_[at])];
    }
    gallery.items.push_back({in_a_row(images, kSide), caption, source});
  }
  report.sections.push_back({"Nearest neighbours", std::move(gallery)});
}

}  // namespace vit
