#include "vit/train/interrupt.h"

#include <csignal>

#include "tests/catch.h"
#include "tests/io/scratch.h"

TEST_CASE("Ctrl-C and SIGTERM ask the run to stop and leave the process alive") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const vit::InterruptScope scope;
    CHECK_FALSE(scope.requested());  // also after the last round
    std::raise(signal);
    CHECK(scope.requested());
  }
}

TEST_CASE("A second one ends the process") {
  const auto ended = vit::test::in_child([] {
    const vit::InterruptScope scope;
    std::raise(SIGINT);
    std::raise(SIGINT);
    return std::string("still here");
  });
  CHECK_FALSE(ended);
}

TEST_CASE("After the scope a signal ends the process again") {
  const auto ended = vit::test::in_child([] {
    { const vit::InterruptScope scope; }
    std::raise(SIGTERM);
    return std::string("still here");
  });
  CHECK_FALSE(ended);
}
