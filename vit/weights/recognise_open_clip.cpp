#include "vit/weights/recognise_open_clip.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "vit/weights/recognise_families.h"
#include "vit/weights/source_pixels.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// Keys of `vision_cfg` that no option here stands for, with the one value that they may have.
struct FixedKey {
  std::string_view name;
  const char* value;  ///< JSON
};
constexpr FixedKey kFixedKeys[] = {
    {"attentional_pool", "false"},   {"input_patchnorm", "false"},
    {"no_ln_pre", "false"},          {"final_ln_after_pool", "false"},
    {"act_kwargs", "null"},          {"norm_kwargs", "null"},
    {"block_type", "null"},          {"qk_norm", "false"},
    {"scaled_cosine_attn", "false"}, {"scale_heads", "false"},
    {"scale_attn_inner", "false"},   {"scale_attn", "false"},
    {"scale_fc", "false"},
};

/// Keys that change nothing of the tower when it predicts, that the tensors tell, or that are read
/// by themselves.
constexpr std::array<std::string_view, 14> kOfTensors = {"width",
                                                         "patch_size",
                                                         "layers",
                                                         "head_width",
                                                         "image_size",
                                                         "mlp_ratio",
                                                         "ls_init_value",
                                                         "patch_dropout",
                                                         "pos_embed_type",
                                                         "attn_pooler_queries",
                                                         "attn_pooler_heads",
                                                         "output_tokens",
                                                         "pool_type",
                                                         "global_average_pool"};

void same(const SourceConfig& config, const Json& vision, const char* key, std::int64_t found) {
  const Json value = vision.value(key, Json());
  if (value.is_number_integer() && value.get<std::int64_t>() != found)
    throw contradicted(config, str("vision_cfg.", key, " ", value.get<std::int64_t>()),
                       std::to_string(found));
}

void forget(Recognised& result, std::string_view about) {
  std::erase_if(result.assumptions,
                [&](const std::string& text) { return text.find(about) != text.npos; });
}

}  // namespace

void apply_open_clip(const SourceConfig& config, const NamedWeights& weights, Recognised& result) {
  const Json model = object_of(config.json, "model_cfg"), vision = object_of(model, "vision_cfg");
  const Shapes shapes(weights.names.tensors);
  const std::string patches = "patch_embed.proj.weight";
  result.source = config.path.string() + " of open_clip";
  same(config, vision, "width", shapes.size(patches, 0));
  same(config, vision, "patch_size", shapes.size(patches, 2));
  same(config, vision, "layers", shapes.count("blocks."));
  for (const auto& [key, value] : vision.items()) {
    if (value.is_null() || std::find(kOfTensors.begin(), kOfTensors.end(), key) != kOfTensors.end())
      continue;
    const auto* fixed = std::find_if(std::begin(kFixedKeys), std::end(kFixedKeys),
                                     [&](const FixedKey& each) { return each.name == key; });
    if (fixed == std::end(kFixedKeys) && !key.starts_with("timm_"))
      throw refused(config, "vision_cfg." + key, "is no key that is known here");
    if (fixed != std::end(kFixedKeys) && value != Json::parse(fixed->value))
      throw refused(config, "vision_cfg." + key + ": " + value.dump(), "is not supported");
  }
  const std::string pool = vision.value("global_average_pool", Json(false)) == Json(true)
                               ? "avg"
                               : vision.value("pool_type", std::string("tok"));
  if (pool == "avg") {  // of the normalised patches
    result.options["global_pool"] = "avg";
    result.options["fc_norm"] = "false";
  } else if (pool != "tok") {
    throw refused(config, "vision_cfg.pool_type: " + pool, "is not supported");
  }
  forget(result, "global_pool:");
  const std::int64_t width = shapes.size(patches, 0);
  const Json head_width = vision.value("head_width", Json(64));
  if (!head_width.is_number_integer() || head_width.get<std::int64_t>() < 1 ||
      width % head_width.get<std::int64_t>() != 0)
    throw contradicted(config, "vision_cfg.head_width " + head_width.dump(),
                       str("have a width of ", width));
  result.options["num_heads"] = std::to_string(width / head_width.get<std::int64_t>());
  forget(result, "heads");
  const bool quick = model.value("quick_gelu", Json(false)) == Json(true);
  result.options["act_layer"] = quick ? "quick_gelu" : "gelu";
  forget(result, "act_layer:");
  if (const auto size = size_of(vision.value("image_size", Json()))) {
    const std::int64_t patch = shapes.size(patches, 2);
    const std::int64_t grid = patch < 1 ? 0 : (size->height / patch) * (size->width / patch);
    if (shapes.size("pos_embed", 1) != grid + 1)
      throw contradicted(config, str("vision_cfg.image_size ", size->height, "x", size->width),
                         str("have ", shapes.size("pos_embed", 1), " positions"));
    result.img_size = size;
    result.options["img_size"] = option_text(*size);
  }
  read_open_clip_pixels(object_of(config.json, "preprocess_cfg"), result);
}

std::optional<SourceConfig> timm_tower(const SourceConfig& config) {
  const Json model = object_of(config.json, "model_cfg"), vision = object_of(model, "vision_cfg");
  const Json name = vision.value("timm_model_name", Json());
  if (!name.is_string()) return std::nullopt;
  for (const auto& [key, allowed] : {std::pair{"timm_proj", Json::array({"linear", "none", ""})},
                                     std::pair{"timm_proj_bias", Json::array({false})}}) {
    const Json value = vision.value(key, Json());
    if (!value.is_null() && std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      throw refused(config, str("vision_cfg.", key, ": ", value.dump()), "is not supported");
  }
  SourceConfig tower;
  tower.kind = ConfigKind::timm;
  tower.path = config.path;
  tower.json = {{"architecture", name}, {"model_args", object_of(vision, "timm_model_kwargs")}};
  // What open_clip takes for keys that are left out; a pooling of its own is not the variant's.
  const Json pool = vision.value("timm_pool", Json("avg"));
  const bool projected = vision.value("timm_proj", Json("linear")) == Json("linear");
  if (pool == Json("") && !projected)
    throw refused(config, "vision_cfg.timm_pool: \"\"",
                  "without a projection leaves the tokens unpooled, which is not supported");
  if (pool.is_string() && pool != Json("")) tower.json["model_args"]["global_pool"] = pool;
  if (vision.contains("image_size")) tower.json["model_args"]["img_size"] = vision.at("image_size");
  return tower;
}

}  // namespace vit
