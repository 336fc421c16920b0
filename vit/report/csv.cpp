#include "vit/report/csv.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
#include "vit/io/csv_records.h"
#include "vit/io/file.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit {
namespace {

std::string quoted_if_needed(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

/// Text that a spreadsheet shows instead of computing it.
std::string inert(const std::string& text) {
  std::string result = visible(text);
  if (!result.empty() && std::string_view("=+-@").find(result.front()) != std::string_view::npos)
    result.insert(0, 1, '\'');
  return result;
}

std::string csv_line(const std::vector<CsvCell>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i ? "," : "") + csv_cell(cells[i]);
  return line + '\n';
}

std::string header_line(const std::vector<std::string>& header) {
  return csv_line({header.begin(), header.end()});
}

}  // namespace

std::string csv_cell(const CsvCell& cell) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) return {};
        if constexpr (std::is_same_v<T, std::int64_t>) return std::to_string(value);
        if constexpr (std::is_same_v<T, double>) return shortest(value);
        if constexpr (std::is_same_v<T, std::string>) return quoted_if_needed(inert(value));
      },
      cell);
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

std::optional<double> CsvTable::number(std::size_t row, std::string_view name) const {
  const auto index = column(name);
  if (!index || row >= rows.size() || *index >= rows[row].size()) return std::nullopt;
  return parse_number(rows[row][*index]);
}

CsvTable parse_csv(std::string_view text, const std::string& where) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvTable table;
  for (CsvRecord& record : csv_records(text, where)) {
    if (table.header.empty()) {
      table.header = std::move(record.cells);
    } else if (record.cells.size() == table.header.size()) {
      table.rows.push_back(std::move(record.cells));
    } else {
      throw Error(ErrorKind::data, str(where, ":", record.line),
                  str("expected ", table.header.size(), " cells as in the header, found ",
                      record.cells.size()));
    }
  }
  if (table.header.empty())
    throw Error(ErrorKind::data, where, "expected a header line, found none");
  return table;
}

CsvTable read_csv(const std::filesystem::path& file) {
  return parse_csv(read_text_file(file), file.string());
}

std::size_t repair_csv(const std::filesystem::path& file, std::string_view key, std::int64_t last) {
  const std::string before = text_if_there(file), name = file.string();
  std::string after;
  std::size_t removed = 0;
  std::optional<CsvTable> table;
  double previous = -std::numeric_limits<double>::infinity();
  for (CsvReader reader(before, name); !reader.at_end();) {
    const std::size_t begin = reader.position();
    CsvRecord record;
    try {
      record = reader.next();
    } catch (const Error&) {  // torn within a quoted cell: nothing behind it can be told apart
      ++removed;
      break;
    }
    const std::string line = before.substr(begin, reader.position() - begin);
    bool keep = line.ends_with('\n');
    if (keep && !table) {
      table = CsvTable{std::move(record.cells), {}};
    } else if (keep) {
      const bool whole = record.cells.size() == table->header.size();
      table->rows = {std::move(record.cells)};
      const auto number = whole ? table->number(0, key) : std::nullopt;
      keep = number && *number > previous && *number <= static_cast<double>(last);
      if (keep) previous = *number;
    }
    if (keep)
      after += line;
    else
      ++removed;
  }
  if (removed > 0) write_file_atomically(file, after);
  return removed;
}

CsvWriter::CsvWriter(std::filesystem::path file, const std::vector<std::string>& header)
    : columns_(header.size()), file_(std::move(file)) {
  const std::string existing = text_if_there(file_.path());
  const std::string expected = header_line(header);
  if (existing.empty()) {
    file_.append(expected);
  } else if (!existing.starts_with(expected)) {
    throw Error(
        ErrorKind::resource, str(visible(file_.path().native()), ":1"),
        str("expected the header `", expected.substr(0, expected.size() - 1), "`, found another"),
        "Move the file away, or give the run another output folder.");
  } else if (existing.back() != '\n') {
    file_.append("\n");  // a torn line by itself is found by repair; glued to the next it isn't
  }
}

void CsvWriter::add(const std::vector<CsvCell>& row) {
  VIT_ASSERT(row.size() == columns_, row.size(), " cells for ", columns_, " columns");
  file_.append(csv_line(row));
}

}  // namespace vit
