#pragma once

#include <iostream>
#include <string_view>

namespace vit::test {

/// How many times this program went without a check that this machine cannot make.
inline int skipped = 0;

/// Says that the rest of a test case is left out, and why. The program then ends with kSkippedExit
/// where nothing failed, and ctest reports its test as skipped, not as passed.
inline void skip(std::string_view why) {
  ++skipped;
  std::cerr << "skipped: " << why << '\n';
}

/// tests/CMakeLists.txt knows it as SKIP_RETURN_CODE.
inline constexpr int kSkippedExit = 77;

}  // namespace vit::test
