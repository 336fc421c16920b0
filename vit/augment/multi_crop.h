#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/augment/registry.h"
#include "vit/image/input_spec.h"
#include "vit/image/sample.h"

namespace vit {

/// Views of one kind that multi-crop cuts from each picture.
struct ViewOptions {
  std::int64_t crops = 2;
  Size2 size{224, 224};
  std::vector<double> scale{0.4, 1.0};  ///< part of the picture's area
};
void describe(FieldVisitor& visitor, ViewOptions& options);

/// DINO's augmentation (Caron et al. 2021, section 3): a few global views, which cover much of a
/// picture, and more local ones, which are small.
struct MultiCropOptions {
  bool enabled = false;
  ViewOptions global{2, {224, 224}, {0.4, 1.0}};
  ViewOptions local{8, {96, 96}, {0.05, 0.4}};
};
void describe(FieldVisitor& visitor, MultiCropOptions& options);

/// Cuts the views of a picture and gives them as normalised numbers, each by DINO's operations:
/// crop, mirror, colour jitter, grey, blur; the second global one is solarised in a fifth of the
/// cases, and blurred in a tenth.
class MultiCrop {
 public:
  /// Throws Error (usage) where a scale is no interval, or there is no global view.
  MultiCrop(const MultiCropOptions& options, const InputSpec& preprocessing, std::uint64_t seed);

  [[nodiscard]] std::size_t views() const { return views_.size(); }
  /// What view `i` looks like: its size is its own.
  [[nodiscard]] const InputSpec& preprocessing(std::size_t i) const {
    return views_[i].preprocessing;
  }
  /// Writes view `i` of sample `index` in `epoch` to `out`, in_chans * height * width floats: a
  /// pure function of (seed, epoch, index, i). The picture must be decoded.
  void apply(const Sample& sample, std::int64_t epoch, std::int64_t index, std::size_t i,
             float* out) const;

 private:
  struct View {
    InputSpec preprocessing;
    AugmentList ops;
  };
  std::vector<View> views_;
  std::uint64_t seed_;
};

}  // namespace vit
