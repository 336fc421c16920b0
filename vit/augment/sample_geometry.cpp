#include "vit/augment/sample_geometry.h"

#include <algorithm>
#include <utility>

namespace vit {
namespace {

constexpr std::uint8_t kIgnored = 255;

/// x' = (x - x_offset) * x_scale, likewise y, then cut to width x height.
void move_boxes(Sample& sample, float x_offset, float y_offset, float x_scale, float y_scale,
                int width, int height) {
  for (Box& box : sample.boxes) {
    box.x0 = std::clamp((box.x0 - x_offset) * x_scale, 0.0f, static_cast<float>(width));
    box.x1 = std::clamp((box.x1 - x_offset) * x_scale, 0.0f, static_cast<float>(width));
    box.y0 = std::clamp((box.y0 - y_offset) * y_scale, 0.0f, static_cast<float>(height));
    box.y1 = std::clamp((box.y1 - y_offset) * y_scale, 0.0f, static_cast<float>(height));
  }
  std::erase_if(sample.boxes, [](const Box& box) { return box.x1 <= box.x0 || box.y1 <= box.y0; });
}

}  // namespace

void crop_sample(Sample& sample, int left, int top, int width, int height,
                 const PadOptions& outside) {
  sample.image = crop(sample.image, left, top, width, height, outside);
  if (!sample.mask.empty())
    sample.mask =
        crop(sample.mask, left, top, width, height, {PadMode::constant, Colour{kIgnored}});
  move_boxes(sample, static_cast<float>(left), static_cast<float>(top), 1, 1, width, height);
}

void resize_sample(Sample& sample, int width, int height, Filter filter,
                   std::optional<SourceBox> box) {
  const SourceBox whole{0, 0, static_cast<float>(sample.image.width),
                        static_cast<float>(sample.image.height)};
  const SourceBox from = box.value_or(whole);
  sample.image = resize(sample.image, width, height, filter, box);
  if (!sample.mask.empty()) sample.mask = resize(sample.mask, width, height, Filter::nearest, box);
  move_boxes(sample, from.left, from.top, static_cast<float>(width) / (from.right - from.left),
             static_cast<float>(height) / (from.bottom - from.top), width, height);
}

void hflip_sample(Sample& sample) {
  const auto width = static_cast<float>(sample.image.width);
  sample.image = hflip(sample.image);
  if (!sample.mask.empty()) sample.mask = hflip(sample.mask);
  for (Box& box : sample.boxes) box.x0 = width - std::exchange(box.x1, width - box.x0);
}

void vflip_sample(Sample& sample) {
  const auto height = static_cast<float>(sample.image.height);
  sample.image = vflip(sample.image);
  if (!sample.mask.empty()) sample.mask = vflip(sample.mask);
  for (Box& box : sample.boxes) box.y0 = height - std::exchange(box.y1, height - box.y0);
}

}  // namespace vit
