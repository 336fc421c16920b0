#include "vit/metrics/detection_rates.h"

#include <algorithm>

namespace vit {
namespace {

ClassRates rates(double hits, double taken, double truths) {
  const double precision = taken > 0 ? hits / taken : 0, recall = hits / truths;
  return {precision, recall, taken + truths > 0 ? 2 * hits / (taken + truths) : 0};
}

/// ultralytics' compute_ap; it leaves a class of which nothing is found at 0.
double trapezoid_ap(const std::vector<CocoMatches::Counted>& counted, double truths) {
  if (counted.empty()) return 0;
  std::vector<double> recall{0}, precision{1};
  double hits = 0, taken = 0;
  for (const CocoMatches::Counted& one : counted) {
    hits += one.hit ? 1 : 0;
    ++taken;
    recall.push_back(hits / (truths + 1e-16));
    precision.push_back(hits / taken);
  }
  recall.push_back(1);
  precision.push_back(0);
  for (std::size_t i = precision.size(); i-- > 1;)
    precision[i - 1] = std::max(precision[i - 1], precision[i]);
  const auto at = [&](double x) {  // numpy's interp
    const auto above = std::upper_bound(recall.begin(), recall.end(), x);
    if (above == recall.end()) return precision.back();
    const auto j = static_cast<std::size_t>(above - recall.begin()) - 1;
    const double slope = (precision[j + 1] - precision[j]) / (recall[j + 1] - recall[j]);
    return slope * (x - recall[j]) + precision[j];
  };
  double area = 0;
  constexpr int kSteps = 100;
  for (int i = 0; i < kSteps; ++i)
    area += (at(i / double{kSteps}) + at((i + 1) / double{kSteps})) / 2 / kSteps;
  return area;
}

}  // namespace

DetectionRates rates_at(const CocoMatches& matches, double confidence) {
  DetectionRates found{.confidence = confidence};
  double classes = 0;
  for (std::int64_t label = 0; label < matches.num_classes(); ++label) {
    const auto truths = static_cast<double>(matches.truths(label));
    ClassRates& own = found.classes.emplace_back();
    if (truths == 0) continue;
    double hits = 0, taken = 0;
    for (const CocoMatches::Counted& one : matches.counted(label)) {
      if (one.score < confidence) break;
      hits += one.hit ? 1 : 0;
      ++taken;
    }
    own = rates(hits, taken, truths);
    found.mean.precision += own.precision;
    found.mean.recall += own.recall;
    found.mean.f1 += own.f1;
    ++classes;
  }
  for (double* sum : {&found.mean.precision, &found.mean.recall, &found.mean.f1})
    *sum = classes > 0 ? *sum / classes : 0;
  return found;
}

DetectionRates best_rates(const CocoMatches& matches) {
  struct Step {
    double score = 0;
    std::size_t label = 0;
    bool hit = false;
  };
  struct Class {
    double truths = 0, hits = 0, taken = 0, f1 = 0;
  };
  std::vector<Step> steps;
  std::vector<Class> classes(static_cast<std::size_t>(matches.num_classes()));
  for (std::size_t label = 0; label < classes.size(); ++label) {
    classes[label].truths = static_cast<double>(matches.truths(static_cast<std::int64_t>(label)));
    if (classes[label].truths == 0) continue;
    for (const auto& one : matches.counted(static_cast<std::int64_t>(label)))
      steps.push_back({one.score, label, one.hit});
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& a, const Step& b) { return a.score > b.score; });
  // From the surest down, with the sum of F1 kept; what has the same score is taken at once.
  double sum = 0, best = 0, confidence = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Class& own = classes[steps[i].label];
    own.hits += steps[i].hit ? 1 : 0;
    ++own.taken;
    const double f1 = rates(own.hits, own.taken, own.truths).f1;
    sum += f1 - own.f1;
    own.f1 = f1;
    constexpr double kRounding = 1e-12;
    if ((i + 1 == steps.size() || steps[i + 1].score < steps[i].score) && sum > best + kRounding) {
      best = sum;
      confidence = steps[i].score;
    }
  }
  return rates_at(matches, confidence);
}

UltralyticsAp ultralytics_ap(const CocoMatches& matches) {
  double sum50 = 0, sum = 0, classes = 0;
  for (std::int64_t label = 0; label < matches.num_classes(); ++label) {
    const auto truths = static_cast<double>(matches.truths(label));
    if (truths == 0) continue;
    ++classes;
    for (std::size_t t = 0; t < kCocoOverlaps; ++t) {
      const double ap = trapezoid_ap(matches.counted(label, t), truths);
      sum += ap / kCocoOverlaps;
      if (t == kOverlap50) sum50 += ap;
    }
  }
  if (classes == 0) return {};
  return {sum50 / classes, sum / classes};
}

}  // namespace vit
