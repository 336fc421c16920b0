#include "vit/image/draw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr int kFace = cv::FONT_HERSHEY_SIMPLEX;

double font_scale(int height) {
  constexpr double kCapital = 21;  // pixels of a capital letter at scale 1
  return height / kCapital;
}

}  // namespace

void fill_polygon(Image& image, const Outlines& outlines, const Colour& colour) {
  paint(image, cover(outlines, image.width, image.height), colour);
}

void fill_rectangle(Image& image, int x0, int y0, int x1, int y1, const Colour& colour) {
  x0 = std::clamp(x0, 0, image.width);
  x1 = std::clamp(x1, 0, image.width);
  y0 = std::clamp(y0, 0, image.height);
  y1 = std::clamp(y1, 0, image.height);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) std::copy_n(colour.data(), image.channels, image.pixel(x, y));
  }
}

void draw_rectangle(Image& image, int x0, int y0, int x1, int y1, const Colour& colour,
                    int thickness) {
  const int across = std::min(thickness, x1 - x0), down = std::min(thickness, y1 - y0);
  fill_rectangle(image, x0, y0, x1, y0 + down, colour);
  fill_rectangle(image, x0, y1 - down, x1, y1, colour);
  fill_rectangle(image, x0, y0, x0 + across, y1, colour);
  fill_rectangle(image, x1 - across, y0, x1, y1, colour);
}

void draw_text(Image& image, const std::string& text, int x, int y, const Colour& colour,
               int height) {
  cv::Mat canvas(image.height, image.width, CV_8UC(image.channels), image.pixels.data());
  const cv::Scalar ink(colour[0], colour[1], colour[2], colour[3]);
  cv::putText(canvas, text, {x, y + height}, kFace, font_scale(height), ink, 1, cv::LINE_AA);
}

void draw_label(Image& image, const std::string& text, int x, int y, const Colour& colour,
                const Colour& plate, int height) {
  const int margin = std::max(1, height / 4);
  int descent = 0;
  const cv::Size size = cv::getTextSize(text, kFace, font_scale(height), 1, &descent);
  fill_rectangle(image, x, y, x + size.width + 2 * margin, y + height + descent + margin, plate);
  draw_text(image, text, x + margin, y + margin, colour, height);
}

void tint_mask(Image& image, const Image& mask, std::uint8_t value, const Colour& colour,
               double opacity) {
  VIT_ASSERT(mask.width == image.width && mask.height == image.height && mask.channels == 1);
  const auto amount = static_cast<std::uint8_t>(std::lround(std::clamp(opacity, 0.0, 1.0) * 255));
  Coverage coverage{0, 0, Image(mask.width, mask.height, 1)};
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    if (mask.pixels[i] == value) coverage.amount.pixels[i] = amount;
  }
  paint(image, coverage, colour);
}

Colour distinct_colour(int i) {
  // Green and Armytage's alphabet is too long for a legend; these twelve stay apart in print, too.
  static constexpr std::array<Colour, 12> kColours{{{230, 25, 75, 255},
                                                    {60, 180, 75, 255},
                                                    {255, 225, 25, 255},
                                                    {0, 130, 200, 255},
                                                    {245, 130, 48, 255},
                                                    {145, 30, 180, 255},
                                                    {70, 240, 240, 255},
                                                    {240, 50, 230, 255},
                                                    {210, 245, 60, 255},
                                                    {0, 128, 128, 255},
                                                    {170, 110, 40, 255},
                                                    {128, 0, 0, 255}}};
  const int size = static_cast<int>(kColours.size());
  return kColours[static_cast<std::size_t>(((i % size) + size) % size)];
}

}  // namespace vit
