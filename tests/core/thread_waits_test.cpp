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
    CHECK(count == nullptr);  // whoever finds it there knows that the user has set it
    const std::string name = "GOMP_SPINCOUNT=";
    const std::size_t at = text.find(name);
    REQUIRE(at != std::string::npos);
    const long rounds = std::atol(text.c_str() + at + name.size());
    CHECK(rounds >= 100);
    CHECK(rounds < 10'000'000);
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
