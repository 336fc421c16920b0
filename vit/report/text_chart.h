#pragma once

#include <string>
#include <vector>

namespace vit {

/// Values from left to right as a chart of block characters, `height` lines, with the least and the
/// largest value at the left; every value is at the middle of its column, spread over `width`
/// columns. The axis begins at 0, or where there are negative values at the least; unless
/// `from_zero`, always at the least.
[[nodiscard]] std::string text_chart(const std::vector<double>& values, int width, int height,
                                     bool from_zero = true);

}  // namespace vit
