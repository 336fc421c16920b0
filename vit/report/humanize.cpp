#include "vit/report/humanize.h"

#include <cmath>
#include <cstddef>

#include "vit/report/number.h"

namespace vit {
namespace {

/// Three significant digits below `base`, where `value` >= 1.
std::string three_digits(double value) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fixed(value, decimals);
}

std::string scaled(double value, double base, const char* const* suffixes, std::size_t count) {
  if (!std::isfinite(value)) return shortest(value);
  const std::string sign = value < 0 ? "-" : "";
  value = std::abs(value);
  std::size_t step = 0;
  // What would be rounded up to the next unit belongs to it: 999.7 k is 1.00 M.
  while (value >= base - 0.5 && step + 1 < count) value /= base, ++step;
  const std::string digits =
      step == 0 ? (value == std::round(value) ? fixed(value, 0) : three_digits(value))
                : three_digits(value);
  return sign + digits + suffixes[step];
}

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

std::string human_count(double value) {
  constexpr const char* kSuffixes[] = {"", " k", " M", " G", " T", " P"};
  return scaled(value, 1000, kSuffixes, std::size(kSuffixes));
}

std::string human_throughput(double images_per_s) {
  return (std::abs(images_per_s) < 1 ? fixed(images_per_s, 2) : three_digits(images_per_s)) +
         " img/s";
}

std::string human_bytes(double bytes) {
  constexpr const char* kSuffixes[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB"};
  return scaled(bytes, 1024, kSuffixes, std::size(kSuffixes));
}

std::string human_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e12) return "?";
  if (seconds < 0.0095) return fixed(seconds * 1e3, seconds < 0.00095 ? 2 : 1) + " ms";
  if (seconds < 9.95) return fixed(seconds, seconds < 0.995 ? 2 : 1) + " s";
  const auto total = static_cast<std::int64_t>(std::llround(seconds));
  const std::int64_t days = total / 86400, hours = total / 3600 % 24, minutes = total / 60 % 60;
  if (total < 60) return std::to_string(total) + " s";
  if (total < 3600) return std::to_string(minutes) + " min " + two_digits(total % 60) + " s";
  if (total < 86400) return std::to_string(hours) + " h " + two_digits(minutes) + " min";
  return std::to_string(days) + " d " + std::to_string(hours) + " h";
}

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, "\u202f");
  return digits;
}

}  // namespace vit
