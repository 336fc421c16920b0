#include "vit/config/yaml_scalar.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "tests/catch.h"
#include "vit/core/rng.h"

using namespace vit;

namespace {

template <class T>
T parsed(const std::string& text) {
  T value{};
  const auto mismatch = parse_scalar(text, value);
  INFO(text << ": " << (mismatch ? mismatch->text : ""));
  CHECK(!mismatch.has_value());
  return value;
}

template <class T>
std::string complaint(const std::string& text) {
  T value{};
  const auto mismatch = parse_scalar(text, value);
  return mismatch ? mismatch->text + (mismatch->remedy.empty() ? "" : "; " + mismatch->remedy) : "";
}

}  // namespace

TEST_CASE("booleans are those of YAML 1.2") {
  CHECK(parsed<bool>("true"));
  CHECK_FALSE(parsed<bool>("false"));
  CHECK(parsed<bool>("True"));
  CHECK(complaint<bool>("yes") == "expected true or false, found yes; write true");
  CHECK(complaint<bool>("off") == "expected true or false, found off; write false");
  CHECK(complaint<bool>("1") == "expected true or false, found 1; write true");
  CHECK(complaint<bool>("maybe") == "expected true or false, found maybe");
}

TEST_CASE("whole numbers are decimal") {
  CHECK(parsed<std::int64_t>("0") == 0);
  CHECK(parsed<std::int64_t>("-0") == 0);
  CHECK(parsed<std::int64_t>("+7") == 7);
  CHECK(parsed<std::int64_t>("-12") == -12);
  CHECK(parsed<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(parsed<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(complaint<std::int64_t>("9223372036854775808") ==
        "9223372036854775808 does not fit into 64 bits");
  CHECK(complaint<std::int64_t>("3.7") == "expected a whole number, found 3.7");
  CHECK(complaint<std::int64_t>("3.0") == "expected a whole number, found 3.0; write 3");
  CHECK(complaint<std::int64_t>("1e3") == "expected a whole number, found 1e3; write 1000");
  CHECK(complaint<std::int64_t>("1_000") == "expected a whole number, found 1_000; write 1000");
  CHECK(complaint<std::int64_t>("010") ==
        "expected a whole number, found 010, which YAML 1.1 takes for octal and YAML 1.2 does not; "
        "write 10, or \"010\" where text is meant");
  CHECK(complaint<std::int64_t>("000").find("write 0,") != std::string::npos);
  for (const std::string text : {"", "-", "+", "0x10", "ten", "1 2", "--1", "+-1", "1-", "true"})
    CHECK(complaint<std::int64_t>(text).starts_with("expected a whole number"));
}

TEST_CASE("numbers may have a fraction and an exponent, and are finite") {
  CHECK(parsed<double>("1e-3") == 1e-3);
  CHECK(parsed<double>("1E+3") == 1000);
  CHECK(parsed<double>(".5") == 0.5);
  CHECK(parsed<double>("5.") == 5);
  CHECK(parsed<double>("-0.25") == -0.25);
  CHECK(parsed<double>("+2") == 2);
  for (const std::string text : {".inf", "-.inf", ".nan", ".NaN", "inf", "-Infinity", "nan"})
    CHECK(complaint<double>(text) == "expected a finite number, found " + text);
  CHECK(complaint<double>("1e400") == "1e400 is beyond the range of a double");
  CHECK(complaint<double>("1_0.5").find("write 10.5") != std::string::npos);
  CHECK(complaint<double>("0,5") == "expected a number, found 0,5");
  for (const std::string text : {"", ".", "e5", "1e", "1e+", "0x1p3", "1.2.3", "1/255", "true"})
    CHECK(complaint<double>(text).starts_with("expected a number"));
}

TEST_CASE("a double is written so that every reader takes it for one") {
  CHECK(yaml_text(0.001) == "0.001");
  CHECK(yaml_text(1.0) == "1.0");
  CHECK(yaml_text(-0.0) == "-0.0");
  CHECK(yaml_text(0.1) == "0.1");
  CHECK(yaml_text(1e-5) == "1.0e-05");
  CHECK(yaml_text(2.5e-8) == "2.5e-08");
  CHECK(yaml_text(1e22) == "1.0e+22");
  CHECK(yaml_text(123456.0) == "123456.0");
  CHECK(yaml_text(1.0 / 3) == "0.3333333333333333");
  Rng rng(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = rng.u64();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    REQUIRE(parsed<double>(yaml_text(value)) == value);
  }
  for (const double value :
       {std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min(),
        std::numeric_limits<double>::max()})
    CHECK(parsed<double>(yaml_text(value)) == value);
}

TEST_CASE("text is quoted where any reader would take it for something else") {
  for (const std::string plain : {"vit_tiny_patch16_224", "data/cifar10", "../x.yaml", "1 epoch",
                                  "rand-m9-mstd0.5-inc1", "/tmp/a b", "relu"})
    CHECK(yaml_text(plain) == plain);
  for (const std::string odd :
       {"",     " ",          "yes",  "No",  "null", "~",   "true", "010",     "1e3",
        "0x1F", "2024-01-01", ".inf", ".5",  "...",  "---", "-",    "- a",     "#x",
        "a #b", "a: b",       "[a]",  "{a}", "&a",   "*a",  "!a",   "a ",      " a",
        "y",    "1_000",      "@a",   "%a",  "?",    "=",   "<<",   "12:30:45"}) {
    INFO(odd);
    CHECK(yaml_text(odd).front() == '"');
  }
  CHECK(yaml_text(std::string_view("a\"\\\n\t\x01")) == "\"a\\\"\\\\\\n\\t\\x01\"");
  CHECK(yaml_text(std::string_view("\xC2\x85\xE2\x80\xA8")) == "\"\\x85\\u2028\"");
  CHECK(yaml_text(std::string_view("Gr\xC3\xBC\xC3\x9F")) == "\"Gr\xC3\xBC\xC3\x9F\"");
}

TEST_CASE("a range is said in words") {
  CHECK(range_text({}) == "");
  CHECK(range_text(kPositive) == "greater than 0");
  CHECK(range_text(kNonNegative) == "at least 0");
  CHECK(range_text(kAtLeastOne) == "at least 1");
  CHECK(range_text(kProbability) == "between 0 and 1");
  CHECK(range_text({kPositive.low, 1}) == "greater than 0 and at most 1");
  CHECK(range_text({-std::numeric_limits<double>::infinity(), 5}) == "at most 5");
}
