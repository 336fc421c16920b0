#include "vit/data/manifest.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/class_map.h"
#include "vit/data/picture_files.h"
#include "vit/data/picture_list.h"
#include "vit/data/text_lines.h"
#include "vit/io/csv_records.h"
#include "vit/io/json.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Columns {
  std::string path, label, caption;
};

struct Row {
  std::string place;  // FILE:LINE
  std::string path;
  std::optional<std::string> label, caption;
};

[[noreturn]] void fail(const std::string& place, const std::string& what,
                       const std::string& remedy = "correct this line") {
  throw Error(ErrorKind::data, place, what, remedy);
}

std::vector<Row> csv_rows(const fs::path& file, const Columns& columns) {
  const std::vector<CsvRecord> records = csv_records(read_data_text(file), file.string());
  const std::string name = printable_path(file);
  if (records.empty()) fail(name, "is empty", "write a line of column names, and a line a picture");
  const std::vector<std::string>& header = records[0].cells;
  const auto column = [&](const std::string& wanted) -> std::optional<std::size_t> {
    const auto found = std::find(header.begin(), header.end(), wanted);
    if (found == header.end()) return {};
    return static_cast<std::size_t>(found - header.begin());
  };
  const auto path = column(columns.path), label = column(columns.label),
             caption = column(columns.caption);
  std::string listed;
  for (const std::string& cell : header)
    listed += (listed.empty() ? "" : ", ") + in_quotes(cell, 40);
  if (!path || (!label && !caption))
    fail(str(name, ":", records[0].line),
         str("there is no column ", in_quotes(!path ? columns.path : columns.label),
             path ? str(" and none ", in_quotes(columns.caption)) : "", "; there are ", listed),
         "the first line names the columns: add it, or name yours in data.path_column, "
         "data.label_column or data.caption_column");
  std::vector<Row> rows;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const CsvRecord& record = records[i];
    Row row{str(name, ":", record.line), {}, {}, {}};
    if (record.cells.size() != header.size())
      fail(row.place, str("expected ", header.size(), " cells, found ", record.cells.size()),
           "put cells with commas between double quotes");
    row.path = record.cells[*path];
    if (label) row.label = record.cells[*label];
    if (caption) row.caption = record.cells[*caption];
    rows.push_back(std::move(row));
  }
  return rows;
}

/// A string as it is, a whole number by its digits.
std::optional<std::string> text_member(const Json& object, const std::string& key,
                                       const std::string& place) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_integer()) return found->dump();
  fail(place, str("`", printable(key), "` is neither a text nor a whole number"));
}

Row json_row(const Json& object, const std::string& place, const Columns& columns) {
  Row row{place, {}, {}, {}};
  if (!object.is_object()) fail(place, "expected a JSON object");
  const auto path = text_member(object, columns.path, place);
  row.label = text_member(object, columns.label, place);
  row.caption = text_member(object, columns.caption, place);
  if (!path || (!row.label && !row.caption))
    fail(place,
         str("there is no `", printable(!path ? columns.path : columns.label), "`",
             path ? " and no `" + printable(columns.caption) + "`" : ""),
         "add it, or name yours in data.path_column, data.label_column or data.caption_column");
  row.path = *path;
  return row;
}

/// An object a line.
std::vector<Row> json_line_rows(const fs::path& file, const Columns& columns) {
  std::vector<Row> rows;
  for (const TextLine& line : read_lines(file)) {
    if (line.text.empty()) continue;
    const std::string place = line.place(file);
    rows.push_back(json_row(parse_json(line.text, place, ErrorKind::data), place, columns));
  }
  return rows;
}

/// An array of objects.
std::vector<Row> json_array_rows(const fs::path& file, const Columns& columns) {
  const std::string name = printable_path(file);
  const Json array = parse_json(read_data_text(file), name, ErrorKind::data);
  if (!array.is_array())
    fail(name, "expected a JSON array of objects",
         "write [{...}, {...}], or a .jsonl file with an object a line");
  std::vector<Row> rows;
  for (std::size_t i = 0; i < array.size(); ++i)
    rows.push_back(json_row(array[i], str(name, ": [", i, "]"), columns));
  return rows;
}

std::vector<Row> rows_in(const fs::path& file, const Columns& columns) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".jsonl" || extension == ".ndjson") return json_line_rows(file, columns);
  return extension == ".json" ? json_array_rows(file, columns) : csv_rows(file, columns);
}

std::vector<Row> read_rows(const fs::path& file, const Columns& columns) {
  std::vector<Row> rows = rows_in(file, columns);
  if (rows.empty()) fail(printable_path(file), "names no picture", "write a line for each");
  for (const Row& row : rows) {
    if (row.path.empty()) fail(row.place, "the path is empty");
    if (row.label && row.label->empty()) fail(row.place, "the label is empty");
  }
  return rows;
}

/// Throws where two labels differ by blanks at their ends alone, which is a slip of the table.
void require_no_stray_blanks(const std::vector<Row>& rows, const std::set<std::string>& labels) {
  for (const Row& row : rows) {
    if (!row.label) continue;
    const std::size_t first = row.label->find_first_not_of(" \t");
    const std::size_t end = row.label->find_last_not_of(" \t") + 1;
    if (first == 0 && end == row.label->size()) continue;
    const std::string trimmed =
        first == std::string::npos ? "" : row.label->substr(first, end - first);
    if (trimmed.empty() || labels.contains(trimmed))
      fail(row.place,
           str("the label ", in_quotes(*row.label), " is ",
               trimmed.empty() ? "blank" : "another than ",
               trimmed.empty() ? "" : in_quotes(trimmed)),
           "remove the blanks around it");
  }
}

/// The labels of both splits: numbers by value, else text bytewise.
std::vector<std::string> found_classes(const std::vector<Row>& train, const std::vector<Row>& val) {
  std::set<std::string> names;
  for (const auto* rows : {&train, &val})
    for (const Row& row : *rows)
      if (row.label) names.insert(*row.label);
  for (const auto* rows : {&train, &val}) require_no_stray_blanks(*rows, names);
  std::vector<std::string> classes(names.begin(), names.end());
  const auto number = [](const std::string& text) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return {};
    return value;
  };
  if (std::all_of(classes.begin(), classes.end(), [&](const auto& c) { return number(c); }))
    std::stable_sort(classes.begin(), classes.end(),
                     [&](const auto& a, const auto& b) { return *number(a) < *number(b); });
  return classes;
}

std::unique_ptr<Dataset> open(const std::vector<Row>& rows, const fs::path& root,
                              const std::vector<std::string>& classes, DataNotes notes = {}) {
  std::map<std::string, std::int64_t> labels;
  for (std::size_t i = 0; i < classes.size(); ++i)
    labels[classes[i]] = static_cast<std::int64_t>(i);
  std::vector<ListedPicture> pictures;
  DataFaults faults;
  for (const Row& row : rows) {
    ListedPicture picture{root / row.path};
    if (row.label) {
      const auto found = labels.find(*row.label);
      if (found == labels.end()) {
        faults.add({ErrorKind::data, row.place,
                    str("the class ", in_quotes(*row.label), " is not in the class map"),
                    "add it to data.class_map, or correct this line"});
        continue;
      }
      picture.label = found->second;
    }
    picture.caption = row.caption.value_or("");
    pictures.push_back(std::move(picture));
  }
  faults.require_none(root.string());
  return std::make_unique<PictureList>(std::move(pictures), classes, MaskLabels{},
                                       std::move(notes));
}

/// Images in a folder that its rows do not name, and files of other types.
DataNotes left_out_of(const std::vector<Row>& rows, const fs::path& folder) {
  std::set<fs::path> named;
  for (const Row& row : rows) named.insert((folder / row.path).lexically_normal());
  DataNotes notes;
  for (const fs::path& path : pictures_in(folder))
    if (!named.contains(path.lexically_normal()))
      notes.add("images that the metadata does not name are left out", path.string());
  return notes;
}

}  // namespace

void describe(FieldVisitor& visitor, ManifestOptions& o) {
  visitor.field({"root", &o.root, "where relative paths start; empty: the manifest's folder"});
  visitor.field({"train", &o.train, "CSV or JSON lines: the training pictures"});
  visitor.field({"val", &o.val, "the same for validation"});
  visitor.field({"path_column", &o.path_column, "column or key with the picture's path"});
  visitor.field({"label_column", &o.label_column, "column or key with the name of its class"});
  visitor.field({"caption_column", &o.caption_column, "column or key with its caption"});
  visitor.field({"class_map", &o.class_map, "file with one class a line; empty: those found"});
}

ManifestSplits manifest(const ManifestOptions& options) {
  const Columns columns{options.path_column, options.label_column, options.caption_column};
  const std::vector<Row> train = read_rows(options.train, columns);
  const std::vector<Row> val = read_rows(options.val, columns);
  const std::vector<std::string> classes =
      options.class_map.empty() ? found_classes(train, val) : read_class_map(options.class_map);
  const auto root = [&](const std::string& file) {
    return options.root.empty() ? fs::path(file).parent_path() : fs::path(options.root);
  };
  return {open(train, root(options.train), classes), open(val, root(options.val), classes)};
}

ManifestSplits metadata_folders(const fs::path& train, const fs::path& val) {
  const Columns columns{"file_name", "label", "text"};
  const auto file = [](const fs::path& place) {
    std::error_code error;
    for (const char* name : {"metadata.jsonl", "metadata.csv"})
      if (fs::exists(place / name, error)) return place / name;
    fail(place.string(), "there is neither metadata.jsonl nor metadata.csv in it",
         "for a folder of class folders, set data.name to folder");
  };
  const std::vector<Row> train_rows = read_rows(file(train), columns);
  const std::vector<Row> val_rows = read_rows(file(val), columns);
  const std::vector<std::string> classes = found_classes(train_rows, val_rows);
  return {open(train_rows, train, classes, left_out_of(train_rows, train)),
          open(val_rows, val, classes, left_out_of(val_rows, val))};
}

}  // namespace vit
