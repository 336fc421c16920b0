#include "vit/augment/auto_augment_string.h"

#include "tests/augment/support.h"
#include "tests/io/scratch.h"
#include "vit/augment/aug_mix.h"
#include "vit/augment/auto_augment.h"
#include "vit/augment/rand_augment.h"
#include "vit/core/error.h"

using namespace vit;

namespace {

template <class Op>
Op parsed(const std::string& text) {
  const auto op = op_from_aa(text);
  const auto* known = dynamic_cast<const Op*>(op.get());
  REQUIRE(known != nullptr);
  return *known;
}

}  // namespace

TEST_CASE("timm's strings for RandAugment") {
  const auto deit = parsed<RandAugment>("rand-m9-mstd0.5-inc1");
  CHECK(deit.m == 9);
  CHECK(deit.mstd == 0.5);
  CHECK(deit.inc);
  CHECK(deit.n == 2);
  CHECK(deit.p == 0.5);
  const auto other = parsed<RandAugment>("rand-n3-p0.7-mmax20-tweights");
  CHECK(other.m == 10);
  CHECK(other.n == 3);
  CHECK(other.p == 0.7);
  CHECK(other.mmax == 20);
  CHECK(other.t == "weights");
  CHECK_FALSE(other.inc);
}

TEST_CASE("timm's strings for AutoAugment and AugMix") {
  CHECK(parsed<AutoAugment>("original-mstd0.5").policy == "original");
  CHECK(parsed<AutoAugment>("original-mstd0.5").mstd == 0.5);
  CHECK(parsed<AutoAugment>("3a").policy == "3a");
  CHECK(parsed<AutoAugment>("cifar10").policy == "cifar10");
  const auto mix = parsed<AugMix>("augmix-m5-w4-d2");
  CHECK((mix.m == 5 && mix.width == 4 && mix.depth == 2));
  CHECK(op_from_aa("trivial")->name() == "trivial_augment");
}

TEST_CASE("anything else is an error that shows how it is written") {
  for (const char* text : {"", "rand-x9", "rand-m", "rand-tsome", "orginal", "v0-m9", "augmix-inc1",
                           "rand--m9", "rand-m9abc", "-", "trivial-m9"}) {
    CAPTURE(text);
    try {
      (void)op_from_aa(text);
      CHECK(false);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(error.where() == "augment.aa");
      CHECK(error.remedy().find("rand-m9-mstd0.5-inc1") != std::string::npos);
    }
  }
  CHECK_THROWS_WITH(op_from_aa("orginal"), Catch::Contains("did you mean original?"));
}
