// Runs the cases. What was left out (support/skip.h) shows in the exit status, or, where
// VIT_TEST_SKIP=fail, is a failure: a machine that has all that is needed then proves it.
#define CATCH_CONFIG_RUNNER
#include <cstdlib>
#include <string_view>

#include "tests/catch.h"
#include "tests/support/skip.h"

int main(int argc, char** argv) {
  const int failed = Catch::Session().run(argc, argv);
  if (failed != 0 || vit::test::skipped == 0) return failed;
  const char* strict = std::getenv("VIT_TEST_SKIP");
  return strict && std::string_view(strict) == "fail" ? 1 : vit::test::kSkippedExit;
}
