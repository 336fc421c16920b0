#include "vit/report/text_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "vit/report/number.h"

namespace vit {
namespace {

constexpr std::array<std::string_view, 9> kBars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

}  // namespace

std::string text_chart(const std::vector<double>& values, int width, int height, bool from_zero) {
  if (values.empty() || width < 1 || height < 1) return {};
  const double least = *std::min_element(values.begin(), values.end());
  const double low = from_zero ? std::min(0.0, least) : least;
  const double high = *std::max_element(values.begin(), values.end());
  const double range = high > low ? high - low : 1.0;
  const std::string top = significant(high, 3), bottom = significant(low, 3);
  const std::size_t margin = std::max(top.size(), bottom.size());
  std::string text;
  for (int line = height - 1; line >= 0; --line) {
    text += padded(line == height - 1 ? top : line == 0 ? bottom : "", margin) + " │";
    for (int column = 0; column < width; ++column) {
      const auto index =
          static_cast<std::size_t>((column + 0.5) / width * static_cast<double>(values.size()));
      const double eighths = (values[index] - low) / range * 8 * height - 8.0 * line;
      text += kBars[static_cast<std::size_t>(std::clamp(std::lround(eighths), 0L, 8L))];
    }
    while (text.ends_with(' ')) text.pop_back();
    text += "\n";
  }
  return text;
}

}  // namespace vit
