#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "vit/data/encoded_dataset.h"

namespace vit {

/// One picture of a list, with what is known of it.
struct ListedPicture {
  std::filesystem::path path;
  std::int64_t label = -1;
  std::vector<Box> boxes{};
  std::filesystem::path mask{};  ///< "": none
  std::string caption{};
  /// Of the image that the boxes were made on, in pixels; 0: not known. `annotation` says so.
  std::int64_t width = 0, height = 0;
  std::string annotation{};
};

/// How the values of mask files become labels.
struct MaskLabels {
  std::int64_t classes = 0;
  std::vector<std::int64_t> ignored{};  ///< values that become 255, besides 255 itself
  bool reduce_zero_label = false;       ///< 0 becomes 255, and all others one less (ADE20K)
};

/// A data set of picture files in a list that is known beforehand. A mask must be of its picture's
/// size and hold labels below `masks.classes` only: else Error (data) with the first wrong pixel.
/// Boxes and masks of an image that EXIF turns may have been made on either, the stored or the
/// upright one: they come out for the image as it is stored.
class PictureList final : public EncodedDataset {
 public:
  PictureList(std::vector<ListedPicture> pictures, std::vector<std::string> classes,
              MaskLabels masks = {}, DataNotes notes = {});

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] Sample read(std::int64_t index) const override;
  [[nodiscard]] std::int64_t label(std::int64_t index) const override;
  [[nodiscard]] std::string source(std::int64_t index) const override;
  void annotate(std::int64_t index, Sample& sample) const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] const DataNotes& notes() const override { return notes_; }

 private:
  std::vector<ListedPicture> pictures_;
  std::vector<std::string> classes_;
  MaskLabels masks_;
  DataNotes notes_;
};

/// Turns `boxes`, which were made on an image of `width` x `height` pixels, to lie on the image as
/// it is stored in `encoded`. Throws Error (data) at `source` with both sizes where neither the
/// stored nor the upright image is of this size; `annotation` is what says it.
void lay_on_stored(std::vector<Box>& boxes, std::span<const std::byte> encoded,
                   const std::string& source, std::int64_t width, std::int64_t height,
                   const std::string& annotation);

/// Turns the values of a mask file into labels, in place; `where` names it in errors.
void relabel_mask(Image& mask, const MaskLabels& labels, const std::string& where);

}  // namespace vit
