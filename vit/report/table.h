#pragma once

#include <string>
#include <vector>

namespace vit {

enum class Align { left, right };

struct TableColumn {
  std::string title;
  Align align = Align::left;
};

/// A table as plain text: a line of titles, a rule, a line a row, columns two spaces apart. Widths
/// are those of a terminal, so that Chinese class names align too; control characters are visible.
class TextTable {
 public:
  explicit TextTable(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  /// One cell for each column.
  void add(std::vector<std::string> cells);

  /// Where the lines would be wider than `max_width` (0: any width), the middles of the longest
  /// left-aligned cells are left out. No line has trailing spaces.
  [[nodiscard]] std::string text(int max_width = 0) const;

 private:
  [[nodiscard]] std::vector<int> widths(int max_width) const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<int>& widths) const;

  std::vector<TableColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A share from 0 to 1 as a bar of at most this many columns: `█████▍`, or `#####` without Unicode.
/// A share above 0 is never an empty bar.
[[nodiscard]] std::string text_bar(double share, int columns, bool unicode = true);

}  // namespace vit
