#include "vit/run/health.h"

#include <algorithm>
#include <cstdlib>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

bool remarked(const std::string& word) {
  const auto remarks = vit::health_remarks(c10::kCPU, ".");
  return std::any_of(remarks.begin(), remarks.end(), [&](const vit::HealthRemark& remark) {
    CHECK_FALSE(remark.remedy.empty());
    return remark.what.find(word) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("what a variable turns off is named, and gone when it is unset") {
  ::setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  CHECK(remarked("ONEDNN_MAX_CPU_ISA=AVX2"));
  ::unsetenv("ONEDNN_MAX_CPU_ISA");
  CHECK_FALSE(remarked("ONEDNN_MAX_CPU_ISA"));
}

TEST_CASE("where nothing can be written, the speed test says so") {
  const vit::test::ScratchFolder folder;
  const auto error =
      vit::test::error_of([&] { (void)vit::speed_test(c10::kCPU, folder / "nowhere"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::resource);
}
