#include "vit/report/html_style.h"

#include <algorithm>
#include <string>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("the style sheet closes what it opens, and asks nobody for anything") {
  const std::string_view style = html_style();
  CHECK(std::count(style.begin(), style.end(), '{') == std::count(style.begin(), style.end(), '}'));
  for (const char* part : {"url(", "@import", "http", "<"})
    CHECK(style.find(part) == std::string_view::npos);
}

TEST_CASE("it knows dark screens, narrow ones, and paper") {
  for (const char* part : {"prefers-color-scheme:dark", "@media print"})
    CHECK(html_style().find(part) != std::string_view::npos);
}
