#include "vit/report/humanize.h"

#include <cmath>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("counts have three significant digits and a decimal suffix") {
  CHECK(human_count(0) == "0");
  CHECK(human_count(946) == "946");
  CHECK(human_count(5717416) == "5.72 M");
  CHECK(human_count(22.05e6) == "22.1 M");
  CHECK(human_count(1.26e9) == "1.26 G");
  CHECK(human_count(999'700) == "1.00 M");
  CHECK(human_count(-1500) == "-1.50 k");
}

TEST_CASE("bytes go by 1024") {
  CHECK(human_bytes(512) == "512 B");
  CHECK(human_bytes(12.3 * 1024 * 1024) == "12.3 MiB");
  CHECK(human_bytes(1024) == "1.00 KiB");
}

TEST_CASE("throughput keeps all the digits before the point") {
  CHECK(human_throughput(0.523) == "0.52 img/s");
  CHECK(human_throughput(37.44) == "37.4 img/s");
  CHECK(human_throughput(1843.2) == "1843 img/s");
}

TEST_CASE("durations have two units at most") {
  CHECK(human_duration(0.00042) == "0.42 ms");
  CHECK(human_duration(0.35) == "0.35 s");
  CHECK(human_duration(4.25) == "4.2 s");
  CHECK(human_duration(42) == "42 s");
  CHECK(human_duration(59.7) == "1 min 00 s");
  CHECK(human_duration(80) == "1 min 20 s");
  CHECK(human_duration(3 * 3600 + 300) == "3 h 05 min");
  CHECK(human_duration(52 * 3600) == "2 d 4 h");
  CHECK(human_duration(std::nan("")) == "?");
  CHECK(human_duration(-1) == "?");
}

TEST_CASE("grouped digits") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(5717416) == "5\u202f717\u202f416");
  CHECK(grouped(-1000) == "-1\u202f000");
}
