#include "vit/io/csv_records.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {

CsvRecord CsvReader::next() {
  CsvRecord record{line_, {}};
  do {
    record.cells.push_back(cell());
  } while (take(','));
  const bool returns = take('\r');
  if (!at_end() && !take('\n') && !returns) fail(line_, "there is text after the closing quote");
  ++line_;
  return record;
}

void CsvReader::fail(std::size_t line, const char* what) const {
  throw Error(ErrorKind::data, str(printable(file_), ":", line), what,
              "put cells with commas or quotes between double quotes, and double the quotes in "
              "them");
}

bool CsvReader::take(char wanted) {
  const bool is_there = !at_end() && text_[at_] == wanted;
  if (is_there) ++at_;
  return is_there;
}

std::string CsvReader::cell() {
  if (!take('"')) {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string found(text_.substr(at_, end - at_));
    at_ = end;
    return found;
  }
  const std::size_t opened = line_;
  std::string found;
  for (;;) {
    if (at_end()) fail(opened, "a quoted cell has no end");
    if (take('"')) {
      if (!take('"')) return found;
      found += '"';
      continue;
    }
    if (text_[at_] == '\n') ++line_;
    found += text_[at_++];
  }
}

std::vector<CsvRecord> csv_records(std::string_view text, const std::string& file) {
  std::vector<CsvRecord> records;
  for (CsvReader reader(text, file); !reader.at_end();)
    if (CsvRecord record = reader.next(); !record.empty()) records.push_back(std::move(record));
  return records;
}

}  // namespace vit
