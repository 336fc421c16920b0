#include "vit/tasks/detect/fcos_weights.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/model_fixture.h"
#include "vit/weights/state_dict.h"

namespace {

vit::TensorMap with_names(const std::vector<std::string>& names) {
  vit::TensorMap file;
  for (const std::string& name : names) file.emplace(name, torch::zeros({1}));
  return file;
}

std::vector<std::string> names_of(const vit::TensorMap& file) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("torchvision's FCOS has a backbone, a pyramid and a head under the names here") {
  const auto here = vit::fcos_of_torchvision(with_names({
      "backbone.body.bn1.running_mean",
      "backbone.body.layer4.2.conv3.weight",
      "backbone.fpn.extra_blocks.p6.weight",
      "backbone.fpn.inner_blocks.0.0.weight",
      "backbone.fpn.inner_blocks.1.bias",
      "backbone.fpn.layer_blocks.2.weight",
      "head.classification_head.conv.10.weight",
      "transform.mean",
  }));
  CHECK(names_of(here) == std::vector<std::string>{
                              "backbone.bn1.running_mean",
                              "backbone.layer4.2.conv3.weight",
                              "fpn.extra_blocks.p6.weight",
                              "fpn.inner_blocks.0.0.weight",
                              "fpn.inner_blocks.1.0.bias",
                              "fpn.layer_blocks.2.0.weight",
                              "head.classification_head.conv.10.weight",
                              "transform.mean",
                          });
}

TEST_CASE("torchvision's FCOS is known by backbone, pyramid and head together") {
  const std::vector<std::string> all = {
      "backbone.body.conv1.weight", "backbone.fpn.extra_blocks.p6.weight",
      "head.classification_head.cls_logits.weight", "head.regression_head.bbox_ctrness.weight"};
  CHECK(vit::is_torchvision_fcos(with_names(all)));
  for (std::size_t left_out = 0; left_out < all.size(); ++left_out) {
    std::vector<std::string> some = all;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(left_out));
    CHECK_FALSE(vit::is_torchvision_fcos(with_names(some)));
  }
  // Our own detector with the same parts.
  CHECK_FALSE(vit::is_torchvision_fcos(vit::fcos_of_torchvision(with_names(all))));
}

TEST_CASE("A file that torchvision wrote is known as its FCOS") {
  const vit::test::ModelFixture fixture("tv_fcos_resnet");
  if (!fixture) return;
  const vit::TensorMap file = vit::read_state_dict(fixture.weights()).tensors;
  CHECK(vit::is_torchvision_fcos(file));
  for (const auto& [name, tensor] : vit::fcos_of_torchvision(file)) {
    INFO(name);
    CHECK((name.starts_with("backbone.") || name.starts_with("fpn.") || name.starts_with("head.")));
    CHECK(name.find("body") == name.npos);
  }
}

TEST_CASE("Of ninety-one outputs the classes are COCO's by id, of others they are not known") {
  const std::vector<std::string> classes = vit::classes_of_torchvision_fcos(91);
  REQUIRE(classes.size() == 91);
  CHECK(classes[0].empty());
  CHECK(classes[1] == "person");
  CHECK(classes[12].empty());
  CHECK(classes[90] == "toothbrush");
  CHECK(vit::classes_of_torchvision_fcos(7).empty());
}
