#include "tests/catch.h"
#include "tests/report/xml.h"
#include "tests/support/contains.h"
#include "vit/report/html_parts.h"

using vit::test::contains;
using namespace vit;

TEST_CASE("without samples there is no section") { CHECK(html_parts::samples({}).empty()); }

TEST_CASE("mistakes come before what was right, and a group without pictures has no title") {
  const ReportSample right{Image(8, 8), "cat", {{"cat", 0.9}}, true, "a.png"};
  const ReportSample wrong{Image(8, 8), "dog", {{"cat", 0.7}, {"dog", 0.3}}, false, "b.png"};
  const std::string both = html_parts::samples({right, wrong});
  CHECK(test::is_well_formed(both));
  CHECK(both.find("Mistaken") < both.find("Correct"));
  CHECK(both.find("b.png") < both.find("a.png"));
  CHECK_FALSE(contains(html_parts::samples({right}), "Mistaken"));
  CHECK_FALSE(contains(html_parts::samples({wrong}), "Correct"));
}

TEST_CASE("the guess that is the true class stands out from the others") {
  const std::string text =
      html_parts::samples({{Image(8, 8), "dog", {{"cat", 0.7}, {"dog", 0.25}}, false, "b.png"}});
  CHECK(contains(text, "class=\"guess\"><span>cat"));
  CHECK(contains(text, "class=\"guess hit\"><span>dog"));
  CHECK(contains(text, "70 %"));
  CHECK(contains(text, "25 %"));
}

TEST_CASE("a picture that is missing leaves its guesses") {
  const std::string text = html_parts::samples({{Image(), "dog", {{"cat", 0.7}}, false, "b.png"}});
  CHECK(test::is_well_formed(text));
  CHECK_FALSE(contains(text, "<img"));
  CHECK(contains(text, "cat"));
}
