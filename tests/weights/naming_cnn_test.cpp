#include <torch/types.h>

#include "tests/catch.h"
#include "tests/weights/check_named.h"
#include "tests/weights/spelled_vit.h"
#include "vit/weights/naming/convention.h"

// ConvNeXt, ResNet and ViT in the names of libraries that are not timm.
namespace {

using vit::NamedWeights;
using vit::TensorMap;
using namespace vit::test;

/// A tensor of its own for each name; the file is taken for `convention` and nothing is left over.
void check_names(const std::string& convention,
                 const std::vector<std::pair<std::string, std::string>>& names,
                 const std::string& head) {
  TensorMap file, expected;
  float next = 1;
  for (const auto& [theirs, ours] : names)
    file[theirs] = expected[ours] = ours.starts_with(head) && ours.ends_with("weight")
                                        ? torch::full({2, 2}, next++)
                                        : torch::full({2}, next++);
  const NamedWeights found = vit::to_timm(file, "test");
  CHECK(found.convention->name == convention);
  vit::test::check_named(found, expected);
}

}  // namespace

TEST_CASE("ConvNeXt of transformers") {
  const std::string e = "convnext.encoder.stages.";
  check_names("ConvNeXt of transformers",
              {{"convnext.embeddings.patch_embeddings.weight", "stem.0.weight"},
               {"convnext.embeddings.layernorm.bias", "stem.1.bias"},
               {e + "0.layers.0.dwconv.weight", "stages.0.blocks.0.conv_dw.weight"},
               {e + "0.layers.0.layernorm.weight", "stages.0.blocks.0.norm.weight"},
               {e + "0.layers.0.pwconv1.weight", "stages.0.blocks.0.mlp.fc1.weight"},
               {e + "0.layers.0.pwconv2.bias", "stages.0.blocks.0.mlp.fc2.bias"},
               {e + "0.layers.0.layer_scale_parameter", "stages.0.blocks.0.gamma"},
               {e + "1.downsampling_layer.1.weight", "stages.1.downsample.1.weight"},
               {"convnext.layernorm.weight", "head.norm.weight"},
               {"classifier.weight", "head.fc.weight"},
               {"classifier.bias", "head.fc.bias"}},
              "head.fc");
}

TEST_CASE("ConvNeXtV2 has a tensor more, which stays as unknown") {
  TensorMap file;
  for (const char* name : {"convnextv2.embeddings.patch_embeddings.weight",
                           "convnextv2.encoder.stages.0.layers.0.dwconv.weight",
                           "convnextv2.encoder.stages.0.layers.0.grn.weight"})
    file[name] = torch::ones({1});
  CHECK(vit::to_timm(file, "test").names.source.size() == 1);
}

TEST_CASE("ResNet of transformers counts convolutions from nought, stages too") {
  const std::string e = "resnet.encoder.stages.";
  check_names("ResNet of transformers",
              {{"resnet.embedder.embedder.convolution.weight", "conv1.weight"},
               {"resnet.embedder.embedder.normalization.running_var", "bn1.running_var"},
               {e + "0.layers.0.layer.0.convolution.weight", "layer1.0.conv1.weight"},
               {e + "0.layers.1.layer.2.normalization.bias", "layer1.1.bn3.bias"},
               {e + "3.layers.0.shortcut.convolution.weight", "layer4.0.downsample.0.weight"},
               {e + "3.layers.0.shortcut.normalization.num_batches_tracked",
                "layer4.0.downsample.1.num_batches_tracked"},
               {"classifier.1.weight", "fc.weight"},
               {"classifier.1.bias", "fc.bias"}},
              "fc");
}

TEST_CASE("ConvNeXt of torchvision: every second feature is a stage") {
  check_names("torchvision's ConvNeXt",
              {{"features.0.0.weight", "stem.0.weight"},
               {"features.0.1.bias", "stem.1.bias"},
               {"features.1.0.block.0.weight", "stages.0.blocks.0.conv_dw.weight"},
               {"features.1.0.block.2.weight", "stages.0.blocks.0.norm.weight"},
               {"features.1.0.block.3.weight", "stages.0.blocks.0.mlp.fc1.weight"},
               {"features.1.0.block.5.bias", "stages.0.blocks.0.mlp.fc2.bias"},
               {"features.1.0.layer_scale", "stages.0.blocks.0.gamma"},
               {"features.6.1.weight", "stages.3.downsample.1.weight"},
               {"features.7.2.block.0.bias", "stages.3.blocks.2.conv_dw.bias"},
               {"classifier.0.weight", "head.norm.weight"},
               {"classifier.2.weight", "head.fc.weight"},
               {"classifier.2.bias", "head.fc.bias"}},
              "head.fc");
}

TEST_CASE("mmpretrain: ConvNeXt, and ResNet with torchvision's names") {
  check_names("mmpretrain's ConvNeXt",
              {{"backbone.downsample_layers.0.0.weight", "stem.0.weight"},
               {"backbone.downsample_layers.2.1.bias", "stages.2.downsample.1.bias"},
               {"backbone.stages.0.0.depthwise_conv.weight", "stages.0.blocks.0.conv_dw.weight"},
               {"backbone.stages.0.0.pointwise_conv1.weight", "stages.0.blocks.0.mlp.fc1.weight"},
               {"backbone.stages.0.0.pointwise_conv2.bias", "stages.0.blocks.0.mlp.fc2.bias"},
               {"backbone.stages.0.0.norm.weight", "stages.0.blocks.0.norm.weight"},
               {"backbone.stages.0.0.gamma", "stages.0.blocks.0.gamma"},
               {"backbone.norm3.weight", "head.norm.weight"},
               {"head.fc.weight", "head.fc.weight"},
               {"head.fc.bias", "head.fc.bias"}},
              "head.fc");
  check_names("timm",
              {{"backbone.conv1.weight", "conv1.weight"},
               {"backbone.layer1.0.conv1.weight", "layer1.0.conv1.weight"},
               {"head.fc.weight", "fc.weight"},
               {"head.fc.bias", "fc.bias"}},
              "fc");
}

TEST_CASE("mmpretrain: ViT, in both spellings of its norms, and DeiT's second head") {
  for (const std::string norm : {"ln", "norm"}) {
    TensorMap file;
    for (const auto& [name, tensor] :
         spelled(timm_vit(true),
                 {{"patch_embed.proj.", "patch_embed.projection."},
                  {"norm.", norm == "ln" ? "ln1." : "norm1."},
                  {"blocks.*.norm1.", norm == "ln" ? "layers.*.ln1." : "layers.*.norm1."},
                  {"blocks.*.norm2.", norm == "ln" ? "layers.*.ln2." : "layers.*.norm2."},
                  {"blocks.*.ls1.gamma", "layers.*.attn.gamma1.weight"},
                  {"blocks.*.ls2.gamma", "layers.*.ffn.gamma2.weight"},
                  {"blocks.*.mlp.fc1.", "layers.*.ffn.layers.0.0."},
                  {"blocks.*.mlp.fc2.", "layers.*.ffn.layers.1."},
                  {"blocks.", "layers."},
                  {"head.", "head.layers.head."}}))
      file[(name.starts_with("head.") ? "" : "backbone.") + name] = tensor;
    file["head.layers.head_dist.weight"] = torch::ones({kClasses, kDim});
    const NamedWeights found = vit::to_timm(file, "test");
    CHECK(found.convention->name == "mmpretrain's ViT");
    CHECK(found.names.source.empty());
    CHECK(found.names.tensors.contains("head_dist.weight"));
    for (const auto& [name, tensor] : timm_vit(true)) {
      INFO(name);
      REQUIRE(found.names.tensors.contains(name));
      CHECK(torch::equal(found.names.tensors.at(name), tensor));
    }
  }
}

TEST_CASE("A Swin of transformers is no ViT; the blocks of an MSN may stand beside their patches") {
  const auto convention = [](const std::string& block) {
    return std::string(vit::to_timm({{"vit.embeddings.patch_embeddings.projection.weight",
                                      torch::ones({4, 3, 2, 2})},
                                     {block, torch::ones({4, 4})}},
                                    "test")
                           .convention->name);
  };
  CHECK(convention("vit.encoder.layers.0.blocks.0.attention.self.query.weight") == "timm");
  CHECK(convention("vit.encoder.layer.0.attention.attention.query.weight") ==
        "ViT of transformers");
  CHECK(convention("encoder.layer.0.attention.attention.query.weight") == "ViT of transformers");
}
