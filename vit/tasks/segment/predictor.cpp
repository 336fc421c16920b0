#include "vit/tasks/segment/predictor.h"

#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/pad.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/tasks/segment/resize_logits.h"
#include "vit/tasks/segment/sliding_window.h"
#include "vit/tasks/segment/window_stitcher.h"

namespace vit {
namespace {

constexpr std::int64_t kWindowsAtOnce = 8;

Size2 size_of(const torch::Tensor& image) { return {image.size(2), image.size(3)}; }

/// Rows from `top` on of an image in its file as points of the input, [1, rows, width, 2], each
/// axis from -1 to 1 as at::grid_sampler wants it.
torch::Tensor points(const Placement& placement, std::int64_t top, std::int64_t rows, Size2 input) {
  const std::int64_t width = placement.original.width;
  torch::Tensor grid = torch::empty({1, rows, width, 2});
  auto* out = grid.data_ptr<float>();
  for (std::int64_t y = 0; y < rows; ++y)
    for (std::int64_t x = 0; x < width; ++x) {
      const auto [u, v] =
          placement.input_point(static_cast<double>(x) + 0.5, static_cast<double>(top + y) + 0.5);
      *out++ = static_cast<float>(2 * u / static_cast<double>(input.width) - 1);
      *out++ = static_cast<float>(2 * v / static_cast<double>(input.height) - 1);
    }
  return grid;
}

}  // namespace

Image classes_in_file(const torch::Tensor& scores, const Placement& placement) {
  const Size2 input = size_of(scores);
  const bool known = placement.original.height > 0 && placement.original.width > 0;
  const Size2 size = known ? placement.original : input;
  Image classes(static_cast<int>(size.width), static_cast<int>(size.height), 1);
  // In strips: of many classes, all of a large image would not fit into memory.
  constexpr std::int64_t kNumbersAtOnce = std::int64_t{1} << 25;
  const std::int64_t strip =
      std::clamp<std::int64_t>(kNumbersAtOnce / (scores.size(1) * size.width), 1, size.height);
  constexpr std::int64_t kBilinear = 0, kBorder = 1;
  for (std::int64_t top = 0; top < size.height; top += strip) {
    const std::int64_t rows = std::min(strip, size.height - top);
    const torch::Tensor part =
        known ? at::grid_sampler(scores, points(placement, top, rows, input).to(scores.device()),
                                 kBilinear, kBorder, /*align_corners=*/false)
              : scores.narrow(2, top, rows);
    const torch::Tensor largest = part.argmax(1).to(torch::kCPU, torch::kUInt8).contiguous();
    std::copy_n(largest.const_data_ptr<std::uint8_t>(), largest.numel(),
                classes.pixels.begin() + top * size.width);
  }
  return classes;
}

torch::Tensor SegmentPredictor::slide(const torch::Tensor& image) const {
  const Size2 size = size_of(image);
  const auto part = [&](std::int64_t window) {
    return inference_.stride > 0 ? inference_.stride : std::max<std::int64_t>(1, window * 2 / 3);
  };
  const std::vector<PixelBox> windows =
      sliding_windows(size, window_, {part(window_.height), part(window_.width)});
  // An image that is smaller than a window is padded to one.
  const torch::Tensor whole =
      at::pad(image, {0, std::max<std::int64_t>(0, window_.width - size.width), 0,
                      std::max<std::int64_t>(0, window_.height - size.height)});
  WindowStitcher stitcher(size);
  for (std::size_t first = 0; first < windows.size(); first += kWindowsAtOnce) {
    const std::size_t last = std::min(windows.size(), first + kWindowsAtOnce);
    std::vector<torch::Tensor> parts;
    for (std::size_t i = first; i < last; ++i)
      parts.push_back(whole.narrow(2, windows[i].top, window_.height)
                          .narrow(3, windows[i].left, window_.width));
    const torch::Tensor logits = graph_(torch::cat(parts)).to(torch::kFloat32);
    for (std::size_t i = first; i < last; ++i)
      stitcher.add(logits.narrow(0, static_cast<std::int64_t>(i - first), 1), windows[i]);
  }
  return stitcher.mean();
}

torch::Tensor SegmentPredictor::scores(const torch::Tensor& image) const {
  const bool slides = inference_.mode == "slide";
  const auto logits = [&](const torch::Tensor& x) {
    return slides ? slide(x) : graph_(x).to(torch::kFloat32);
  };
  const std::vector<double> scales = slides ? inference_.scales : std::vector<double>{1.0};
  if (!inference_.flip && scales == std::vector<double>{1.0}) return logits(image);
  const Size2 size = size_of(image);
  torch::Tensor sum;
  for (const double scale : scales) {
    const auto scaled = [&](std::int64_t length) {
      return std::max<std::int64_t>(1, std::llround(static_cast<double>(length) * scale));
    };
    const Size2 other{scaled(size.height), scaled(size.width)};
    const torch::Tensor resized = other == size ? image : resize_logits(image, other);
    for (const bool mirrored : {false, true}) {
      if (mirrored && !inference_.flip) continue;
      torch::Tensor found = logits(mirrored ? resized.flip(3) : resized);
      if (mirrored) found = found.flip(3);
      const torch::Tensor probabilities = resize_logits(found, size).softmax(1);
      sum = sum.defined() ? sum + probabilities : probabilities;
    }
  }
  return sum;
}

std::vector<Prediction> SegmentPredictor::predict(const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const auto placement = [&](std::size_t i) {
    return i < batch.placements.size() ? batch.placements[i] : Placement();
  };
  std::vector<Prediction> predictions;
  if (!batch.ragged.empty()) {
    for (std::size_t i = 0; i < batch.ragged.size(); ++i)
      predictions.emplace_back(
          Segmentation{classes_in_file(scores(batch.ragged[i]), placement(i))});
    return predictions;
  }
  const torch::Tensor all = scores(batch.images);
  for (std::int64_t i = 0; i < all.size(0); ++i)
    predictions.emplace_back(
        Segmentation{classes_in_file(all.narrow(0, i, 1), placement(static_cast<std::size_t>(i)))});
  return predictions;
}

}  // namespace vit
