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

/// Keys of `vision_cfg` that change nothing of the tower when it predicts, or that are read by
/// themselves.
constexpr auto kOfTower = std::to_array<std::string_view>({
    "attn_pooler_heads",
    "attn_pooler_queries",
    "global_average_pool",
    "head_width",
    "image_size",
    "layers",
    "ls_init_value",
    "mlp_ratio",
    "output_tokens",
    "patch_dropout",
    "patch_size",
    "pool_type",
    "pos_embed_type",
    "width",
});

/// The same for a tower of timm's (open_clip's TimmModel).
constexpr auto kOfTimmTower = std::to_array<std::string_view>({
    "head_width",
    "image_size",
    "layers",
    "mlp_ratio",
    "output_tokens",
    "patch_dropout",
    "patch_size",
    "timm_drop",
    "timm_drop_path",
    "timm_model_kwargs",
    "timm_model_name",
    "timm_model_pretrained",
    "timm_pool",
    "timm_proj",
    "timm_proj_bias",
    "width",
});

/// Keys of `model_cfg` that change nothing of the image tower, or that are read by themselves.
constexpr auto kOfModel = std::to_array<std::string_view>({
    "cast_dtype",
    "custom_text",
    "embed_dim",
    "init_logit_bias",
    "init_logit_scale",
    "nonscalar_logit_scale",
    "output_dict",
    "quick_gelu",
    "text_cfg",
    "vision_cfg",
});

static_assert(std::is_sorted(kOfTower.begin(), kOfTower.end()));
static_assert(std::is_sorted(kOfTimmTower.begin(), kOfTimmTower.end()));
static_assert(std::is_sorted(kOfModel.begin(), kOfModel.end()));

template <std::size_t N>
void known_keys(const SourceConfig& config, const Json& object, const std::string& of,
                const std::array<std::string_view, N>& sorted) {
  for (const auto& [key, value] : object.items())
    if (!value.is_null() && !std::binary_search(sorted.begin(), sorted.end(), key))
      throw refused(config, of + key, "is no key that is known here");
}

void known_model_keys(const SourceConfig& config) {
  known_keys(config, config.json, "",
             std::to_array<std::string_view>({"model_cfg", "preprocess_cfg"}));
  known_keys(config, object_of(config.json, "model_cfg"), "model_cfg.", kOfModel);
}

void same(const SourceConfig& config, const Json& object, const char* of, const char* key,
          std::int64_t found) {
  const Json value = object.value(key, Json());
  if (value.is_null()) return;
  if (!value.is_number_integer())
    throw refused(config, str(of, key, ": ", value.dump()), "is no whole number");
  if (value.get<std::int64_t>() != found)
    throw contradicted(config, str(of, key, " ", value.get<std::int64_t>()), str("have ", found));
}

/// Widths, lengths and layers that the tensors tell.
void compare(const SourceConfig& config, const Json& model, const Json& vision,
             const Shapes& shapes) {
  constexpr const char* kVision = "vision_cfg.";
  const std::string patches = "patch_embed.proj.weight";
  const std::int64_t width = shapes.size(patches, 0);
  same(config, vision, kVision, "width", width);
  same(config, vision, kVision, "patch_size", shapes.size(patches, 2));
  same(config, vision, kVision, "layers", shapes.count("blocks."));
  if (shapes.has("head.weight"))
    same(config, model, "model_cfg.", "embed_dim", shapes.size("head.weight", 0));
  const Json ratio = vision.value("mlp_ratio", Json(4.0));
  const std::int64_t hidden = shapes.size("blocks.0.mlp.fc1.weight", 0);
  if (!ratio.is_number())
    throw refused(config, "vision_cfg.mlp_ratio: " + ratio.dump(), "is no number");
  if (std::int64_t(static_cast<double>(width) * ratio.get<double>()) != hidden)
    throw contradicted(config, "vision_cfg.mlp_ratio " + ratio.dump(),
                       str("have ", hidden, " of a width of ", width));
  const bool scaled = shapes.has("blocks.0.ls1.gamma");
  if (vision.value("ls_init_value", Json()).is_null() == scaled)
    throw contradicted(
        config, str("vision_cfg.ls_init_value ", vision.value("ls_init_value", Json()).dump()),
        scaled ? "have LayerScale" : "lack LayerScale");
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
  known_model_keys(config);
  Json others = vision;
  for (const FixedKey& fixed : kFixedKeys) {
    const Json value = vision.value(fixed.name, Json());
    if (!value.is_null() && value != Json::parse(fixed.value))
      throw refused(config, str("vision_cfg.", fixed.name, ": ", value.dump()), "is not supported");
    others.erase(std::string(fixed.name));
  }
  known_keys(config, others, "vision_cfg.", kOfTower);
  compare(config, model, vision, shapes);
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
  const Json activation = model.value("quick_gelu", Json(false));
  if (!activation.is_boolean() && !activation.is_null())
    throw refused(config, "model_cfg.quick_gelu: " + activation.dump(),
                  "is neither true nor false");
  const bool quick = activation == Json(true);
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
  known_model_keys(config);
  known_keys(config, vision, "vision_cfg.", kOfTimmTower);
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
