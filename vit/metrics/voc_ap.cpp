#include "vit/metrics/voc_ap.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace vit {
namespace {

constexpr double kNoAp = std::numeric_limits<double>::quiet_NaN();

double voc_overlap(ObjectBox a, ObjectBox b, const VocRule& rule) {
  if (rule.inclusive)
    for (ObjectBox* box : {&a, &b}) {
      ++box->width;
      ++box->height;
    }
  return overlap(a, b, false);
}

double eleven_points(const VocAp& curve) {
  double sum = 0;
  for (int i = 0; i <= 10; ++i) {
    const double point = i == 10 ? 1 : i * 0.1;  // numpy's linspace(0, 1, 11)
    double largest = 0;
    for (std::size_t j = 0; j < curve.recall.size(); ++j)
      if (curve.recall[j] >= point) largest = std::max(largest, curve.precision[j]);
    sum += largest;
  }
  return sum / 11;
}

double area_below(const VocAp& curve) {
  double area = 0, above = 0;  // from the right: the largest precision so far
  for (std::size_t j = curve.recall.size(); j-- > 0;) {
    above = std::max(above, curve.precision[j]);
    area += (curve.recall[j] - (j > 0 ? curve.recall[j - 1] : 0)) * above;
  }
  return area;
}

}  // namespace

VocAp voc_ap(std::span<const ObjectImage> images, std::int64_t label, const VocRule& rule) {
  struct Found {
    const ObjectImage* image = nullptr;
    std::size_t object = 0, image_at = 0;
    [[nodiscard]] const ScoredObject& get() const { return image->found[object]; }
  };
  VocAp result{kNoAp, kNoAp, 0, {}, {}};
  std::vector<Found> found;
  std::vector<std::vector<bool>> taken;
  for (std::size_t i = 0; i < images.size(); ++i) {
    taken.emplace_back(images[i].truth.size());
    for (const TrueObject& truth : images[i].truth)
      if (truth.label == label && !truth.difficult && !truth.crowd) ++result.truths;
    for (std::size_t d = 0; d < images[i].found.size(); ++d)
      if (images[i].found[d].label == label) found.push_back({&images[i], d, i});
  }
  if (result.truths == 0) return result;
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    if (a.get().score != b.get().score) return a.get().score > b.get().score;
    return std::tie(a.image->id, a.object) < std::tie(b.image->id, b.object);
  });
  double hits = 0, counted = 0;
  for (const Found& one : found) {
    double best = 0;
    std::size_t at = one.image->truth.size();
    for (std::size_t g = 0; g < one.image->truth.size(); ++g) {
      if (one.image->truth[g].label != label) continue;
      const double shared = voc_overlap(one.get().box, one.image->truth[g].box, rule);
      if (shared <= best) continue;
      best = shared;
      at = g;
    }
    const bool matches = at < one.image->truth.size() && best >= rule.overlap;
    if (matches && (one.image->truth[at].difficult || one.image->truth[at].crowd)) continue;
    if (matches && !taken[one.image_at][at]) {
      taken[one.image_at][at] = true;
      ++hits;
    }
    ++counted;
    result.recall.push_back(hits / static_cast<double>(result.truths));
    result.precision.push_back(hits / counted);
  }
  result.points_11 = eleven_points(result);
  result.all_points = area_below(result);
  return result;
}

VocMeans voc_means(std::span<const ObjectImage> images, std::int64_t num_classes,
                   const VocRule& rule) {
  VocMeans sum;
  double classes = 0;
  for (std::int64_t label = 0; label < num_classes; ++label) {
    const VocAp own = voc_ap(images, label, rule);
    if (own.truths == 0) continue;
    sum.points_11 += own.points_11;
    sum.all_points += own.all_points;
    ++classes;
  }
  if (classes == 0) return {kNoAp, kNoAp};
  return {sum.points_11 / classes, sum.all_points / classes};
}

}  // namespace vit
