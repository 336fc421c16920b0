#include "vit/image/sample_geometry.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace vit {
namespace {

/// Cuts boxes to the picture, and removes those of which nothing is left.
void cut_boxes(Sample& sample, int width, int height) {
  for (Box& box : sample.boxes) {
    box.x0 = std::clamp(box.x0, 0.0f, static_cast<float>(width));
    box.x1 = std::clamp(box.x1, 0.0f, static_cast<float>(width));
    box.y0 = std::clamp(box.y0, 0.0f, static_cast<float>(height));
    box.y1 = std::clamp(box.y1, 0.0f, static_cast<float>(height));
  }
  std::erase_if(sample.boxes, [](const Box& box) { return box.x1 <= box.x0 || box.y1 <= box.y0; });
}

/// x' = (x - x_offset) * x_scale, likewise y, then cut to width x height.
void move_boxes(Sample& sample, float x_offset, float y_offset, float x_scale, float y_scale,
                int width, int height) {
  for (Box& box : sample.boxes) {
    box.x0 = (box.x0 - x_offset) * x_scale;
    box.x1 = (box.x1 - x_offset) * x_scale;
    box.y0 = (box.y0 - y_offset) * y_scale;
    box.y1 = (box.y1 - y_offset) * y_scale;
  }
  cut_boxes(sample, width, height);
}

/// Does to the masks of objects what was done to the image.
template <class Move>
void move_object_masks(Sample& sample, const Move& move) {
  for (Box& box : sample.boxes)
    if (box.mask) box.mask = std::make_shared<const Image>(move(*box.mask));
}

/// Moves boxes to where the pixels that the matrix reads at their corners have gone.
void transform_boxes(Sample& sample, const AffineMatrix& m) {
  sample.placement.transform(m);
  const double determinant = m[0] * m[4] - m[1] * m[3];
  if (determinant == 0) {
    sample.boxes.clear();
    return;
  }
  for (Box& box : sample.boxes) {
    Box around = box;
    around.x0 = around.y0 = 1e30f;
    around.x1 = around.y1 = -1e30f;
    for (const auto& [x, y] : {std::pair(box.x0, box.y0), std::pair(box.x1, box.y0),
                               std::pair(box.x0, box.y1), std::pair(box.x1, box.y1)}) {
      const double from_x = x - m[2], from_y = y - m[5];
      const auto to_x = static_cast<float>((m[4] * from_x - m[1] * from_y) / determinant),
                 to_y = static_cast<float>((m[0] * from_y - m[3] * from_x) / determinant);
      around.x0 = std::min(around.x0, to_x);
      around.x1 = std::max(around.x1, to_x);
      around.y0 = std::min(around.y0, to_y);
      around.y1 = std::max(around.y1, to_y);
    }
    box = around;
  }
  cut_boxes(sample, sample.image.width, sample.image.height);
}

}  // namespace

void start_placement(Sample& sample) {
  if (sample.placement.original == Size2{})
    sample.placement.original = {sample.image.height, sample.image.width};
}

void crop_sample(Sample& sample, int left, int top, int width, int height,
                 const PadOptions& outside) {
  sample.image = crop(sample.image, left, top, width, height, outside);
  crop_annotations(sample, left, top, width, height);
}

void crop_annotations(Sample& sample, int left, int top, int width, int height) {
  if (!sample.mask.empty())
    sample.mask =
        crop(sample.mask, left, top, width, height, {PadMode::constant, Colour{kIgnoredClass}});
  move_boxes(sample, static_cast<float>(left), static_cast<float>(top), 1, 1, width, height);
  move_object_masks(sample,
                    [&](const Image& mask) { return crop(mask, left, top, width, height); });
  sample.placement.crop(left, top);
}

void resize_sample(Sample& sample, int width, int height, Filter filter,
                   std::optional<SourceBox> box) {
  const SourceBox from = box.value_or(whole_box(sample.image.width, sample.image.height));
  sample.image = resize(sample.image, width, height, filter, box);
  if (!sample.mask.empty()) sample.mask = resize(sample.mask, width, height, Filter::nearest, box);
  move_boxes(sample, from.left, from.top, static_cast<float>(width) / (from.right - from.left),
             static_cast<float>(height) / (from.bottom - from.top), width, height);
  move_object_masks(
      sample, [&](const Image& mask) { return resize(mask, width, height, Filter::nearest, box); });
  sample.placement.resize(from, width, height);
}

void remove_hidden_boxes(Sample& sample, const SourceBox& part, double share) {
  std::erase_if(sample.boxes, [&](const Box& box) {
    const double width = std::min(box.x1, part.right) - std::max(box.x0, part.left),
                 height = std::min(box.y1, part.bottom) - std::max(box.y0, part.top);
    const double all = double{box.x1 - box.x0} * double{box.y1 - box.y0};
    return std::max(width, 0.0) * std::max(height, 0.0) < share * all;
  });
}

void hflip_sample(Sample& sample) {
  const auto width = static_cast<float>(sample.image.width);
  sample.image = hflip(sample.image);
  if (!sample.mask.empty()) sample.mask = hflip(sample.mask);
  move_object_masks(sample, [](const Image& mask) { return hflip(mask); });
  for (Box& box : sample.boxes) box.x0 = width - std::exchange(box.x1, width - box.x0);
  sample.placement.hflip(width);
}

void vflip_sample(Sample& sample) {
  const auto height = static_cast<float>(sample.image.height);
  sample.image = vflip(sample.image);
  if (!sample.mask.empty()) sample.mask = vflip(sample.mask);
  move_object_masks(sample, [](const Image& mask) { return vflip(mask); });
  for (Box& box : sample.boxes) box.y0 = height - std::exchange(box.y1, height - box.y0);
  sample.placement.vflip(height);
}

void orient_annotations(Sample& sample, int exif_orientation, int width, int height) {
  sample.placement.orient(exif_orientation, width, height);
  if (!sample.mask.empty()) sample.mask = orient(sample.mask, exif_orientation);
  if (exif_orientation != 1)
    move_object_masks(sample, [&](const Image& mask) { return orient(mask, exif_orientation); });
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  for (Box& box : sample.boxes) {
    // As orient() does: first the transpose, then the flips.
    float right = w, bottom = h;
    if (exif_orientation >= 5 && exif_orientation <= 8) {
      std::swap(box.x0, box.y0);
      std::swap(box.x1, box.y1);
      std::swap(right, bottom);
    }
    const bool mirrors_x = exif_orientation == 2 || exif_orientation == 3 ||
                           exif_orientation == 6 || exif_orientation == 7;
    const bool mirrors_y = exif_orientation == 3 || exif_orientation == 4 ||
                           exif_orientation == 7 || exif_orientation == 8;
    if (mirrors_x) box.x0 = right - std::exchange(box.x1, right - box.x0);
    if (mirrors_y) box.y0 = bottom - std::exchange(box.y1, bottom - box.y0);
  }
}

void transform_sample(Sample& sample, const AffineMatrix& matrix, Filter filter,
                      const Colour& fill) {
  sample.image = transform_affine(sample.image, matrix, filter, fill);
  if (!sample.mask.empty())
    sample.mask = transform_affine(sample.mask, matrix, Filter::nearest, Colour{kIgnoredClass});
  transform_boxes(sample, matrix);
  move_object_masks(sample, [&](const Image& mask) {
    return transform_affine(mask, matrix, Filter::nearest, {});
  });
}

void rotate_sample(Sample& sample, double degrees, Filter filter, const Colour& fill) {
  const int width = sample.image.width, height = sample.image.height;
  sample.image = rotate(sample.image, degrees, filter, fill);
  if (!sample.mask.empty())
    sample.mask = rotate(sample.mask, degrees, Filter::nearest, Colour{kIgnoredClass});
  transform_boxes(sample, rotation(degrees, width, height));
  move_object_masks(sample,
                    [&](const Image& mask) { return rotate(mask, degrees, Filter::nearest, {}); });
}

void rot90_sample(Sample& sample, int quarters) {
  // The EXIF orientations that turn counter-clockwise.
  constexpr std::array<int, 4> kOrientations = {1, 8, 3, 6};
  const int orientation = kOrientations.at(static_cast<std::size_t>(quarters));
  const int width = sample.image.width, height = sample.image.height;
  sample.image = orient(sample.image, orientation);
  orient_annotations(sample, orientation, width, height);
}

void scaled_crop_sample(Sample& sample, const ScaledCrop& crop, Filter filter, const Colour& fill) {
  const SourceBox all = whole_box(sample.image.width, sample.image.height);
  const PixelBox& part = crop.part;
  sample.image = scaled_crop(sample.image, crop, filter, fill);
  if (!sample.mask.empty())
    sample.mask = scaled_crop(sample.mask, crop, Filter::nearest, Colour{kIgnoredClass});
  sample.placement.resize(all, crop.width, crop.height);
  sample.placement.crop(part.left, part.top);
  const auto x_scale = static_cast<float>(crop.width) / all.right,
             y_scale = static_cast<float>(crop.height) / all.bottom;
  move_boxes(sample, static_cast<float>(part.left) / x_scale,
             static_cast<float>(part.top) / y_scale, x_scale, y_scale, part.width, part.height);
  move_object_masks(
      sample, [&](const Image& mask) { return scaled_crop(mask, crop, Filter::nearest, {}); });
}

}  // namespace vit
