#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "vit/augment/multi_crop.h"
#include "vit/augment/options.h"
#include "vit/augment/region_op.h"
#include "vit/image/input_spec.h"
#include "vit/image/sample.h"

namespace vit {

/// How pictures are decoded.
struct DecodePolicy {
  std::string decode = "exact";   ///< exact: Pillow's pixels; fast: see DecodeOptions
  bool exif_orientation = false;  ///< turns pictures upright first
};
void describe(FieldVisitor& visitor, DecodePolicy& policy);

/// What boxes and masks are laid on.
enum class AnnotationFrame { input, file };

/// From a sample to the numbers a model is given. What `apply` does to sample `index` in `epoch` is
/// a pure function of (seed, epoch, index): the same on any number of threads.
class Pipeline {
 public:
  /// For training: augmentation, then normalisation. `versions`: of each sample, as AugMix wants
  /// them (timm's AugMixDataset): all share the crops and flips that the augmentation begins with,
  /// the first goes without the rest of it, each other one has the rest with numbers of its own.
  /// Throws Error (usage) where versions cannot differ, or are to be mixed.
  static Pipeline training(const InputSpec& preprocessing, const AugmentOptions& augment,
                           std::uint64_t seed, const DecodePolicy& decoding = {},
                           std::int64_t versions = 1);
  static Pipeline training(const InputSpec& preprocessing, const AugmentList& train,
                           std::uint64_t seed);
  /// For evaluation: timm's transform, no randomness. `annotations`: whether boxes and masks move
  /// with the image, or stay as they lie on the image in its file, as an evaluation there wants it.
  static Pipeline evaluation(const InputSpec& preprocessing, const DecodePolicy& decoding = {},
                             AnnotationFrame annotations = AnnotationFrame::input);

  /// `out` holds in_chans * height * width floats. A picture that is still encoded is decoded, no
  /// more of it than is needed. Throws Error (usage) where the operations leave a picture of
  /// another size than the model's, Error (data) where it cannot be decoded.
  void apply(Sample& sample, std::int64_t epoch, std::int64_t index, float* out) const;

  /// The other samples, of a data set that has so many, which sample `index` must hold as its
  /// companions in `epoch`, undecoded or not; mostly none. A pure function of (seed, epoch, index).
  [[nodiscard]] std::vector<std::int64_t> companions(std::int64_t samples, std::int64_t epoch,
                                                     std::int64_t index) const;

  /// The pipeline of this batch of an epoch: one of those for the sizes of augment.multi_scale,
  /// drawn from (seed, epoch, batch), or this one.
  [[nodiscard]] const Pipeline& of_batch(std::int64_t epoch, std::int64_t batch) const;

  /// Whether inputs keep the shapes of their images (crop_mode `whole`), so that each has a size of
  /// its own: `apply_ragged` is to be called then, and nothing else.
  [[nodiscard]] bool keeps_shape() const {
    return !training_ && preprocessing_.crop_mode == "whole";
  }
  /// As `apply`, where inputs keep their shapes: fills `out` [C, h, w] and returns h and w.
  Size2 apply_ragged(Sample& sample, std::vector<float>& out) const;

  /// What each picture becomes: one view of the model's size, or with multi-crop several, the
  /// global ones first.
  [[nodiscard]] std::vector<Size2> view_sizes() const;
  /// How many of the views are versions of the sample, of one size and for one loss; 1: none.
  [[nodiscard]] std::int64_t versions() const { return versions_; }
  /// As above, for each of `view_sizes()` into its own `views[i]`.
  void apply(Sample& sample, std::int64_t epoch, std::int64_t index,
             const std::vector<float*>& views) const;

  /// Decodes what `apply` would decode, and stops there: to tell what decoding costs.
  void decode_only(Sample& sample, std::int64_t epoch, std::int64_t index) const;

  [[nodiscard]] const InputSpec& preprocessing() const { return preprocessing_; }

 private:
  Pipeline(const InputSpec& preprocessing, bool training, const AugmentOptions& augment,
           std::uint64_t seed, const DecodePolicy& decoding, std::int64_t versions = 1);
  [[nodiscard]] Rng rng_of(std::int64_t epoch, std::int64_t index) const;
  /// What `decode` leaves to do: the operations from `next` on, and before them the rest of a
  /// region operation on the part in `box`.
  struct Decoded {
    std::size_t next = 0;
    const RegionOp* pending = nullptr;
    std::optional<SourceBox> box;
  };
  [[nodiscard]] Decoded decode(Sample& sample, Rng& rng) const;
  /// The image of a sample that is to be evaluated, as the model takes it.
  void transform(Sample& sample) const;
  /// The end of `apply`: the sample's picture, which must have the model's size, as numbers.
  void write(const Sample& sample, float* out, Rng& rng) const;

  InputSpec preprocessing_;
  bool training_;
  AugmentList ops_;
  RandomErasingOptions erasing_;
  std::uint64_t seed_;
  DecodePolicy decoding_;
  std::optional<MultiCrop> multi_crop_;
  std::int64_t versions_;
  AnnotationFrame annotations_ = AnnotationFrame::input;
  std::size_t first_varied_ = 0;  // the operation from which versions differ
  std::vector<Pipeline> sizes_;   // of multi-scale training; empty: this one's alone
};

}  // namespace vit
