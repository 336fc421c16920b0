#include "vit/models/variants.h"

namespace vit {
namespace {

constexpr std::string_view kHowToTrain = "Steiner et al. 2022";
constexpr std::string_view kDeiT = "Touvron et al. 2021";

// Crop and size as in timm's default configurations.
constexpr ViTVariant kVariants[] = {
    // name                     dim  depth heads patch img
    {"test_vit", 64, 6, 2, 16, 160, 3.0, Pixels::inception, 0.95, "none: for tests"},
    {"vit_tiny_patch16_224", 192, 12, 3, 16, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_tiny_patch16_384", 192, 12, 3, 16, 384, 4.0, Pixels::inception, 1.0, kHowToTrain},
    {"vit_tiny_patch8_224", 192, 12, 3, 8, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_tiny_patch14_224", 192, 12, 3, 14, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_tiny_patch32_224", 192, 12, 3, 32, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_small_patch8_224", 384, 12, 6, 8, 224},
    {"vit_small_patch14_224", 384, 12, 6, 14, 224},
    {"vit_small_patch16_224", 384, 12, 6, 16, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_small_patch16_384", 384, 12, 6, 16, 384, 4.0, Pixels::inception, 1.0, kHowToTrain},
    {"vit_small_patch32_224", 384, 12, 6, 32, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_small_patch32_384", 384, 12, 6, 32, 384, 4.0, Pixels::inception, 1.0, kHowToTrain},
    {"vit_base_patch8_224", 768, 12, 12, 8, 224, 4.0, Pixels::inception, 0.9, kHowToTrain},
    {"vit_base_patch14_224", 768, 12, 12, 14, 224},
    {"vit_base_patch16_224", 768, 12, 12, 16, 224},
    {"vit_base_patch16_384", 768, 12, 12, 16, 384, 4.0, Pixels::inception, 1.0},
    {"vit_base_patch32_224", 768, 12, 12, 32, 224},
    {"vit_base_patch32_384", 768, 12, 12, 32, 384, 4.0, Pixels::inception, 1.0},
    {"vit_large_patch8_224", 1024, 24, 16, 8, 224},
    {"vit_large_patch14_224", 1024, 24, 16, 14, 224},
    {"vit_large_patch16_224", 1024, 24, 16, 16, 224},
    {"vit_large_patch16_384", 1024, 24, 16, 16, 384, 4.0, Pixels::inception, 1.0},
    {"vit_large_patch32_224", 1024, 24, 16, 32, 224},
    {"vit_large_patch32_384", 1024, 24, 16, 32, 384, 4.0, Pixels::inception, 1.0},
    {"vit_huge_patch8_224", 1280, 32, 16, 8, 224},
    {"vit_huge_patch14_224", 1280, 32, 16, 14, 224},
    {"vit_huge_patch16_224", 1280, 32, 16, 16, 224},
    {"vit_huge_patch32_224", 1280, 32, 16, 32, 224},
    {"deit_tiny_patch16_224", 192, 12, 3, 16, 224, 4.0, Pixels::imagenet, 0.9, kDeiT},
    {"deit_small_patch16_224", 384, 12, 6, 16, 224, 4.0, Pixels::imagenet, 0.9, kDeiT},
    {"deit_base_patch16_224", 768, 12, 12, 16, 224, 4.0, Pixels::imagenet, 0.9, kDeiT},
    {"deit_base_patch16_384", 768, 12, 12, 16, 384, 4.0, Pixels::imagenet, 1.0, kDeiT},
};

}  // namespace

std::span<const ViTVariant> vit_variants() { return kVariants; }

ViTOptions options_of(const ViTVariant& variant) {
  ViTOptions options;
  options.img_size = {variant.img_size, variant.img_size};
  options.patch_size = {variant.patch_size, variant.patch_size};
  options.embed_dim = variant.embed_dim;
  options.depth = variant.depth;
  options.num_heads = variant.num_heads;
  options.mlp_ratio = variant.mlp_ratio;
  return options;
}

}  // namespace vit
