#include "vit/io/csv_records.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> cells_of(const std::string& text) {
  std::vector<Cells> all;
  for (const vit::CsvRecord& record : vit::csv_records(text, "table.csv"))
    all.push_back(record.cells);
  return all;
}

void check_csv_refused(const std::string& text, const std::string& place,
                       const std::string& problem) {
  const auto error = vit::test::error_of([&] { (void)vit::csv_records(text, "table.csv"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(error->where() == place);
  CHECK_THAT(error->problem(), Catch::Contains(problem));
}

}  // namespace

TEST_CASE("Cells are what stands between commas; quotes hold commas, quotes and line ends") {
  CHECK(cells_of("a,b\nc,d\n") == std::vector<Cells>{{"a", "b"}, {"c", "d"}});
  CHECK(cells_of("a,b\r\nc,d") == std::vector<Cells>{{"a", "b"}, {"c", "d"}});
  CHECK(cells_of("\"x, y\",\"say \"\"ah\"\"\"") == std::vector<Cells>{{"x, y", "say \"ah\""}});
  CHECK(cells_of("\"two\nlines\",b") == std::vector<Cells>{{"two\nlines", "b"}});
  CHECK(cells_of(",\n") == std::vector<Cells>{{"", ""}});
  CHECK(cells_of("a, b ") == std::vector<Cells>{{"a", " b "}});
}

TEST_CASE("Empty lines are passed over, and lines are counted through quoted ones") {
  const auto records = vit::csv_records("a\n\n\"b\nb\"\nc\n", "table.csv");
  REQUIRE(records.size() == 3);
  CHECK(records[0].line == 1);
  CHECK(records[1].line == 3);
  CHECK(records[2].line == 5);
  CHECK(vit::csv_records("", "table.csv").empty());
  CHECK(vit::csv_records("\n\r\n\n", "table.csv").empty());
}

TEST_CASE("A quote without an end, and text behind one, are refused with the line") {
  check_csv_refused("a,b\nc,\"d\ne", "table.csv:2", "no end");
  check_csv_refused("a,b\n\"c\"d,e\n", "table.csv:2", "after the closing quote");
}
