#include "vit/metrics/detection_errors.h"

#include <algorithm>

#include "vit/core/error.h"

namespace vit {
namespace {

struct Pair {
  std::size_t truth = 0, found = 0;
  double overlap = 0;
  bool same_class = false;
};

bool counts(const TrueObject& object) { return !object.crowd && !object.difficult; }

/// The object that the detection overlaps most, of its class or of the others.
std::optional<Pair> nearest(const ObjectImage& image, std::size_t found, bool same_class) {
  std::optional<Pair> best;
  for (std::size_t g = 0; g < image.truth.size(); ++g) {
    const TrueObject& truth = image.truth[g];
    if (!counts(truth) || (truth.label == image.found[found].label) != same_class) continue;
    const double shared = overlap(image.found[found], truth, OverlapOf::boxes);
    if (!best || shared > best->overlap) best = {g, found, shared, same_class};
  }
  return best;
}

}  // namespace

std::string_view name_of(DetectionError error) {
  constexpr std::array<std::string_view, kDetectionErrors> kNames = {
      "missed", "duplicate", "wrong class", "poor box", "background"};
  return kNames[static_cast<std::size_t>(error)];
}

DetectionErrors::DetectionErrors(std::int64_t num_classes, ErrorRule rule) : rule_(rule) {
  const auto rows = static_cast<std::size_t>(num_classes) + 1;
  confusion_.assign(rows, std::vector<std::int64_t>(rows));
}

void DetectionErrors::note(const ErrorAt& error) {
  ++counts_[static_cast<std::size_t>(error.kind)];
  errors_.push_back(error);
}

void DetectionErrors::add(const ObjectImage& image) {
  std::vector<std::size_t> sure;
  for (const std::size_t d : by_score(image.found))
    if (image.found[d].score >= rule_.confidence) sure.push_back(d);
  std::vector<Pair> pairs;
  for (const std::size_t d : sure)
    for (std::size_t g = 0; g < image.truth.size(); ++g) {
      if (!counts(image.truth[g])) continue;
      const double shared = overlap(image.found[d], image.truth[g], OverlapOf::boxes);
      if (shared >= rule_.overlap)
        pairs.push_back({g, d, shared, image.found[d].label == image.truth[g].label});
    }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return a.same_class != b.same_class ? a.same_class : a.overlap > b.overlap;
  });
  std::vector<bool> is_found(image.truth.size()), is_joined(image.found.size());
  const std::size_t background = confusion_.size() - 1;
  const auto cell = [](std::int64_t label) { return static_cast<std::size_t>(label); };
  for (const Pair& pair : pairs) {
    if (is_found[pair.truth] || is_joined[pair.found]) continue;
    is_found[pair.truth] = is_joined[pair.found] = true;
    ++confusion_[cell(image.truth[pair.truth].label)][cell(image.found[pair.found].label)];
    if (!pair.same_class) note({DetectionError::wrong_class, image.id, pair.truth, pair.found});
  }
  std::vector<bool> has_poor_box(image.truth.size());
  for (const std::size_t d : sure) {
    if (is_joined[d]) continue;
    const bool ignored =
        std::any_of(image.truth.begin(), image.truth.end(), [&](const TrueObject& truth) {
          return !counts(truth) && truth.label == image.found[d].label &&
                 overlap(image.found[d], truth, OverlapOf::boxes) >= rule_.overlap;
        });
    if (ignored) continue;
    ++confusion_[background][cell(image.found[d].label)];
    const auto own = nearest(image, d, true), other = nearest(image, d, false);
    if (own && own->overlap >= rule_.overlap) {
      note({DetectionError::duplicate, image.id, own->truth, d});
    } else if (other && other->overlap >= rule_.overlap) {
      note({DetectionError::wrong_class, image.id, other->truth, d});
    } else if (own && own->overlap >= rule_.poor_overlap) {
      has_poor_box[own->truth] = true;
      note({DetectionError::poor_box, image.id, own->truth, d});
    } else {
      note({DetectionError::background, image.id, std::nullopt, d});
    }
  }
  for (std::size_t g = 0; g < image.truth.size(); ++g) {
    if (!counts(image.truth[g]) || is_found[g]) continue;
    ++confusion_[cell(image.truth[g].label)][background];
    if (!has_poor_box[g]) note({DetectionError::missed, image.id, g, std::nullopt});
  }
}

void DetectionErrors::merge(const DetectionErrors& other) {
  VIT_ASSERT(confusion_.size() == other.confusion_.size());
  for (std::size_t row = 0; row < confusion_.size(); ++row)
    for (std::size_t column = 0; column < confusion_.size(); ++column)
      confusion_[row][column] += other.confusion_[row][column];
  for (std::size_t kind = 0; kind < kDetectionErrors; ++kind) counts_[kind] += other.counts_[kind];
  errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
}

}  // namespace vit
