#include "vit/tasks/segment/masks.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"

namespace vit {
namespace {

void check_mask(const Sample& sample, std::int64_t num_classes) {
  if (sample.mask.empty())
    throw Error(ErrorKind::data, sample.source, "has no mask",
                "give every image a mask of its classes, or take it out of the data");
  for (const std::uint8_t value : sample.mask.pixels)
    if (value >= num_classes && value != kIgnoredClass)
      throw Error(ErrorKind::data, sample.source,
                  str("its mask has the value ", static_cast<int>(value), ", and there are ",
                      num_classes, " classes"),
                  "name all classes of the masks, or ignore this value (data.ignored)");
}

}  // namespace

std::shared_ptr<Annotations> MaskCollator::allocate(std::int64_t rows, Size2 size,
                                                    const torch::TensorOptions& memory) const {
  return std::make_shared<MaskMaps>(
      torch::empty({rows, size.height, size.width}, memory.dtype(torch::kUInt8)));
}

void MaskCollator::put(Annotations& annotations, std::int64_t row, const Sample& sample) const {
  check_mask(sample, num_classes_);
  const torch::Tensor& masks = dynamic_cast<MaskMaps&>(annotations).masks;
  const Image& mask = sample.mask;
  if (mask.height != masks.size(1) || mask.width != masks.size(2))
    throw Error(
        ErrorKind::usage, "augment.train",
        str("leaves the mask of ", sample.source, " at ", mask.height, "x", mask.width,
            " pixels, and the images of its batch have ", masks.size(1), "x", masks.size(2)),
        "end it with an operation that gives all samples the model's size: "
        "random_scale_crop, random_resized_crop, resize");
  std::copy(mask.pixels.begin(), mask.pixels.end(),
            masks.data_ptr<std::uint8_t>() + row * masks.stride(0));
}

std::shared_ptr<Annotations> FileMaskCollator::allocate(
    std::int64_t rows, Size2 /*size*/, const torch::TensorOptions& /*memory*/) const {
  auto masks = std::make_shared<FileMasks>();
  masks->masks.resize(static_cast<std::size_t>(rows));
  masks->sources.resize(static_cast<std::size_t>(rows));
  return masks;
}

void FileMaskCollator::put(Annotations& annotations, std::int64_t row, const Sample& sample) const {
  check_mask(sample, num_classes_);
  auto& all = dynamic_cast<FileMasks&>(annotations);
  all.masks[static_cast<std::size_t>(row)] = sample.mask;
  all.sources[static_cast<std::size_t>(row)] = sample.source;
}

}  // namespace vit
