#include "vit/augment/policies.h"

#include "tests/augment/support.h"
#include "vit/augment/auto_augment.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("each policy is timm's or torchvision's, and its operations are known") {
  for (const std::string& name : policy_names()) {
    CAPTURE(name);
    const auto timm = timm_policy(name), torchvision = torchvision_policy(name);
    CHECK(timm.empty() != torchvision.empty());
    for (const SubPolicy& pair : timm)
      for (const PolicyStep& step : pair)
        CHECK((step.name.empty() || find_leveled_op(step.name) != nullptr));
    for (const SubPolicy& pair : torchvision)
      for (const PolicyStep& step : pair) {
        CHECK(find_named_op(step.name) != nullptr);
        CHECK((step.magnitude >= 0 && step.magnitude <= 9));
      }
  }
  CHECK(timm_policy("original").size() == 25);
  CHECK(torchvision_policy("svhn").size() == 25);
  CHECK(timm_policy("3a").size() == 3);
}

TEST_CASE("research policies posterize with the magnitude") {
  CHECK(step_of_policy({"PosterizeOriginal", 0.4, 8}, "originalr").name == "PosterizeIncreasing");
  CHECK(step_of_policy({"PosterizeOriginal", 0.4, 8}, "original").name == "PosterizeOriginal");
  CHECK(step_of_policy({"Rotate", 0.4, 8}, "originalr").name == "Rotate");
}

TEST_CASE("3-Augment leaves a third of the pictures grey") {
  AutoAugment op;
  op.policy = "3a";
  op.adapt(square_input(8));
  const std::int64_t greys = count_augmented(
      3000, op, noisy_sample(8, 8), [](const Image& image) { return is_grey(image.pixel(3, 3)); });
  CHECK(plausible(greys, 3000, 1.0 / 3));
}
