#include "vit/data/picture_list.h"

#include <array>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/annotated_size.h"
#include "vit/data/picture_files.h"
#include "vit/image/geometry.h"
#include "vit/image/header.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

constexpr int kWrong = -1;

std::array<int, 256> table_of(const MaskLabels& labels) {
  std::array<int, 256> table{};
  for (int value = 0; value < 256; ++value) {
    const int label = labels.reduce_zero_label && value != kIgnoredClass ? value - 1 : value;
    table[static_cast<std::size_t>(value)] = label < 0 || label == kIgnoredClass ? kIgnoredClass
                                             : label < labels.classes            ? label
                                                                                 : kWrong;
  }
  for (const std::int64_t value : labels.ignored)
    if (value >= 0 && value < 256) table[static_cast<std::size_t>(value)] = kIgnoredClass;
  return table;
}

}  // namespace

void relabel_mask(Image& mask, const MaskLabels& labels, const std::string& where) {
  const std::array<int, 256> table = table_of(labels);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    const int label = table[mask.pixels[i]];
    if (label == kWrong)
      throw Error(ErrorKind::data, where,
                  str("the pixel at x ", i % static_cast<std::size_t>(mask.width), ", y ",
                      i / static_cast<std::size_t>(mask.width), " has the value ",
                      int{mask.pixels[i]}, ", and there are ", labels.classes, " classes"),
                  "correct the mask or the list of classes, or name the value in data.ignored");
    mask.pixels[i] = static_cast<std::uint8_t>(label);
  }
}

void lay_on_stored(std::vector<Box>& boxes, std::span<const std::byte> encoded,
                   const std::string& source, std::int64_t width, std::int64_t height,
                   const std::string& annotation) {
  const auto orientation = orientation_to_stored(encoded, source, width, height);
  if (!orientation) {
    const ImageHeader header = read_image_header(encoded, source);
    throw Error(ErrorKind::data, source,
                str("is of ", header.width, "x", header.height, " pixels, and ", annotation,
                    " says ", width, "x", height),
                "the picture was scaled or turned: use the one that was annotated");
  }
  Sample turned;
  turned.boxes = std::move(boxes);
  orient_annotations(turned, *orientation, static_cast<int>(width), static_cast<int>(height));
  boxes = std::move(turned.boxes);
}

PictureList::PictureList(std::vector<ListedPicture> pictures, std::vector<std::string> classes,
                         MaskLabels masks, DataNotes notes)
    : pictures_(std::move(pictures)),
      classes_(std::move(classes)),
      masks_(std::move(masks)),
      notes_(std::move(notes)) {}

std::int64_t PictureList::size() const { return static_cast<std::int64_t>(pictures_.size()); }

std::int64_t PictureList::label(std::int64_t index) const {
  return pictures_[static_cast<std::size_t>(index)].label;
}

std::string PictureList::source(std::int64_t index) const {
  return pictures_[static_cast<std::size_t>(index)].path.string();
}

void PictureList::annotate(std::int64_t index, Sample& sample) const {
  const ListedPicture& listed = pictures_[static_cast<std::size_t>(index)];
  sample.source = listed.path.string();
  sample.label = listed.label;
  sample.boxes = listed.boxes;
  sample.caption = listed.caption;
  // A picture from a cache, as it was stored: only where its sides are others is its file asked.
  if (listed.width > 0 && !sample.image.empty() &&
      (sample.image.width != listed.width || sample.image.height != listed.height))
    lay_on_stored(sample.boxes, read_picture(listed.path), sample.source, listed.width,
                  listed.height, listed.annotation);
}

Sample PictureList::read(std::int64_t index) const {
  const ListedPicture& listed = pictures_[static_cast<std::size_t>(index)];
  Sample sample;
  annotate(index, sample);
  sample.encoded = read_picture(listed.path);
  if (listed.width > 0)
    lay_on_stored(sample.boxes, sample.encoded, sample.source, listed.width, listed.height,
                  listed.annotation);
  if (listed.mask.empty()) return sample;
  sample.mask = load_mask(listed.mask);
  const auto orientation =
      orientation_to_stored(sample.encoded, sample.source, sample.mask.width, sample.mask.height);
  if (!orientation) {
    const ImageHeader header = read_image_header(sample.encoded, sample.source);
    throw Error(ErrorKind::data, listed.mask.string(),
                str("the mask is of ", sample.mask.width, "x", sample.mask.height,
                    " pixels, and its picture of ", header.width, "x", header.height),
                "a mask must be of the size of its picture");
  }
  if (*orientation != 1) sample.mask = orient(sample.mask, *orientation);
  relabel_mask(sample.mask, masks_, listed.mask.string());
  return sample;
}

}  // namespace vit
