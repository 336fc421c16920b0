#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/export/bundle.h"
#include "vit/export/bundle_files.h"
#include "vit/export/option_json.h"
#include "vit/models/pretrained.h"
#include "vit/nn/init.h"

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

/// The model with the epsilons of timm's architecture, which is all that changes.
ModelSpec with_epsilons_of(const ModelSpec& timm, ModelSpec spec) {
  if (auto* vit = std::get_if<ViTOptions>(&spec.options)) {
    vit->norm_eps = std::get<ViTOptions>(timm.options).norm_eps;
  } else if (auto* convnext = std::get_if<ConvNeXtOptions>(&spec.options)) {
    convnext->norm_eps = std::get<ConvNeXtOptions>(timm.options).norm_eps;
    convnext->head_norm_eps.reset();
  }
  return spec;
}

/// Whether both compute the same of normal numbers, to what float32 shows: transformers' epsilon of
/// 1e-12 and timm's of 1e-6 do, unless tokens hardly vary.
bool computes_alike(ImageModel& model, const ModelSpec& other_spec) {
  constexpr double kTolerance = 1e-5;
  const torch::NoGradGuard no_grad;
  const std::shared_ptr<ImageModel> other = create_model(other_spec);
  const std::map<std::string, torch::Tensor> tensors = named_tensors(model);
  for (auto& item : other->module().named_parameters()) item.value().copy_(tensors.at(item.key()));
  for (auto& item : other->module().named_buffers()) item.value().copy_(tensors.at(item.key()));
  other->module().eval();
  torch::Tensor x =
      torch::empty({2, model.in_chans(), model.img_size().height, model.img_size().width});
  init::normal(x, 1.0, Rng(0, Stream::bench));
  const torch::Tensor expected = model.forward(x), found = other->forward(x);
  const double scale = std::max(1.0, expected.abs().max().item<double>());
  return (found - expected).abs().max().item<double>() <= kTolerance * scale;
}

Json model_args(const ModelSpec& spec, const std::string& architecture, ImageModel& model) {
  const ModelSpec timm = model_spec(architecture);
  const Json base = options_json(timm), own = options_json(spec);
  // timm has no argument for an epsilon, so one that makes a difference is refused.
  const ModelSpec changed = with_epsilons_of(timm, spec);
  const bool eps_alike = options_json(changed) != own && computes_alike(model, changed);
  Json result = Json::object();
  for (const auto& [option, value] : own.items())
    if (base.at(option) != value && !(eps_alike && option.ends_with("norm_eps")))
      result.update(argument(option, value, architecture));
  return result;
}

Json pretrained_config(ImageModel& model, const ModelCard& card) {
  const InputSpec& input = card.preprocessing;
  if (input.crop_mode == "whole")
    throw Error(ErrorKind::usage, "data.crop_mode",
                "timm has no transform that keeps the image's shape (whole)",
                "set data.crop_mode: center, squash or border");
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
              {"model_args", model_args(spec, architecture, model)},
              {"pretrained_cfg", pretrained_config(model, card)}};
  // timm does not know this, and passes over what it does not know at the top.
  if (card.preprocessing.exif_orientation) config["exif_orientation"] = true;
  if (!card.labels.empty()) config["label_names"] = card.labels;
  write_bundle(folder, named_tensors(model), {{"config.json", config}});
}

}  // namespace vit
