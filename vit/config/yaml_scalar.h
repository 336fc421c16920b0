#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vit/core/fields.h"

/// Numbers, booleans and text as YAML 1.2 writes them, in both directions and in no locale.
namespace vit {

/// Why a scalar is not what was expected.
struct ScalarMismatch {
  std::string text;    ///< "expected a whole number, found 3.7"
  std::string remedy;  ///< "write 10", or ""
};

/// Each assigns `value` and returns nothing, or says why it cannot.
[[nodiscard]] std::optional<ScalarMismatch> parse_scalar(std::string_view text, bool& value);
[[nodiscard]] std::optional<ScalarMismatch> parse_scalar(std::string_view text,
                                                         std::int64_t& value);
[[nodiscard]] std::optional<ScalarMismatch> parse_scalar(std::string_view text, double& value);

/// The shortest text that reads back as the same double and that every YAML reader, 1.1 or 1.2,
/// takes for a floating-point number: `0.001`, `1.0`, `1.0e-05`. `value` must be finite.
[[nodiscard]] std::string yaml_text(double value);
/// Plain where every YAML reader takes that for the same text, otherwise in double quotes.
/// `text` must be UTF-8.
[[nodiscard]] std::string yaml_text(std::string_view text);

/// "at least 0", "between 0 and 1", "greater than 0", or "" where everything is allowed.
[[nodiscard]] std::string range_text(const Range& range);
[[nodiscard]] inline bool within(const Range& range, double value) {
  return value >= range.low && value <= range.high;
}

}  // namespace vit
