#include "vit/train/options.h"

#include "tests/catch.h"

TEST_CASE("An interval counts epochs, updates or time") {
  CHECK(vit::parse_interval("1 epoch").epochs == 1);
  CHECK(vit::parse_interval("3").epochs == 3);
  CHECK(vit::parse_interval("500 updates").updates == 500);
  CHECK(vit::parse_interval("1 step").updates == 1);
  CHECK(vit::parse_interval("2.5 minutes").seconds == 150.0);
  for (const char* wrong :
       {"", "0 epochs", "-1", "1.5 epochs", "5 parsecs", "1 epoch more", "nan"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(vit::parse_interval(wrong), Catch::Contains("is no interval"));
  }
}
