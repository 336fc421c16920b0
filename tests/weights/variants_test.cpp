#include <torch/types.h>

#include <algorithm>

#include "tests/catch.h"
#include "vit/models/registry.h"
#include "vit/weights/load.h"

// Every variant of the table, made small.
namespace {

void shrink(vit::ViTOptions& o) {
  o.patch_size = {2, 2};
  o.img_size = {4, 4};
  o.num_heads = 2;
  o.embed_dim = 16;
  o.mlp_ratio = 2;
  o.depth = 2;
  std::erase_if(o.global_attn_indexes, [](std::int64_t block) { return block >= 2; });
  o.num_classes = 3;
}
void shrink(vit::ResNetOptions& o) {
  std::fill(o.layers.begin(), o.layers.end(), 1);
  std::fill(o.channels.begin(), o.channels.end(), 4);
  o.num_classes = 3;
}
void shrink(vit::ConvNeXtOptions& o) {
  std::fill(o.depths.begin(), o.depths.end(), 1);
  std::fill(o.dims.begin(), o.dims.end(), 4);
  o.num_classes = 3;
}
template <class Other>
void shrink(Other& /*has no weights of other libraries*/) {}

vit::TensorMap tensors_of(vit::ImageModel& model) {
  vit::TensorMap tensors;
  for (const auto& item : model.module().named_parameters())
    tensors[item.key()] = item.value().detach().clone();
  for (const auto& item : model.module().named_buffers())
    tensors[item.key()] = item.value().detach().clone();
  return tensors;
}

}  // namespace

TEST_CASE("Weights of each variant under timm's names load by the variant's name, all of them") {
  for (const std::string& name : vit::model_names()) {
    INFO(name);
    vit::ModelSpec spec = vit::model_spec(name);
    std::visit([](auto& options) { shrink(options); }, spec.options);
    if (!std::holds_alternative<vit::ViTOptions>(spec.options) &&
        !std::holds_alternative<vit::ResNetOptions>(spec.options) &&
        !std::holds_alternative<vit::ConvNeXtOptions>(spec.options))
      continue;
    const auto source = vit::create_model(spec), model = vit::create_model(spec);
    source->init_weights(1);
    model->init_weights(2);
    const vit::TensorMap tensors = tensors_of(*source);
    const vit::LoadReport report = vit::load_weights(
        *model,
        vit::WeightsFile{"w.safetensors", "safetensors", "", {}, vit::to_timm(tensors, "test")});
    CHECK(report.complete());
    CHECK(report.dropped.empty());
    for (const auto& [key, tensor] : tensors_of(*model)) {
      INFO(key);
      CHECK(torch::equal(tensor, tensors.at(key)));
    }
  }
}
