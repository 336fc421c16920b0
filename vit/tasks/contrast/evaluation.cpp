#include "vit/tasks/contrast/evaluation.h"

#include <ATen/ops/empty.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "vit/report/number.h"
#include "vit/tasks/texts.h"

namespace vit {
namespace {

torch::Tensor rows(const std::vector<const std::vector<float>*>& values) {
  const auto count = static_cast<std::int64_t>(values.size());
  const std::int64_t width = values.empty() ? 0 : static_cast<std::int64_t>(values[0]->size());
  torch::Tensor all = at::empty({count, width});
  for (std::int64_t i = 0; i < count; ++i)
    std::copy(values[static_cast<std::size_t>(i)]->begin(),
              values[static_cast<std::size_t>(i)]->end(),
              all.mutable_data_ptr<float>() + i * width);
  return all;
}

/// The number of a name, the first one being 0.
std::int64_t number_in(std::map<std::string, std::int64_t>& known, const std::string& name) {
  return known.emplace(name, static_cast<std::int64_t>(known.size())).first->second;
}

std::string percent_of(double share) { return percent(100 * share, 1); }

}  // namespace

void ContrastEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto& truth = batch.annotations_as<Texts>();
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto& found = std::get<ImageText>(predictions[i]);
    pairs_.push_back({batch.indices.const_data_ptr<std::int64_t>()[i], truth.sources[i],
                      truth.captions[i], found.image, found.text});
    const std::int64_t label = truth.labels[i];
    if (label < 0 || found.logits.empty()) continue;
    const auto best = std::max_element(found.logits.begin(), found.logits.end());
    ++labelled_;
    classified_right_ += best - found.logits.begin() == label ? 1 : 0;
  }
}

void ContrastEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const ContrastEvaluation&>(other);
  pairs_.insert(pairs_.end(), more.pairs_.begin(), more.pairs_.end());
  labelled_ += more.labelled_;
  classified_right_ += more.classified_right_;
}

ContrastEvaluation::Table ContrastEvaluation::table() const {
  Table all;
  std::map<std::string, std::int64_t> images, texts;
  std::vector<const std::vector<float>*> image_rows, caption_rows;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    const std::int64_t image = number_in(images, pair.source);
    if (image == static_cast<std::int64_t>(image_rows.size())) {
      image_rows.push_back(&pair.image);
      all.image_pair.push_back(i);
    }
    caption_rows.push_back(&pair.text);
    all.owner.push_back(image);
    all.text.push_back(number_in(texts, pair.caption));
  }
  all.images = rows(image_rows);
  all.captions = rows(caption_rows);
  return all;
}

RetrievalBothWays ContrastEvaluation::figures() const {
  if (pairs_.empty()) return {};
  const Table all = table();
  return retrieval(all.images, all.captions, all.owner, all.text);
}

Metrics ContrastEvaluation::metrics() const {
  const RetrievalBothWays found = figures();
  const auto metric = [](const char* name, double share, const char* title) {
    return Metric{.name = name, .value = 100 * share, .title = title, .percent = true};
  };
  const auto& [i2t, t2i] = found;
  Metrics all{metric("r1", (i2t.r1 + t2i.r1) / 2, "R@1"), metric("i2t_r1", i2t.r1, "text R@1"),
              metric("i2t_r5", i2t.r5, "text R@5"),       metric("i2t_r10", i2t.r10, "text R@10"),
              metric("t2i_r1", t2i.r1, "image R@1"),      metric("t2i_r5", t2i.r5, "image R@5"),
              metric("t2i_r10", t2i.r10, "image R@10")};
  if (!classes_.empty())
    all.push_back(metric(
        "zero_shot",
        labelled_ == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : static_cast<double>(classified_right_) / static_cast<double>(labelled_),
        "zero-shot"));
  return all;
}

std::optional<Headline> ContrastEvaluation::headline() const {
  Headline headline{.title = "Best R@1, both ways",
                    .percent = metrics().front().value,
                    .count = static_cast<std::int64_t>(pairs_.size()),
                    .counted = "pairs"};
  if (!pairs_.empty()) headline.chance = 100.0 / static_cast<double>(pairs_.size());
  return headline;
}

EvaluationReport ContrastEvaluation::report(const Dataset& data) const {
  EvaluationReport report;
  report.headline = headline();
  if (pairs_.empty()) return report;
  const RetrievalBothWays found = figures();
  vit::Table both{
      .header = {"Finds", "R@1", "R@5", "R@10", "Median rank", "Mean rank", "Queries", "Ties"},
      .rows = {}};
  const auto row = [&](const char* what, const RetrievalFigures& way) {
    both.rows.push_back({what, percent_of(way.r1), percent_of(way.r5), percent_of(way.r10),
                         fixed(way.median_rank, 1), fixed(way.mean_rank, 1),
                         std::to_string(way.queries), std::to_string(way.ties)});
  };
  row("the text of an image", found.image_to_text);
  row("the image of a text", found.text_to_image);
  if (labelled_ > 0)
    report.figures.push_back(
        {"Zero-shot accuracy",
         percent_of(static_cast<double>(classified_right_) / static_cast<double>(labelled_)),
         "classes by their sentences"});
  report.sections.push_back({"Retrieval", std::move(both)});
  Gallery gallery{.about =
                      "Images spread over the data, and the text that is nearest to each; "
                      "where it is not the image's own, its own behind it.",
                  .items = {}};
  constexpr std::size_t kMostShown = 16;
  const Table all = table();
  const std::size_t images = all.image_pair.size(),
                    step = std::max<std::size_t>(1, images / kMostShown);
  for (std::size_t i = 0; i < images && gallery.items.size() < kMostShown; i += step) {
    const Pair& pair = pairs_[all.image_pair[i]];
    const auto best = static_cast<std::size_t>(
        all.captions.mv(all.images[static_cast<std::int64_t>(i)]).argmax().item<std::int64_t>());
    const std::string& said = pairs_[best].caption;
    gallery.items.push_back({data.get(pair.index).image,
                             said == pair.caption ? said : said + " (own: " + pair.caption + ")",
                             pair.source});
  }
  report.sections.push_back({"What is nearest to images", std::move(gallery)});
  return report;
}

}  // namespace vit
