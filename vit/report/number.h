#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vit {

/// Numbers as text, always in the C locale.

/// The shortest text that reads back as the same double: `0.1`, `1e-05`, `nan`, `-inf`.
[[nodiscard]] std::string shortest(double value);
/// With this many digits after the point: `fixed(3.14159, 2)` is `3.14`. Never `-0.00`.
[[nodiscard]] std::string fixed(double value, int decimals);
/// The same with its sign: `percent(97.25, 1)` is `97.2 %`.
[[nodiscard]] std::string percent(double value, int decimals);
/// Rounded to this many significant digits: `significant(0.00012345, 3)` is `0.000123`.
[[nodiscard]] std::string significant(double value, int digits);
/// The number that the whole of `text` spells; nothing where it spells none.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

}  // namespace vit
