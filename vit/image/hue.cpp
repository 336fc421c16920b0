#include <algorithm>
#include <array>

#include "vit/core/error.h"
#include "vit/image/enhance.h"

namespace vit {
namespace {

using Triple = std::array<std::uint8_t, 3>;

std::uint8_t clip(double value) {
  return static_cast<std::uint8_t>(std::clamp(static_cast<int>(value), 0, 255));
}

// Pillow's conversions mix float variables and double expressions; which is which shows in the last
// bit.
Triple to_hsv(const std::uint8_t* rgb) {
  const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
  if (low == high) return {0, 0, high};
  const auto range = static_cast<float>(high - low);
  const float saturation = range / static_cast<float>(high);
  const auto distance = [&, top = high](int c) { return static_cast<float>(top - rgb[c]) / range; };
  const float r = distance(0), g = distance(1), b = distance(2);
  float hue = 0;
  if (rgb[0] == high)
    hue = b - g;
  else if (rgb[1] == high)
    hue = static_cast<float>(2.0 + static_cast<double>(r) - b);
  else
    hue = static_cast<float>(4.0 + static_cast<double>(g) - r);
  const double turns = hue / 6.0 + 1.0;  // 5/6 to 11/6
  hue = static_cast<float>(turns < 1 ? turns : turns - 1);
  return {clip(hue * 255.0), clip(saturation * 255.0), high};
}

/// A share of a level, rounded half up.
std::uint8_t level(int value, double share) {
  const double exact = value * share;
  const int whole = static_cast<int>(exact);
  return static_cast<std::uint8_t>(std::min(whole + (exact - whole >= 0.5 ? 1 : 0), 255));
}

Triple to_rgb(const Triple& hsv) {
  const auto [h, s, v] = hsv;
  if (s == 0) return {v, v, v};
  const double turned = h * 6.0 / 255.0;
  const int sector = static_cast<int>(turned);
  const auto f = static_cast<float>(turned - sector);
  const auto fs = static_cast<float>(s / 255.0);
  const std::uint8_t p = level(v, 1.0 - static_cast<double>(fs));
  const std::uint8_t q = level(v, 1.0 - static_cast<double>(fs * f));
  const std::uint8_t t = level(v, 1.0 - static_cast<double>(fs) * (1.0 - static_cast<double>(f)));
  switch (sector % 6) {
    case 0: return {v, t, p};
    case 1: return {q, v, p};
    case 2: return {p, v, t};
    case 3: return {p, q, v};
    case 4: return {t, p, v};
    default: return {v, p, q};
  }
}

}  // namespace

Image adjust_hue(const Image& image, double shift) {
  VIT_ASSERT(image.channels == 3, image.channels);
  const auto turn = static_cast<std::uint8_t>(static_cast<std::int32_t>(shift * 255));
  Image result(image.width, image.height);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    Triple hsv = to_hsv(&image.pixels[i]);
    hsv[0] = static_cast<std::uint8_t>(hsv[0] + turn);
    const Triple rgb = to_rgb(hsv);
    std::copy(rgb.begin(), rgb.end(), result.pixels.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return result;
}

}  // namespace vit
