#include "vit/data/csv_records.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/printable.h"

namespace vit {
namespace {

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  std::vector<CsvRecord> records() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      CsvRecord record{line_, {}};
      do {
        record.cells.push_back(cell());
      } while (take(','));
      const bool returns = take('\r');
      if (at_ < text_.size() && !take('\n') && !returns)
        fail("there is text after the closing quote");
      ++line_;
      if (record.cells.size() > 1 || !record.cells[0].empty()) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error(ErrorKind::data, str(printable(file_), ":", line_), what,
                "put cells with commas or quotes between double quotes, and double the quotes in "
                "them");
  }
  bool take(char wanted) {
    const bool is_there = at_ < text_.size() && text_[at_] == wanted;
    if (is_there) ++at_;
    return is_there;
  }

  std::string cell() {
    if (!take('"')) {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      std::string found(text_.substr(at_, end - at_));
      at_ = end;
      return found;
    }
    std::string found;
    for (;;) {
      if (at_ >= text_.size()) fail("a quoted cell has no end");
      if (take('"')) {
        if (!take('"')) return found;
        found += '"';
        continue;
      }
      if (text_[at_] == '\n') ++line_;
      found += text_[at_++];
    }
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

std::vector<CsvRecord> csv_records(std::string_view text, const std::string& file) {
  return CsvParser(text, file).records();
}

}  // namespace vit
