#include "vit/core/thread_waits.h"

#include <cstdlib>
#include <string>

#include "tests/catch.h"

TEST_CASE("Threads wait as the user says, or spin shortly where the user says nothing") {
  const std::string text = vit::thread_waits();
  const char* count = std::getenv("GOMP_SPINCOUNT");
  if (const char* policy = std::getenv("OMP_WAIT_POLICY")) {
    CHECK(text == std::string("as OMP_WAIT_POLICY=") + policy + " says");
  } else if (text.find("microseconds") != std::string::npos) {
    REQUIRE(count != nullptr);
    CHECK_THAT(text, Catch::Contains(std::string("GOMP_SPINCOUNT=") + count));
    CHECK(std::atol(count) >= 100);
    CHECK(std::atol(count) < 200'000);  // libgomp's own would be 300,000
  } else {
    REQUIRE(count != nullptr);
    CHECK(text == std::string("as GOMP_SPINCOUNT=") + count + " says");
  }
}

TEST_CASE("No variable of the environment is lost to it") {
  for (const char* name : {"PATH", "HOME"})
    if (const char* value = std::getenv(name))
      CHECK_THAT(std::string(value), !Catch::Contains("GOMP_SPINCOUNT"));
}
