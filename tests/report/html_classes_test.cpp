#include "tests/catch.h"
#include "tests/report/xml.h"
#include "tests/support/contains.h"
#include "vit/report/html_parts.h"

using vit::test::contains;
using namespace vit;

TEST_CASE("without an evaluation there is no section") {
  CHECK(html_parts::classes({}).empty());
  CHECK(html_parts::classes({{"cat", "dog"}, {{0, 0}, {0, 0}}}).empty());
}

TEST_CASE("classes come by accuracy, the worst first; one without pictures is left out") {
  const std::string text =
      html_parts::classes({{"cat", "dog", "fox"}, {{9, 1, 0}, {5, 5, 0}, {0, 0, 0}}});
  CHECK(test::is_well_formed(text));
  const std::size_t table = text.find("Accuracy by class");
  REQUIRE(table != std::string::npos);
  CHECK(text.find("dog", table) < text.find("cat", table));
  CHECK(contains(text, "50.0 %"));
  CHECK(contains(text, "90.0 %"));
  CHECK(text.find("<td>fox", table) == std::string::npos);
}

TEST_CASE("mistakes are listed with their share of the true class") {
  const std::string text = html_parts::classes({{"cat", "dog"}, {{9, 1}, {5, 15}}});
  const std::size_t table = text.find("Most frequent mistakes");
  REQUIRE(table != std::string::npos);
  CHECK(text.find("25.0 %", table) < text.find("10.0 %", table));
}

TEST_CASE("where nothing was mistaken, the section says so") {
  CHECK(contains(html_parts::classes({{"cat", "dog"}, {{3, 0}, {0, 2}}}),
                 "No picture was mistaken for another class."));
}
