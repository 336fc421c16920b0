#include "vit/report/csv.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
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

/// Reads one record, quotes and all, from the start of `text`, and removes it from there. Nothing
/// where a quote isn't closed.
std::optional<std::vector<std::string>> take_record(std::string_view& text) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        cells.back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        cells.back() += text[++i];
      else
        quoted = false;
    } else if (c == '"' && cells.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') {
      cells.back() += c;
    }
  }
  if (quoted) return std::nullopt;
  text.remove_prefix(std::min(i + 1, text.size()));
  return cells;
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
  for (std::int64_t line = 1; !text.empty();) {
    const std::string_view before = text;
    const auto record = take_record(text);
    const std::string place = str(where, ":", line);
    if (!record) throw Error(ErrorKind::data, place, "a quoted cell has no closing quote");
    line +=
        std::count(before.begin(), before.end() - static_cast<std::ptrdiff_t>(text.size()), '\n');
    if (record->size() == 1 && record->front().empty()) continue;  // an empty line
    if (table.header.empty()) {
      table.header = *record;
    } else if (record->size() == table.header.size()) {
      table.rows.push_back(*record);
    } else {
      throw Error(
          ErrorKind::data, place,
          str("expected ", table.header.size(), " cells as in the header, found ", record->size()));
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
  const std::string before = text_if_there(file);
  std::string_view text = before;
  std::string after;
  std::size_t removed = 0;
  std::optional<CsvTable> table;
  double previous = -std::numeric_limits<double>::infinity();
  while (!text.empty()) {
    const std::string_view rest = text;
    const auto record = take_record(text);
    const std::string_view line = rest.substr(0, record ? rest.size() - text.size() : rest.size());
    bool keep = record && line.ends_with('\n');
    if (keep && !table) {
      table = CsvTable{*record, {}};
    } else if (keep) {
      table->rows = {*record};
      const auto number =
          record->size() == table->header.size() ? table->number(0, key) : std::nullopt;
      keep = number && *number > previous && *number <= static_cast<double>(last);
      if (keep) previous = *number;
    }
    if (keep)
      after += line;
    else
      ++removed;
    if (!record) break;
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
