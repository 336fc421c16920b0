#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct CsvRecord {
  std::size_t line = 0;  ///< from 1; of its first line, as quoted cells may hold line ends
  std::vector<std::string> cells;
};

/// Splits comma-separated text (RFC 4180): cells between double quotes may hold commas, line ends
/// and doubled quotes; empty lines are passed over. Throws Error (data) with FILE:LINE for a quote
/// that is not closed and for text after one that is.
[[nodiscard]] std::vector<CsvRecord> csv_records(std::string_view text, const std::string& file);

}  // namespace vit
