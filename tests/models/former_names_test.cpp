#include "vit/models/former_names.h"

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"

using vit::present_name;

namespace {

std::string remedy_for(const std::string& name) {
  try {
    (void)vit::model_spec(name);
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::usage);
    return error.remedy();
  }
  return "";
}

}  // namespace

TEST_CASE("Names of older versions of timm lead to its present ones") {
  CHECK(present_name("vit_base_patch16_224_in21k") == "vit_base_patch16_224.augreg_in21k");
  CHECK(present_name("convnext_tiny_in22ft1k") == "convnext_tiny.fb_in22k_ft_in1k");
  CHECK(present_name("vit_base_patch16_224").empty());
  CHECK(present_name("").empty());
  CHECK(present_name("zzz").empty());
}

TEST_CASE("A model that is asked for by another name is answered with the right one") {
  CHECK_THAT(remedy_for("vit_tiny_patch16_224_in21k"),
             Catch::Contains("model.name: vit_tiny_patch16_224.augreg_in21k"));
  CHECK_THAT(remedy_for("hf-hub:timm/vit_tiny_patch16_224.augreg_in21k"),
             Catch::Contains("model.name: vit_tiny_patch16_224.augreg_in21k") &&
                 Catch::Contains("vit weights fetch"));
  CHECK_THAT(remedy_for("facebook/dinov2-small"), Catch::Contains("model.name: auto"));
  CHECK_THAT(remedy_for("vit_tiny_patch16_224.augreg_in21k_ft_in1"),
             Catch::Contains("did you mean vit_tiny_patch16_224.augreg_in21k_ft_in1k?"));
  CHECK_THAT(remedy_for("vit_tiny_patch16_225"),
             Catch::Contains("did you mean vit_tiny_patch16_224?"));
}

TEST_CASE("Residual and convolutional networks have timm's tags too") {
  const vit::InputSpec input = vit::preprocessing(vit::model_spec("resnet50.tv_in1k"));
  CHECK(input.interpolation == "bilinear");
  CHECK(input.crop_pct == Approx(0.875));
  // The name alone means timm's default tag, whose pixels it always had.
  CHECK(vit::preprocessing(vit::model_spec("resnet50")).crop_pct == Approx(0.95));
  vit::ModelSpec spec = vit::model_spec("convnext_tiny.fb_in22k");
  CHECK(vit::num_classes(spec) == 21841);
}
