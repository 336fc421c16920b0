#include "vit/metrics/coco_ap.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/rng.h"

namespace vit {
namespace {

/// numpy's linspace(.5, .95, 10).
double overlap_threshold(std::size_t i) {
  constexpr double kStep = (0.95 - 0.5) / 9;
  return i + 1 == kCocoOverlaps ? 0.95 : static_cast<double>(i) * kStep + 0.5;
}

/// numpy's linspace(0, 1, 101).
double recall_point(std::size_t i) {
  return i + 1 == kCocoRecalls ? 1 : static_cast<double>(i) * (1.0 / 100);
}

bool is_within(double area, std::size_t size) {
  constexpr double kSmall = 32 * 32, kLarge = 96 * 96, kLargest = 1e5 * 1e5;
  constexpr std::array<std::pair<double, double>, kCocoAreas> kSizes = {
      {{0, kLargest}, {0, kSmall}, {kSmall, kLarge}, {kLarge, kLargest}}};
  return area >= kSizes[size].first && area <= kSizes[size].second;
}

std::uint64_t bit(std::size_t area, std::size_t overlap) {
  return std::uint64_t{1} << (area * kCocoOverlaps + overlap);
}

/// Precision and recall behind each detection, and what is read from them. Kept between uses: a
/// bootstrap makes millions.
struct Curve {
  std::vector<double> precision, recall;

  void clear() {
    precision.clear();
    recall.clear();
    hits = misses = 0;
  }
  void step(bool hit, double weight, double truths) {
    (hit ? hits : misses) += weight;
    recall.push_back(hits / truths);
    precision.push_back(hits / (misses + hits + std::numeric_limits<double>::epsilon()));
  }
  /// Calls take(i, precision at the i-th recall), the precision being the largest from there on.
  template <class Take>
  void read(const Take& take) {
    for (std::size_t i = precision.size(); i-- > 1;)
      precision[i - 1] = std::max(precision[i - 1], precision[i]);
    std::size_t at = 0;
    for (std::size_t i = 0; i < kCocoRecalls; ++i) {
      while (at < recall.size() && recall[at] < recall_point(i)) ++at;
      take(i, at < precision.size() ? precision[at] : 0.0);
    }
  }

  double hits = 0, misses = 0;
};

/// The mean of what is there; the sum is exact to the last digits in any order.
struct Mean {
  long double sum = 0;
  std::int64_t count = 0;

  void add(double value) {
    if (value <= kNoTruth) return;
    sum += value;
    ++count;
  }
  [[nodiscard]] double value() const {
    return count == 0 ? kNoTruth : static_cast<double>(sum / static_cast<long double>(count));
  }
};

double percentile(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

CocoFigures::CocoFigures(std::int64_t num_classes, std::size_t limits)
    : num_classes_(num_classes),
      limits_(limits),
      precision_(place(kCocoOverlaps, 0, CocoArea::all) * kCocoRecalls, kNoTruth),
      recall_(place(kCocoOverlaps, 0, CocoArea::all) * limits, kNoTruth) {}

std::size_t CocoFigures::place(std::size_t overlap, std::int64_t label, CocoArea area) const {
  return (overlap * static_cast<std::size_t>(num_classes_) + static_cast<std::size_t>(label)) *
             kCocoAreas +
         static_cast<std::size_t>(area);
}

double& CocoFigures::precision(std::size_t overlap, std::int64_t label, CocoArea area,
                               std::size_t recall) {
  return precision_[place(overlap, label, area) * kCocoRecalls + recall];
}

double& CocoFigures::recall(std::size_t overlap, std::int64_t label, CocoArea area,
                            std::size_t limit) {
  return recall_[place(overlap, label, area) * limits_ + limit];
}

double CocoFigures::ap(std::optional<std::size_t> overlap, CocoArea area,
                       std::optional<std::int64_t> label) const {
  Mean mean;
  for (std::size_t t = overlap.value_or(0); t < (overlap ? *overlap + 1 : kCocoOverlaps); ++t)
    for (std::int64_t k = label.value_or(0); k < (label ? *label + 1 : num_classes_); ++k)
      for (std::size_t r = 0; r < kCocoRecalls; ++r)
        mean.add(precision_[place(t, k, area) * kCocoRecalls + r]);
  return mean.value();
}

double CocoFigures::ar(std::size_t limit, CocoArea area, std::optional<std::int64_t> label) const {
  Mean mean;
  for (std::size_t t = 0; t < kCocoOverlaps; ++t)
    for (std::int64_t k = label.value_or(0); k < (label ? *label + 1 : num_classes_); ++k)
      mean.add(recall_[place(t, k, area) * limits_ + limit]);
  return mean.value();
}

std::array<double, 12> CocoFigures::stats() const {
  VIT_ASSERT(limits_ == 3);
  return {ap(),
          ap(kOverlap50),
          ap(kOverlap75),
          ap({}, CocoArea::small),
          ap({}, CocoArea::medium),
          ap({}, CocoArea::large),
          ar(0),
          ar(1),
          ar(2),
          ar(2, CocoArea::small),
          ar(2, CocoArea::medium),
          ar(2, CocoArea::large)};
}

CocoMatches::CocoMatches(std::int64_t num_classes, OverlapOf what, std::vector<std::int64_t> limits)
    : what_(what), limits_(std::move(limits)), classes_(static_cast<std::size_t>(num_classes)) {}

void CocoMatches::add(const ObjectImage& image) {
  images_.push_back(image.id);
  struct OfClass {
    std::vector<const TrueObject*> truth;
    std::vector<const ScoredObject*> found;  // the surest first
  };
  std::map<std::int64_t, OfClass> by_class;
  for (const TrueObject& object : image.truth) {
    VIT_ASSERT(object.label >= 0 && object.label < num_classes(), object.label);
    by_class[object.label].truth.push_back(&object);
  }
  for (const std::size_t i : by_score(image.found)) {
    const ScoredObject& object = image.found[i];
    VIT_ASSERT(object.label >= 0 && object.label < num_classes(), object.label);
    OfClass& own = by_class[object.label];
    if (static_cast<std::int64_t>(own.found.size()) < limits_.back()) own.found.push_back(&object);
  }
  for (const auto& [label, own] : by_class) {
    Class& kept = classes_[static_cast<std::size_t>(label)];
    const std::size_t truths = own.truth.size();
    std::vector<double> overlaps;  // [found, truth]
    for (const ScoredObject* object : own.found)
      for (const TrueObject* truth : own.truth) overlaps.push_back(overlap(*object, *truth, what_));
    const std::size_t first = kept.matches.size();
    for (const ScoredObject* object : own.found)
      kept.matches.push_back(
          {object->score, image.id, static_cast<std::int64_t>(kept.matches.size() - first)});
    Truths& counted = kept.truths.emplace_back();
    counted.image = image.id;
    for (std::size_t area = 0; area < kCocoAreas; ++area) {
      const auto counts = [&](std::size_t g) {
        const TrueObject& object = *own.truth[g];
        return !object.crowd && !object.difficult && is_within(object.area, area);
      };
      std::vector<std::size_t> order;  // those that count come first
      for (std::size_t g = 0; g < truths; ++g)
        if (counts(g)) order.push_back(g);
      const std::size_t counting = order.size();
      for (std::size_t g = 0; g < truths; ++g)
        if (!counts(g)) order.push_back(g);
      counted.counts[area] = static_cast<std::int64_t>(counting);
      for (std::size_t t = 0; t < kCocoOverlaps; ++t) {
        std::vector<bool> taken(truths);
        for (std::size_t d = 0; d < own.found.size(); ++d) {
          // Of equal overlaps the later object wins; one that counts goes before those that do not.
          double best = std::min(overlap_threshold(t), 1 - 1e-10);
          std::optional<std::size_t> match;  // in `order`
          for (std::size_t i = 0; i < truths; ++i) {
            const TrueObject& object = *own.truth[order[i]];
            if (taken[i] && !object.crowd && !object.difficult) continue;
            if (match && *match < counting && i >= counting) break;
            const double found = overlaps[d * truths + order[i]];
            if (found < best) continue;
            best = found;
            match = i;
          }
          Match& own_match = kept.matches[first + d];
          bool is_matched = false;
          if (match) {
            taken[*match] = true;
            is_matched = !own.truth[order[*match]]->unmatchable;
            if (*match >= counting) own_match.ignored |= bit(area, t);
          }
          if (is_matched) own_match.matched |= bit(area, t);
          if (!is_matched && !is_within(own.found[d]->area, area))
            own_match.ignored |= bit(area, t);
        }
      }
    }
  }
}

void CocoMatches::merge(const CocoMatches& other) {
  VIT_ASSERT(num_classes() == other.num_classes() && limits_ == other.limits_);
  images_.insert(images_.end(), other.images_.begin(), other.images_.end());
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    Class& own = classes_[k];
    const Class& more = other.classes_[k];
    own.matches.insert(own.matches.end(), more.matches.begin(), more.matches.end());
    own.truths.insert(own.truths.end(), more.truths.begin(), more.truths.end());
  }
}

std::vector<CocoMatches::Match> CocoMatches::sorted(std::int64_t label) const {
  std::vector<Match> matches = classes_[static_cast<std::size_t>(label)].matches;
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    if (a.score != b.score) return a.score > b.score;
    return std::pair(a.image, a.rank) < std::pair(b.image, b.rank);
  });
  return matches;
}

CocoFigures CocoMatches::figures() const {
  CocoFigures figures(num_classes(), limits_.size());
  Curve curve;
  for (std::int64_t label = 0; label < num_classes(); ++label) {
    const std::vector<Match> matches = sorted(label);
    for (std::size_t a = 0; a < kCocoAreas; ++a) {
      const auto area = static_cast<CocoArea>(a);
      double truths = 0;
      for (const Truths& of_image : classes_[static_cast<std::size_t>(label)].truths)
        truths += static_cast<double>(of_image.counts[a]);
      if (truths == 0) continue;
      for (std::size_t t = 0; t < kCocoOverlaps; ++t)
        for (std::size_t limit = 0; limit < limits_.size(); ++limit) {
          curve.clear();
          for (const Match& match : matches)
            if (match.rank < limits_[limit] && (match.ignored & bit(a, t)) == 0)
              curve.step((match.matched & bit(a, t)) != 0, 1, truths);
          figures.recall(t, label, area, limit) = curve.recall.empty() ? 0 : curve.recall.back();
          if (limit + 1 == limits_.size())
            curve.read([&](std::size_t r, double precision) {
              figures.precision(t, label, area, r) = precision;
            });
        }
    }
  }
  return figures;
}

std::optional<CocoMatches::Intervals> CocoMatches::intervals(std::int64_t draws,
                                                             std::uint64_t seed) const {
  std::vector<std::int64_t> images = images_;
  std::sort(images.begin(), images.end());
  const auto place = [&](std::int64_t image) {
    return std::lower_bound(images.begin(), images.end(), image) - images.begin();
  };
  struct Dense {
    std::vector<Match> matches;
    std::vector<std::pair<std::int64_t, double>> truths;  // place of the image, how many
  };
  std::vector<Dense> classes;
  for (std::int64_t label = 0; label < num_classes(); ++label) {
    Dense own{sorted(label), {}};
    for (Match& match : own.matches) match.image = place(match.image);
    for (const Truths& of_image : classes_[static_cast<std::size_t>(label)].truths)
      if (of_image.counts[0] > 0)
        own.truths.emplace_back(place(of_image.image), static_cast<double>(of_image.counts[0]));
    if (!own.truths.empty()) classes.push_back(std::move(own));
  }
  if (classes.empty()) return std::nullopt;
  if (draws == 0) {
    constexpr std::int64_t kMost = 1000, kFewest = 100, kSteps = 100'000'000;
    std::int64_t detections = 1;
    for (const Dense& own : classes) detections += static_cast<std::int64_t>(own.matches.size());
    draws = std::clamp(kSteps / detections, kFewest, kMost);
  }

  std::vector<double> maps, maps50, weights;
  Curve curve;
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    Rng rng(seed, Stream::dataset, static_cast<std::uint64_t>(draw));
    weights.assign(images.size(), 0);
    for (std::size_t i = 0; i < images.size(); ++i) weights[rng.below(images.size())] += 1;
    Mean map, map50;
    for (const Dense& own : classes) {
      double truths = 0;
      for (const auto& [image, count] : own.truths)
        truths += count * weights[static_cast<std::size_t>(image)];
      if (truths == 0) continue;
      for (std::size_t t = 0; t < kCocoOverlaps; ++t) {
        curve.clear();
        for (const Match& match : own.matches) {
          const double weight = weights[static_cast<std::size_t>(match.image)];
          if (weight > 0 && (match.ignored & bit(0, t)) == 0)
            curve.step((match.matched & bit(0, t)) != 0, weight, truths);
        }
        curve.read([&](std::size_t, double precision) {
          map.add(precision);
          if (t == kOverlap50) map50.add(precision);
        });
      }
    }
    if (map.count == 0) continue;  // only images without objects were drawn
    maps.push_back(map.value());
    maps50.push_back(map50.value());
  }
  if (maps.empty()) return std::nullopt;
  constexpr double kLow = 0.025, kHigh = 0.975;
  return Intervals{{percentile(maps, kLow), percentile(maps, kHigh)},
                   {percentile(maps50, kLow), percentile(maps50, kHigh)}};
}

std::vector<CocoMatches::Counted> CocoMatches::counted(std::int64_t label,
                                                       std::size_t overlap) const {
  std::vector<Counted> counted;
  for (const Match& match : sorted(label))
    if ((match.ignored & bit(0, overlap)) == 0)
      counted.push_back({match.score, (match.matched & bit(0, overlap)) != 0});
  return counted;
}

std::int64_t CocoMatches::truths(std::int64_t label) const {
  std::int64_t count = 0;
  for (const Truths& of_image : classes_[static_cast<std::size_t>(label)].truths)
    count += of_image.counts[0];
  return count;
}

std::int64_t CocoMatches::images_with(std::int64_t label) const {
  const std::vector<Truths>& all = classes_[static_cast<std::size_t>(label)].truths;
  return std::count_if(all.begin(), all.end(),
                       [](const Truths& of_image) { return of_image.counts[0] > 0; });
}

}  // namespace vit
