#include "vit/weights/naming/unwrapping.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/weights/check_named.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/weights/naming/convention.h"

// Prefixes and wrappers anywhere in a name, and files that hold more than one encoder.
namespace {

using vit::NamedWeights;
using vit::TensorMap;
using namespace vit::test;

/// The smallest file that is taken for a residual network.
TensorMap resnet(float value = 1) {
  TensorMap tensors;
  for (const char* name :
       {"conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "layer1.0.conv1.weight", "layer1.0.bn1.weight", "fc.bias"})
    tensors[name] = torch::full({2}, value);
  tensors["fc.weight"] = torch::full({2, 2}, value);
  return tensors;
}

void add(TensorMap& file, const std::string& prefix, const TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) file[prefix + name] = tensor;
}

}  // namespace

TEST_CASE("Wrappers are taken out of names wherever they stand") {
  for (const std::string wrapper :
       {"_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module.", "module."}) {
    TensorMap file;
    for (const auto& [name, tensor] : timm_vit()) {
      std::string inner = name;
      if (name.starts_with("blocks.")) inner.insert(name.find('.', 7) + 1, wrapper);
      file[inner] = tensor;
    }
    const NamedWeights found = vit::to_timm(file, "test");
    vit::test::check_named(found, timm_vit());
    CHECK(found.wrapper == wrapper);
  }
}

TEST_CASE("An average of torch.optim.swa_utils counts beside its names, and a profiler in them") {
  TensorMap file;
  add(file, "module.", timm_vit());
  file["n_averaged"] = torch::tensor(3);
  file["module.blocks.0.total_ops"] = torch::zeros({1});
  const NamedWeights found = vit::to_timm(file, "test");
  vit::test::check_named(found, timm_vit());
  CHECK(found.names.dropped.size() == 2);
}

TEST_CASE("FSDP's flat parameters have no names of their own") {
  try {
    (void)vit::to_timm({{"teacher.backbone._fsdp_wrapped_module._flat_param", torch::ones({8})}},
                       "rank_0.pth");
    FAIL("no error");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK(error.where() == "rank_0.pth");
    CHECK_THAT(error.problem(), Catch::Contains("_flat_param"));
  }
}

TEST_CASE("Residual networks stand under any prefix, as Vision Transformers do") {
  for (const std::string prefix : {"model.", "net.", "encoder.", "backbone.", "model.resnet."}) {
    TensorMap file;
    add(file, prefix, resnet());
    file["criterion.weight"] = torch::ones({6});
    const NamedWeights found = vit::to_timm(file, "test");
    vit::test::check_named(found, resnet());
    CHECK(found.names.dropped.size() == 1);
  }
}

TEST_CASE("Of several encoders an average or a teacher is taken, a momentum encoder never") {
  const auto chosen = [](const std::string& wanted, const std::string& other) {
    TensorMap file;
    add(file, wanted, resnet(1));
    add(file, other, resnet(2));
    const NamedWeights found = vit::to_timm(file, "test");
    vit::test::check_named(found, resnet(1));
    CHECK(found.names.dropped.size() == resnet().size());
  };
  chosen("ema_model.", "online_model.");
  chosen("teacher.backbone.", "student.backbone.");
  chosen("encoder_q.", "encoder_k.");
  chosen("backbone.", "backbone_momentum.");
  chosen("base_encoder.", "momentum_encoder.");
  TensorMap two;
  add(two, "left.", resnet());
  add(two, "right.", resnet());
  CHECK_THROWS_WITH(vit::to_timm(two, "test"), Catch::Contains("`left.` and `right.`"));
}

TEST_CASE("Heads and state of self-supervised training are left out by name, with a reason") {
  TensorMap encoder = resnet();
  encoder.erase("fc.weight");
  encoder.erase("fc.bias");
  TensorMap file;
  add(file, "module.encoder_q.", encoder);
  add(file, "module.encoder_k.", encoder);
  file["module.encoder_q.fc.0.weight"] = torch::ones({4, 2});
  file["module.encoder_q.fc.2.weight"] = torch::ones({3, 4});
  file["module.queue"] = torch::ones({3, 8});
  const NamedWeights found = vit::to_timm(file, "test");
  vit::test::check_named(found, encoder);
  CHECK(found.names.heads.empty());
  CHECK(found.names.dropped.size() == encoder.size() + 3);

  TensorMap lightly;
  add(lightly, "backbone.", encoder);
  lightly["projection_head.layers.0.weight"] = torch::ones({4, 2});
  lightly["online_classifier.linear.weight"] = torch::ones({4, 2});
  vit::test::check_named(vit::to_timm(lightly, "test"), encoder);
}
