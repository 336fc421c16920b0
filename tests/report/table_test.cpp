#include "vit/report/table.h"

#include "tests/catch.h"
#include "vit/report/text.h"

using namespace vit;

TEST_CASE("columns are aligned by their width on a terminal") {
  TextTable table({{"class"}, {"share", Align::right}, {"note"}});
  table.add({"cat", "9.5 %", ""});
  table.add({"猫", "100 %", "two columns"});
  CHECK(table.text() ==
        "class  share  note\n"
        "-----  -----  -----------\n"
        "cat    9.5 %\n"
        "猫     100 %  two columns\n");
}

TEST_CASE("control characters of a cell are visible") {
  TextTable table({{"name"}});
  table.add({"a\x1b[2J\n"});
  CHECK(table.text().find("a\\x1b[2J\\n\n") != std::string::npos);
}

TEST_CASE("where there is little room the longest texts give way, and numbers don't") {
  TextTable table({{"path"}, {"params", Align::right}});
  table.add({"/a/very/long/path/to/some/picture.jpg", "5717416"});
  const std::string text = table.text(30);
  CHECK(text.find("5717416") != std::string::npos);
  CHECK(text.find("…") != std::string::npos);
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    CHECK(display_width(text.substr(at, text.find('\n', at) - at)) <= 30);
}

TEST_CASE("a table of no rows has its titles") {
  CHECK(TextTable({{"a"}, {"b"}}).text() == "a  b\n-  -\n");
}

TEST_CASE("bars have eighths of a column, and something for every share") {
  CHECK(text_bar(1, 4) == "████");
  CHECK(text_bar(0.5, 3) == "█▌");
  CHECK(text_bar(1e-9, 10) == "▏");
  CHECK(text_bar(0, 10).empty());
  CHECK(text_bar(7, 2) == "██");
  CHECK(text_bar(0.5, 4, false) == "##");
  CHECK(text_bar(1e-9, 4, false) == "#");
}
