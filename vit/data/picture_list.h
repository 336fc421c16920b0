#pragma once

#include <filesystem>
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
};

/// How the values of mask files become labels.
struct MaskLabels {
  std::int64_t classes = 0;
  std::vector<std::int64_t> ignored{};  ///< values that become 255, besides 255 itself
  bool reduce_zero_label = false;       ///< 0 becomes 255, and all others one less (ADE20K)
};

/// A data set of picture files in a list that is known beforehand. A mask must be of its picture's
/// size and hold labels below `masks.classes` only: else Error (data) with the first wrong pixel.
class PictureList final : public EncodedDataset {
 public:
  PictureList(std::vector<ListedPicture> pictures, std::vector<std::string> classes,
              MaskLabels masks = {});

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] Sample read(std::int64_t index) const override;
  [[nodiscard]] std::int64_t label(std::int64_t index) const override;
  [[nodiscard]] std::string source(std::int64_t index) const override;
  void annotate(std::int64_t index, Sample& sample) const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::vector<ListedPicture> pictures_;
  std::vector<std::string> classes_;
  MaskLabels masks_;
};

/// Turns the values of a mask file into labels, in place; `where` names it in errors.
void relabel_mask(Image& mask, const MaskLabels& labels, const std::string& where);

}  // namespace vit
