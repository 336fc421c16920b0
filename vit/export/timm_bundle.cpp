#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "vit/core/error.h"
#include "vit/export/bundle.h"
#include "vit/export/bundle_files.h"
#include "vit/export/option_json.h"
#include "vit/models/pretrained.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// Options that matter only while a model is trained: they are not part of what it computes.
constexpr std::array kOfTraining{"drop_rate",      "pos_drop_rate",  "patch_drop_rate",
                                 "proj_drop_rate", "attn_drop_rate", "drop_path_rate",
                                 "weight_init",    "fix_init",       "zero_init_last"};

/// Options that timm has under the same name.
constexpr std::array kSameName{
    "global_pool",      "img_size",        "patch_size",  "embed_dim",   "depth",
    "num_heads",        "mlp_ratio",       "qkv_bias",    "qk_norm",     "scale_attn_norm",
    "scale_mlp_norm",   "proj_bias",       "init_values", "class_token", "no_embed_class",
    "reg_tokens",       "pre_norm",        "final_norm",  "fc_norm",     "pool_include_prefix",
    "dynamic_img_size", "dynamic_img_pad", "norm_layer",  "act_layer"};

template <std::size_t N>
bool among(const std::array<const char*, N>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// timm's architecture from which this model differs least: its own, or a plain one where timm has
/// no such name, or has the distillation token elsewhere.
std::string base_architecture(const ModelSpec& spec) {
  const std::string name = spec.name.substr(0, spec.name.find('.'));
  const auto* vit = std::get_if<ViTOptions>(&spec.options);
  if (vit == nullptr) return name;
  const bool known = find_pretrained(name) != nullptr;
  if (known && vit->dist_token == std::get<ViTOptions>(model_spec(name).options).dist_token)
    return name;
  return vit->dist_token ? "deit_base_distilled_patch16_224" : "vit_base_patch16_224";
}

/// Where timm's name or value is another; null where the option needs no argument.
Json argument(const std::string& option, const Json& value, const std::string& architecture) {
  if (option == "pos_embed") {
    // A fixed encoding is stored with the weights, and timm takes it for a learned one.
    if (value == "none") return {{"pos_embed", "none"}};
    return Json::object();
  }
  if (option == "in_chans" || option == "num_classes" || among(kOfTraining, option))
    return Json::object();
  if (among(kSameName, option)) return {{option, value}};
  throw Error(ErrorKind::usage, "model." + option,
              "timm's " + architecture + " has no such option, and it is set to " + value.dump(),
              "write the weights alone: --output FILE.safetensors");
}

Json model_args(const ModelSpec& spec, const std::string& architecture) {
  const Json base = options_json(model_spec(architecture)), own = options_json(spec);
  Json result = Json::object();
  for (const auto& [option, value] : own.items())
    if (base.at(option) != value) result.update(argument(option, value, architecture));
  return result;
}

Json pretrained_config(ImageModel& model, const ModelCard& card) {
  const Preprocessing& input = card.preprocessing;
  return {{"custom_load", false},
          {"input_size", {input.in_chans, input.img_size.height, input.img_size.width}},
          {"fixed_input_size", true},
          {"interpolation", input.interpolation},
          {"crop_pct", input.crop_pct},
          {"crop_mode", input.crop_mode},
          {"mean", input.mean},
          {"std", input.std},
          {"num_classes", model.num_classes()},
          {"pool_size", nullptr},
          {"classifier", model.classifier()}};
}

}  // namespace

void write_timm_bundle(const ModelSpec& spec, ImageModel& model, const ModelCard& card,
                       const std::filesystem::path& folder) {
  const std::string architecture = base_architecture(spec);
  const Json options = options_json(spec);
  Json config{{"architecture", architecture},
              {"num_classes", model.num_classes()},
              {"global_pool", options.value("global_pool", "avg")},
              {"model_args", model_args(spec, architecture)},
              {"pretrained_cfg", pretrained_config(model, card)}};
  // timm does not know this, and passes over what it does not know at the top.
  if (card.preprocessing.exif_orientation) config["exif_orientation"] = true;
  if (!card.labels.empty()) config["label_names"] = card.labels;
  write_bundle(folder, named_tensors(model), {{"config.json", config}});
}

}  // namespace vit
