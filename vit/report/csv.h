#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vit/report/append_file.h"

/// Tables as CSV (RFC 4180, lines end in LF).
namespace vit {

/// What a cell holds: nothing, a number or text.
using CsvCell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// A cell as it stands in the file. Numbers in their shortest exact form; text with its control
/// characters made visible, with a `'` before a first character that would make a spreadsheet
/// compute (`=`, `+`, `-`, `@`), and quoted where needed.
[[nodiscard]] std::string csv_cell(const CsvCell& cell);

/// A table as read; every row has one text for each column.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  /// The index of the column of this name, if there is one.
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  /// A cell as a number; nothing where there is no such column or the cell holds no number.
  [[nodiscard]] std::optional<double> number(std::size_t row, std::string_view name) const;
};

/// Throws Error (data), naming the line, where a row has not as many cells as the header, a quote
/// isn't closed, or the file has no header. A byte order mark and CRLF are accepted.
[[nodiscard]] CsvTable parse_csv(std::string_view text, const std::string& where);
[[nodiscard]] CsvTable read_csv(const std::filesystem::path& file);

/// Readies a table for a run that goes on after `last`: removes what follows the last full line,
/// rows that hold no number in the column `key`, rows beyond `last`, and rows that do not increase
/// the key (an earlier crash between row and checkpoint). Returns the number of lines removed.
/// Nothing happens where the file doesn't exist.
std::size_t repair_csv(const std::filesystem::path& file, std::string_view key, std::int64_t last);

/// Appends to a table, a full line at a time. Write an epoch's row before its checkpoint: then a
/// resume from that checkpoint finds the row, and repair_csv removes those beyond it.
class CsvWriter {
 public:
  /// Starts the file with this header, or goes on with a file that has it. Throws Error (resource)
  /// where the file has another header.
  CsvWriter(std::filesystem::path file, const std::vector<std::string>& header);

  /// One cell for each column of the header.
  void add(const std::vector<CsvCell>& row);

 private:
  std::size_t columns_;
  AppendFile file_;
};

}  // namespace vit
