#include "vit/data/xml.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::parse_xml;

namespace {

std::string problem(const std::string& text) {
  const auto error = vit::test::error_of([&] { (void)parse_xml(text, "a.xml"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  return error->what();
}

/// In UTF-16, little-endian with its mark, of ASCII and é.
std::string utf16(const std::string& latin1) {
  std::string text = "\xFF\xFE";
  for (const char c : latin1) text += {c, '\0'};
  return text;
}

}  // namespace

TEST_CASE("An annotation's elements, text, lines and entities") {
  const vit::XmlElement root = parse_xml(
      "<?xml version='1.0'?>\n<!-- x -->\n<a b='c'>\n <d> 1 &amp; 2 </d><d/>\n</a>", "a.xml");
  CHECK(root.name == "a");
  CHECK(root.line == 3);
  REQUIRE(root.children.size() == 2);
  REQUIRE(root.child("d") != nullptr);
  CHECK(root.child("d")->text == "1 & 2");
  CHECK(root.child("d")->line == 4);
  CHECK(root.child("e") == nullptr);
  CHECK(parse_xml("<a><![CDATA[<b>]]> &lt;</a>", "a.xml").text == "<b> <");
  CHECK(parse_xml("<!DOCTYPE a><a>x</a>", "a.xml").text == "x");
}

TEST_CASE("Text comes out as UTF-8 whatever its encoding") {
  const std::string latin = "<a>caf\xE9</a>";
  CHECK(parse_xml("<a>caf&#233;</a>", "a.xml").text == "café");
  CHECK(parse_xml("<a>café</a>", "a.xml").text == "café");
  CHECK(parse_xml("<?xml version='1.0' encoding='ISO-8859-1'?>" + latin, "a.xml").text == "café");
  CHECK(parse_xml("<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>", "a.xml").text == "€");
  CHECK(parse_xml(utf16("<?xml version='1.0' encoding='utf-16'?>" + latin), "a.xml").text ==
        "café");
  CHECK_THAT(problem("<?xml version='1.0' encoding='EUC-JP'?>" + latin),
             Catch::Contains("the encoding \"EUC-JP\" is not supported"));
  CHECK_THAT(problem(latin), Catch::Contains("a.xml:1: no XML: not well-formed"));
}

TEST_CASE("XML that is hostile or broken is refused with its line") {
  CHECK_THAT(problem("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>"),
             Catch::Contains("declares the entity \"b\""));
  CHECK_THAT(problem("<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/passwd'>]>\n<a>&b;</a>"),
             Catch::Contains("declares the entity \"b\""));
  CHECK_FALSE(problem("<!DOCTYPE a SYSTEM 'http://x/y.dtd'>\n<a>&b;</a>").empty());
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK_THAT(problem(deep), Catch::Contains("nested deeper than 64"));
  CHECK_THAT(problem("<a>\n<b>\n</a>"), Catch::Contains("a.xml:3: no XML: mismatched tag"));
  CHECK_THAT(problem("<a>"), Catch::Contains("no element found"));
  CHECK_THAT(problem("<a/>x"), Catch::Contains("junk after document element"));
  CHECK_THAT(problem(""), Catch::Contains("no element found"));
  CHECK_FALSE(problem("<a b=c/>").empty());
  CHECK_FALSE(problem("<a><!-- ").empty());
  CHECK_FALSE(problem("<a>&unknown;</a>").empty());
}
