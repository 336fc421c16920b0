#include "vit/models/profile.h"

#include <torch/torch.h>

#include <algorithm>

#include "tests/catch.h"
#include "vit/models/registry.h"

namespace {

vit::ModelProfile profile_of(const char* name) {
  return vit::profile(*vit::create_model(vit::model_spec(name)));
}

}  // namespace

TEST_CASE("Parameters and multiply-adds are the known ones of these models") {
  // Parameters in millions; multiply-adds in billions with the products of attention counted.
  struct Published {
    const char* name;
    double parameters, macs;
  };
  const Published published[] = {
      {"vit_tiny_patch16_224", 5.72, 1.26},    {"vit_small_patch16_224", 22.05, 4.61},
      {"vit_small_patch32_224", 22.88, 1.15},  {"vit_base_patch16_224", 86.57, 17.58},
      {"vit_base_patch16_384", 86.86, 55.54},  {"vit_base_patch32_224", 88.22, 4.41},
      {"vit_large_patch16_224", 304.33, 61.60}};
  for (const Published& row : published) {
    INFO(row.name);
    const vit::ModelProfile profile = profile_of(row.name);
    CHECK(static_cast<double>(profile.parameters) / 1e6 == Approx(row.parameters).margin(0.006));
    CHECK(static_cast<double>(profile.multiply_adds) / 1e9 == Approx(row.macs).epsilon(0.005));
  }
}

TEST_CASE("Each layer is there with its name, output and share") {
  const vit::ModelProfile profile = profile_of("vit_tiny_patch16_224");
  const auto find = [&](const std::string& name) {
    const auto found = std::find_if(profile.layers.begin(), profile.layers.end(),
                                    [&](const auto& layer) { return layer.name == name; });
    REQUIRE(found != profile.layers.end());
    return *found;
  };
  CHECK(find("patch_embed.proj").output == std::vector<std::int64_t>{1, 192, 14, 14});
  CHECK(find("patch_embed.proj").multiply_adds == 196 * 192 * 3 * 16 * 16);
  CHECK(find("blocks.3.attn.qkv").output == std::vector<std::int64_t>{1, 197, 576});
  CHECK(find("blocks.3.attn").operation == "attention");
  CHECK(find("blocks.3.attn").multiply_adds == 2 * 197 * 197 * 192);
  CHECK(find("head").parameters == 193000);
  std::int64_t layers = 0;
  for (const vit::LayerProfile& layer : profile.layers) layers += layer.parameters;
  CHECK(profile.parameters - layers == 192 + 197 * 192);  // class token and positions are no layers
}
