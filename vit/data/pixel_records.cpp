#include "vit/data/pixel_records.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"

namespace vit {

PixelRecords::PixelRecords(std::string name, int height, int width, int channels,
                           std::vector<std::uint8_t> pixels, std::vector<std::uint8_t> labels,
                           std::vector<std::string> classes)
    : name_(std::move(name)),
      height_(height),
      width_(width),
      channels_(channels),
      pixels_(std::move(pixels)),
      labels_(std::move(labels)),
      classes_(std::move(classes)) {
  VIT_ASSERT(pixels_.size() ==
             labels_.size() * static_cast<std::size_t>(height * width * channels));
  for (std::size_t i = 0; i < labels_.size(); ++i)
    if (labels_[i] >= classes_.size())
      throw Error(ErrorKind::data, name_,
                  str("record ", i, " has label ", int{labels_[i]}, ", and there are ",
                      classes_.size(), " classes"),
                  "the file is damaged or another data set: get it again");
}

std::int64_t PixelRecords::size() const { return static_cast<std::int64_t>(labels_.size()); }

std::int64_t PixelRecords::label(std::int64_t index) const {
  return labels_[static_cast<std::size_t>(index)];
}

Sample PixelRecords::get(std::int64_t index) const {
  Sample sample;
  sample.source = str(name_, "/", index);
  sample.label = label(index);
  sample.image = Image(width_, height_, 3);
  const std::size_t count = static_cast<std::size_t>(height_ * width_ * channels_);
  const std::uint8_t* from = pixels_.data() + static_cast<std::size_t>(index) * count;
  if (channels_ == 3) {
    std::copy_n(from, count, sample.image.pixels.begin());
  } else {
    for (std::size_t i = 0; i < count; ++i)
      std::fill_n(sample.image.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, from[i]);
  }
  return sample;
}

}  // namespace vit
