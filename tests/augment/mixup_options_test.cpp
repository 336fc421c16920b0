#include "vit/augment/mixup_options.h"

#include "tests/augment/support.h"
#include "vit/core/error.h"

using namespace vit;

namespace {

struct Silent final : FieldVisitor {
  void field(const Field& /*field*/) override {}
  void section(std::string_view /*name*/, std::string_view /*help*/,
               const std::function<void(FieldVisitor&)>& /*body*/) override {}
};

}  // namespace

TEST_CASE("either alpha, or the parts of a side, turn mixing on") {
  CHECK_FALSE(MixupOptions().on());
  MixupOptions mixup, cutmix, parts;
  mixup.mixup = 0.8;
  cutmix.cutmix = 1;
  parts.cutmix_minmax = {0.2, 0.8};
  for (const MixupOptions& options : {mixup, cutmix, parts}) CHECK(options.on());
}

TEST_CASE("parts of a side are a least and a largest one") {
  Silent visitor;
  for (const std::vector<double>& wrong :
       {std::vector<double>{}, {0.5}, {0.8, 0.2}, {0.1, 0.2, 0.3}}) {
    MixupOptions options;
    options.cutmix_minmax = wrong;
    CHECK_THROWS_WITH(describe(visitor, options), Catch::Contains("augment.cutmix_minmax"));
  }
  MixupOptions options;
  options.cutmix_minmax = {0.5, 0.5};
  CHECK_NOTHROW(describe(visitor, options));
}
