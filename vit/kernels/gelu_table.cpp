#include "vit/kernels/gelu_table.h"

#include <cmath>
#include <numbers>

namespace vit::kernels {
namespace {

double phi(double u) { return std::exp(-u * u / 2) / std::sqrt(2 * std::numbers::pi); }
double centred(double u) { return 0.5 * std::erf(u / std::numbers::sqrt2); }  // Phi(u) - 1/2

/// Through the function at the three Chebyshev nodes of each segment, the middle one exactly.
template <class Function>
GeluTable::Parabolas parabolas(const Function& function) {
  const double node = std::sqrt(3.0) / 4;
  GeluTable::Parabolas result{};
  for (std::size_t i = 0; i < result.constant.size(); ++i) {
    const auto at = [&](double f) {
      return function((static_cast<double>(i) + f) / static_cast<double>(GeluTable::kPerUnit));
    };
    const double middle = at(0), left = at(-node), right = at(node);
    result.constant[i] = static_cast<float>(middle);
    result.linear[i] = static_cast<float>((right - left) / (2 * node));
    result.square[i] = static_cast<float>((right + left - 2 * middle) / (2 * node * node));
  }
  return result;
}

}  // namespace

const GeluTable& gelu_table() {
  static const GeluTable table{parabolas(centred),
                               parabolas([](double u) { return centred(u) + u * phi(u); })};
  return table;
}

}  // namespace vit::kernels
