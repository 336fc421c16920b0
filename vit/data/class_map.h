#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

/// A class map as timm reads it: a text file with one class a line, whose label is its line number,
/// from 0. Blanks around a name, empty lines at the end and a byte order mark do not count. Throws
/// Error (data) for a name that is there twice and an empty one, with the line.
[[nodiscard]] std::vector<std::string> read_class_map(const std::filesystem::path& file);

}  // namespace vit
