#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace vit {

/// `text` as it may stand in a message: control characters escaped as in JSON, bytes that are not
/// UTF-8 replaced, the middle left out where it is longer than `max_bytes`. Names out of a file
/// reach the terminal only through here, so they cannot move its cursor or flood it.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 200);
/// The same for a path.
[[nodiscard]] std::string printable_path(const std::filesystem::path& path);

/// `printable` between double quotes.
[[nodiscard]] std::string in_quotes(std::string_view text, std::size_t max_bytes = 200);

}  // namespace vit
