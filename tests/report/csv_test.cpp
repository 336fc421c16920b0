#include "vit/report/csv.h"

#include <limits>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using test::ScratchFolder;

namespace {

const std::vector<std::string> kHeader = {"epoch", "loss", "top1"};
const std::string kThreeEpochs = "epoch,loss,top1\n1,2.5,10\n2,1.5,\n3,nan,30.5\n";

std::string repaired(const std::string& text, std::int64_t last, std::size_t removed) {
  const ScratchFolder folder;
  test::put(folder / "s.csv", text);
  CHECK(repair_csv(folder / "s.csv", "epoch", last) == removed);
  return test::get(folder / "s.csv");
}

}  // namespace

TEST_CASE("numbers are exact, missing ones empty") {
  CHECK(csv_cell(std::int64_t{-3}) == "-3");
  CHECK(csv_cell(0.1) == "0.1");
  CHECK(csv_cell(-1e-7) == "-1e-07");
  CHECK(csv_cell(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(csv_cell(std::monostate()).empty());
}

TEST_CASE("text is quoted where it must be, and neither computes nor steers a terminal") {
  CHECK(csv_cell(std::string("plain")) == "plain");
  CHECK(csv_cell(std::string("a,b")) == "\"a,b\"");
  CHECK(csv_cell(std::string("say \"hi\"")) == "\"say \"\"hi\"\"\"");
  CHECK(csv_cell(std::string("=cmd()")) == "'=cmd()");
  CHECK(csv_cell(std::string("@SUM(A1,A2)")) == "\"'@SUM(A1,A2)\"");
  CHECK(csv_cell(std::string("-1+2")) == "'-1+2");
  CHECK(csv_cell(std::string("two\nlines")) == "two\\nlines");
  CHECK(csv_cell(std::string("\x1b[2J")) == "\\x1b[2J");
}

TEST_CASE("what was written is read back") {
  const ScratchFolder folder;
  {
    CsvWriter writer(folder / "s.csv", kHeader);
    writer.add({std::int64_t{1}, 2.5, std::monostate()});
    writer.add({std::int64_t{2}, 1.0 / 3, std::string("a \"b\", c")});
  }
  const CsvTable table = read_csv(folder / "s.csv");
  CHECK(table.header == kHeader);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.number(0, "epoch") == 1);
  CHECK(!table.number(0, "top1"));
  CHECK(table.number(1, "loss") == 1.0 / 3);
  CHECK(table.rows[1][2] == "a \"b\", c");
  CHECK(!table.number(0, "no such column"));
  CHECK(!table.number(7, "epoch"));
}

TEST_CASE("each row is in the file as soon as it was added") {
  const ScratchFolder folder;
  CsvWriter writer(folder / "s.csv", kHeader);
  CHECK(test::get(folder / "s.csv") == "epoch,loss,top1\n");
  writer.add({std::int64_t{1}, 2.5, 10.0});
  CHECK(test::get(folder / "s.csv") == "epoch,loss,top1\n1,2.5,10\n");
}

TEST_CASE("an existing table is gone on with, and one of another header refused") {
  const ScratchFolder folder;
  test::put(folder / "s.csv", kThreeEpochs);
  CsvWriter(folder / "s.csv", kHeader).add({std::int64_t{4}, 0.5, 40.0});
  CHECK(test::get(folder / "s.csv") == kThreeEpochs + "4,0.5,40\n");
  const auto error = test::error_of([&] { CsvWriter(folder / "s.csv", {"epoch", "lr"}); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
  CHECK(error->problem().find("epoch,lr") != std::string::npos);
}

TEST_CASE("a foreign table with byte order mark, CRLF and quoted line ends is read") {
  const CsvTable table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n1,\"x\r\ny\"\r\n\r\n2,z",
      "t.csv");
  CHECK(table.header == std::vector<std::string>{"a", "b"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0][1] == "x\r\ny");
  CHECK(table.rows[1] == std::vector<std::string>{"2", "z"});
}

TEST_CASE("a malformed table is an error that names the line") {
  const auto where = [](const char* text) {
    const auto error = test::error_of([&] { (void)parse_csv(text, "t.csv"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    return error->where();
  };
  CHECK(where("a,b\n1,2\n1,2,3\n") == "t.csv:3");
  CHECK(where("a,b\n\"x\ny\",1\n2\n") == "t.csv:4");
  CHECK(where("a,b\n\"open,1\n") == "t.csv:2");
  CHECK(where("") == "t.csv");
}

TEST_CASE("repair leaves a sound table as it is") {
  CHECK(repaired(kThreeEpochs, 3, 0) == kThreeEpochs);
  CHECK(repaired("", 3, 0).empty());
  const ScratchFolder folder;
  CHECK(repair_csv(folder / "none.csv", "epoch", 3) == 0);
  CHECK(folder.names().empty());
}

TEST_CASE("repair removes the rows after the checkpoint") {
  CHECK(repaired(kThreeEpochs, 1, 2) == "epoch,loss,top1\n1,2.5,10\n");
  CHECK(repaired(kThreeEpochs, 0, 3) == "epoch,loss,top1\n");
}

TEST_CASE("repair removes a row that comes twice, and lines that are no rows") {
  CHECK(repaired("epoch,loss,top1\n1,2,3\n1,2,3\n2,2,3\n", 9, 1) ==
        "epoch,loss,top1\n1,2,3\n2,2,3\n");
  CHECK(repaired("epoch,loss,top1\n1,2,3\n2,2\n3,1,1\n", 9, 1) ==
        "epoch,loss,top1\n1,2,3\n3,1,1\n");
}

TEST_CASE("a table cut at any byte is repaired to its full lines, and can be gone on with") {
  for (std::size_t length = 0; length <= kThreeEpochs.size(); ++length) {
    const ScratchFolder folder;
    test::put(folder / "s.csv", kThreeEpochs.substr(0, length));
    repair_csv(folder / "s.csv", "epoch", 3);
    const std::string full = kThreeEpochs.substr(0, kThreeEpochs.rfind('\n', length - 1) + 1);
    CHECK(test::get(folder / "s.csv") == (length == 0 ? "" : length < 16 ? "" : full));
    CsvWriter(folder / "s.csv", kHeader).add({std::int64_t{4}, 0.5, 1.0});
    CHECK(read_csv(folder / "s.csv").rows.back()[0] == "4");
  }
}
