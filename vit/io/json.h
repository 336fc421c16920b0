#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "vit/core/error.h"

namespace vit {

inline constexpr int kMaxJsonDepth = 64;

/// Parses one JSON value and nothing after it. Stricter than nlohmann's own parser: a key that is
/// there twice and nesting deeper than kMaxJsonDepth are errors too. `where` (a file, a key of the
/// metadata) begins the message, `kind` is the error's.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, const std::string& where,
                                        ErrorKind kind);

/// `text` as a JSON string with its quotes, what is not ASCII as it is. Text that is not UTF-8 is
/// an Error(weights) at `where`.
[[nodiscard]] std::string json_string(std::string_view text, const std::string& where);

/// What a nlohmann exception says, without its number.
[[nodiscard]] std::string plain_json_message(const std::exception& error);

}  // namespace vit
