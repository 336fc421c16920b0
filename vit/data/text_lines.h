#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace vit {

struct TextLine {
  std::size_t number = 0;  ///< from 1
  std::string text;        ///< without its end

  /// `FILE:LINE`, for messages.
  [[nodiscard]] std::string place(const std::filesystem::path& file) const;
};

/// The lines of a text file, without a byte order mark, line ends of either kind, and empty lines
/// at the end. Throws Error (data) where it cannot be read or is larger than 4 GiB.
[[nodiscard]] std::vector<TextLine> read_lines(const std::filesystem::path& file);

/// A whole text file, without a byte order mark; the same errors.
[[nodiscard]] std::string read_data_text(const std::filesystem::path& file);

}  // namespace vit
