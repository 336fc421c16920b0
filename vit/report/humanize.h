#pragma once

#include <cstdint>
#include <string>

/// Numbers for people. Everything that a program may read uses number.h instead.
namespace vit {

/// Three significant digits and a decimal suffix: `946`, `5.72 M`, `1.26 G`.
[[nodiscard]] std::string human_count(double value);
/// Pictures a second: `0.52 img/s`, `37.4 img/s`, `1843 img/s`.
[[nodiscard]] std::string human_throughput(double images_per_s);
/// Bytes in powers of 1024: `512 B`, `12.3 MiB`.
[[nodiscard]] std::string human_bytes(double bytes);
/// A length of time by its two largest units: `0.35 s`, `42 s`, `1 min 20 s`, `3 h 05 min`,
/// `2 d 4 h`.
[[nodiscard]] std::string human_duration(double seconds);
/// All digits in groups of three, with narrow no-break spaces (U+202F) between: `5 717 416`.
[[nodiscard]] std::string grouped(std::int64_t value);

}  // namespace vit
