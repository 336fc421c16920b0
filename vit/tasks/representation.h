#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/train/task.h"

namespace vit {

/// How features are judged while they are learned without labels.
struct RepresentationOptions {
  /// Neighbours that vote for an image's class; 0: none do; null: 20 where the data has labels.
  std::optional<std::int64_t> knn;
};
void describe(FieldVisitor& visitor, RepresentationOptions& options);

/// Collects the features of the images that are evaluated and judges them: by what they say of
/// classes, where labels exist (k-NN among the evaluated images, each by all others), and by how
/// they fill their space, for which nothing need be known.
class Representation {
 public:
  /// Without classes there is no k-NN. Throws Error (usage) where it is asked for all the same.
  Representation(const RepresentationOptions& options, std::vector<std::string> classes);

  /// The features of one image of the data; label -1: none.
  void add(std::int64_t index, std::int64_t label, const std::vector<float>& features);
  void merge(const Representation& other);

  /// `knn` (where there are classes), `rankme`, `feature_std` (by 1/sqrt(D), so that 1 is the whole
  /// sphere), `uniformity`. Collapsed features are told to the log when they are judged.
  [[nodiscard]] Metrics metrics() const;
  /// The share of images whose class the others' votes name, in percent; nothing without classes.
  [[nodiscard]] std::optional<Headline> headline() const;
  /// Why the features count as collapsed: an effective rank below 5, or a deviation below a tenth
  /// of the sphere's. Nothing where they do not; fewer than ten images tell nothing.
  [[nodiscard]] std::optional<std::string> collapse() const;
  /// Adds the figures, the alarm where there is one, and images beside those nearest to them.
  void report(const Dataset& data, EvaluationReport& report) const;

 private:
  struct Judgement {
    double knn = 0, rank = 0, deviation = 0, uniformity = 0;
  };
  const Judgement& judge() const;
  [[nodiscard]] torch::Tensor all() const;  // [N, D]

  std::vector<std::string> classes_;
  std::int64_t k_;
  std::int64_t width_ = 0;
  std::vector<float> features_;
  std::vector<std::int64_t> indices_, labels_;
  mutable std::optional<Judgement> judgement_;  // of what has been added so far
};

}  // namespace vit
