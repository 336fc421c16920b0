#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vit/metrics/detection.h"

/// Average precision by the rule of COCO's evaluation, number for number as pycocotools 2.0.11
/// computes it.
namespace vit {

/// Overlaps from .50 to .95 that a match needs, recalls from 0 to 1 at which precision is read, and
/// the sizes of objects: all, small (area up to 32²), medium, large (from 96²).
inline constexpr std::size_t kCocoOverlaps = 10, kCocoRecalls = 101, kCocoAreas = 4;
enum class CocoArea { all, small, medium, large };

/// -1 where there is no truth of the kind, here and below: pycocotools' value.
inline constexpr double kNoTruth = -1;

/// What COCO's evaluation found, with all that its twelve numbers are means of.
class CocoFigures {
 public:
  CocoFigures(std::int64_t num_classes, std::size_t limits);

  /// Precision at a recall, made monotone; with the largest number of detections.
  [[nodiscard]] double& precision(std::size_t overlap, std::int64_t label, CocoArea area,
                                  std::size_t recall);
  /// The largest recall; `limit` counts in the numbers of detections.
  [[nodiscard]] double& recall(std::size_t overlap, std::int64_t label, CocoArea area,
                               std::size_t limit);

  /// Mean precision over recalls, and over all overlaps and classes but those that are named.
  [[nodiscard]] double ap(std::optional<std::size_t> overlap = {}, CocoArea area = CocoArea::all,
                          std::optional<std::int64_t> label = {}) const;
  /// Mean of the largest recall over overlaps and classes.
  [[nodiscard]] double ar(std::size_t limit, CocoArea area = CocoArea::all,
                          std::optional<std::int64_t> label = {}) const;
  /// AP, AP50, AP75, AP small, medium, large, AR 1, 10, 100, AR small, medium, large (of 100),
  /// where the numbers of detections are the usual ones: pycocotools' `stats`.
  [[nodiscard]] std::array<double, 12> stats() const;

 private:
  [[nodiscard]] std::size_t place(std::size_t overlap, std::int64_t label, CocoArea area) const;
  std::int64_t num_classes_;
  std::size_t limits_;
  std::vector<double> precision_, recall_;  // [overlap, class, area, recalls or limits]
};
inline constexpr std::size_t kOverlap50 = 0, kOverlap75 = 5;

/// A mean with the interval that holds 95 % of what it is on images drawn anew.
struct Interval {
  double low = 0, high = 0;
};

/// Detections and the truth matched by COCO's rule. Images come in any order and over any number of
/// these, with the same result.
class CocoMatches {
 public:
  /// `limits`: how many detections of a class in an image count, ascending.
  explicit CocoMatches(std::int64_t num_classes, OverlapOf what = OverlapOf::boxes,
                       std::vector<std::int64_t> limits = {1, 10, 100});

  /// Matches an image. Labels are 0 to num_classes - 1.
  void add(const ObjectImage& image);
  /// Takes in the images of another one of the same kind.
  void merge(const CocoMatches& other);

  [[nodiscard]] CocoFigures figures() const;

  /// 95 % intervals of mAP and of mAP50: percentiles of what they are on as many images drawn from
  /// these with replacement, `draws` times (0: 1000, or as few as 100 where there are very many
  /// detections). Nothing without truth.
  struct Intervals {
    Interval map, map50;
  };
  [[nodiscard]] std::optional<Intervals> intervals(std::int64_t draws = 0,
                                                   std::uint64_t seed = 0) const;

  /// A detection that counts, whatever its size.
  struct Counted {
    double score = 0;
    bool hit = false;
  };
  /// Those of a class at an overlap, the surest first.
  [[nodiscard]] std::vector<Counted> counted(std::int64_t label,
                                             std::size_t overlap = kOverlap50) const;
  /// Objects of a class that count, and images with some.
  [[nodiscard]] std::int64_t truths(std::int64_t label) const;
  [[nodiscard]] std::int64_t images_with(std::int64_t label) const;

  [[nodiscard]] std::int64_t num_classes() const {
    return static_cast<std::int64_t>(classes_.size());
  }
  [[nodiscard]] std::int64_t images() const { return static_cast<std::int64_t>(images_.size()); }

 private:
  /// A detection: whether it is matched, and whether it is ignored, for each area and overlap.
  struct Match {
    double score = 0;
    std::int64_t image = 0, rank = 0;  // its place among those of its class in the image
    std::uint64_t matched = 0, ignored = 0;
  };
  /// How many objects of an image count, for each area.
  struct Truths {
    std::int64_t image = 0;
    std::array<std::int64_t, kCocoAreas> counts{};
  };
  struct Class {
    std::vector<Match> matches;
    std::vector<Truths> truths;
  };
  /// The matches of a class from the surest down, as pycocotools orders equal ones.
  [[nodiscard]] std::vector<Match> sorted(std::int64_t label) const;

  OverlapOf what_;
  std::vector<std::int64_t> limits_;
  std::vector<std::int64_t> images_;
  std::vector<Class> classes_;
};

}  // namespace vit
