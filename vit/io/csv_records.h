#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

struct CsvRecord {
  std::size_t line = 0;  ///< from 1; of its first line, as quoted cells may hold line ends
  std::vector<std::string> cells;

  /// Whether it is an empty line.
  [[nodiscard]] bool empty() const { return cells.size() == 1 && cells.front().empty(); }
};

/// Reads comma-separated text (RFC 4180) record by record: cells between double quotes may hold
/// commas, line ends and doubled quotes. Both strings must outlive it.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  /// Bytes that have been read.
  [[nodiscard]] std::size_t position() const { return at_; }
  /// The next record, an empty line too. Throws Error (data) with FILE:LINE for a quote that is not
  /// closed and for text after one that is.
  [[nodiscard]] CsvRecord next();

 private:
  [[noreturn]] void fail(std::size_t line, const char* what) const;
  bool take(char wanted);
  std::string cell();

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, line_ = 1;
};

/// All records; empty lines are passed over. Throws as CsvReader.
[[nodiscard]] std::vector<CsvRecord> csv_records(std::string_view text, const std::string& file);

}  // namespace vit
