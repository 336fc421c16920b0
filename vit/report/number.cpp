#include "vit/report/number.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace vit {
namespace {

/// to_chars writes the sign of a NaN, which means nothing and differs between processors.
std::string non_finite(double value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

}  // namespace

std::string shortest(double value) {
  if (!std::isfinite(value)) return non_finite(value);
  char buffer[32];
  const auto [end, status] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return non_finite(value);
  char buffer[400];  // the largest double has 309 digits
  const auto [end, status] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  std::string text = status == std::errc() ? std::string(buffer, end) : shortest(value);
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string percent(double value, int decimals) { return fixed(value, decimals) + " %"; }

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return non_finite(value);
  char buffer[64];
  const auto [end, status] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits);
  return {buffer, end};
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, value);
  if (text.empty() || status != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace vit
