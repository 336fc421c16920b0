#include "vit/report/number.h"

#include <clocale>
#include <limits>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("the shortest text reads back as the same double") {
  CHECK(shortest(0.1) == "0.1");
  CHECK(shortest(1e-5) == "1e-05");
  CHECK(shortest(100) == "100");
  for (const double value : {1.0 / 3, 6.02214076e23, 5e-324, -0.1 - 0.2, 1e300 / 7})
    CHECK(parse_number(shortest(value)) == value);
}

TEST_CASE("NaN and infinity have one spelling each") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(shortest(nan) == "nan");
  CHECK(shortest(-nan) == "nan");
  CHECK(fixed(-std::numeric_limits<double>::infinity(), 2) == "-inf");
  CHECK(significant(nan, 3) == "nan");
}

TEST_CASE("a fixed number of decimals never gives a negative zero") {
  CHECK(fixed(3.14159, 2) == "3.14");
  CHECK(fixed(-0.001, 2) == "0.00");
  CHECK(fixed(-0.4, 0) == "0");
  CHECK(fixed(1e300, 0).size() == 301);
}

TEST_CASE("significant digits") {
  CHECK(significant(0.00012345, 3) == "0.000123");
  CHECK(significant(1234567, 3) == "1.23e+06");
}

TEST_CASE("a number is the whole of a text or nothing") {
  CHECK(parse_number("-2.5e3") == -2500);
  CHECK(!parse_number(""));
  CHECK(!parse_number("12 "));
  CHECK(!parse_number("1,5"));
  CHECK(!parse_number("abc"));
}

TEST_CASE("a percentage carries its sign, and no minus before nothing") {
  CHECK(percent(97.25, 1) == "97.2 %");
  CHECK(percent(100, 0) == "100 %");
  CHECK(percent(-0.001, 1) == "0.0 %");
}

TEST_CASE("the locale of the process changes no number") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  if (!std::setlocale(LC_ALL, "de_DE.UTF-8")) WARN("de_DE.UTF-8 isn't installed here");
  CHECK(shortest(1234.5) == "1234.5");
  CHECK(fixed(1234.5, 1) == "1234.5");
  CHECK(parse_number("1234.5") == 1234.5);
  std::setlocale(LC_ALL, before.c_str());
}
