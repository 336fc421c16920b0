#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "vit/metrics/detection.h"

namespace vit {

/// What is wrong with a detection, or with an object that none is for.
enum class DetectionError {
  missed,       ///< an object without a detection, not even a poor one
  duplicate,    ///< one more detection of an object
  wrong_class,  ///< on an object of another class
  poor_box,     ///< overlaps an object of its class, but by too little
  background    ///< where there is nothing of its class
};
inline constexpr std::size_t kDetectionErrors = 5;
/// `missed`, `duplicate`, `wrong class`, `poor box`, `background`.
[[nodiscard]] std::string_view name_of(DetectionError error);

/// One error and what it concerns: positions in the image's lists.
struct ErrorAt {
  DetectionError kind{};
  std::int64_t image = 0;
  std::optional<std::size_t> truth{}, found{};
};

/// From which score and overlap on detections are taken to be something.
struct ErrorRule {
  double confidence = 0.25, overlap = 0.45, poor_overlap = 0.1;
};

/// What detections take for what, and their errors by kind.
///
/// Each object is joined to at most one detection that overlaps it by `overlap` or more, pairs of
/// one class first and then the largest overlap. What is left over and overlaps a crowd or a
/// difficult object of its class does not count. Kinds are those of TIDE (Bolya et al. 2020), whose
/// `both` is `background` here.
class DetectionErrors {
 public:
  explicit DetectionErrors(std::int64_t num_classes, ErrorRule rule = {});
  void add(const ObjectImage& image);
  void merge(const DetectionErrors& other);

  /// How often an object of the class of the row was taken for the class of the column; the last
  /// row and column are the background.
  [[nodiscard]] const std::vector<std::vector<std::int64_t>>& confusion() const {
    return confusion_;
  }
  [[nodiscard]] std::int64_t count(DetectionError kind) const {
    return counts_[static_cast<std::size_t>(kind)];
  }
  /// All of them, in the order in which images came.
  [[nodiscard]] const std::vector<ErrorAt>& all() const { return errors_; }
  [[nodiscard]] const ErrorRule& rule() const { return rule_; }

 private:
  void note(const ErrorAt& error);

  ErrorRule rule_;
  std::vector<std::vector<std::int64_t>> confusion_;
  std::array<std::int64_t, kDetectionErrors> counts_{};
  std::vector<ErrorAt> errors_;
};

}  // namespace vit
