#include "vit/weights/recognise_timm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "vit/models/former_names.h"
#include "vit/models/registry.h"
#include "vit/weights/option_setter.h"
#include "vit/weights/recognise_families.h"
#include "vit/weights/source_pixels.h"
#include "vit/weights/timm_keys.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// Arguments that change nothing of what a model computes when it predicts.
constexpr std::array<std::string_view, 22> kWithoutEffect = {"drop_rate",
                                                             "pos_drop_rate",
                                                             "patch_drop_rate",
                                                             "proj_drop_rate",
                                                             "attn_drop_rate",
                                                             "drop_path_rate",
                                                             "drop_block_rate",
                                                             "weight_init",
                                                             "fix_init",
                                                             "zero_init_last",
                                                             "head_init_scale",
                                                             "rope_shift_coords",
                                                             "rope_jitter_coords",
                                                             "rope_rescale_coords",
                                                             "strict_img_size",
                                                             "pretrained",
                                                             "scriptable",
                                                             "exportable",
                                                             "checkpoint_path",
                                                             "cache_dir",
                                                             "device",
                                                             "dtype"};

/// Names of timm's Eva for what its VisionTransformer, and `model` here, call otherwise.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"num_reg_tokens", "reg_tokens"},         {"scale_mlp", "scale_mlp_norm"},
    {"scale_attn_inner", "scale_attn_norm"},  {"use_fc_norm", "fc_norm"},
    {"use_pre_transformer_norm", "pre_norm"},
};

/// Arguments that no option here stands for, with the one value that they may have.
struct Fixed {
  std::string_view name;
  const char* value;  ///< JSON
};
constexpr Fixed kFixed[] = {
    {"attn_layer", R"("attn")"},
    {"attn_only_layer_scale", "false"},
    {"use_post_norm", "false"},
    {"use_naflex", "false"},
    {"features_only", "false"},
    {"pruned", "false"},
    // ResNet
    {"cardinality", "1"},
    {"base_width", "64"},
    {"stem_width", "64"},
    {"stem_type", R"("")"},
    {"replace_stem_pool", "false"},
    {"block_reduce_first", "1"},
    {"down_kernel_size", "1"},
    {"avg_down", "false"},
    {"output_stride", "32"},
    {"block_args", "{}"},
    // ConvNeXt
    {"head_norm_first", "false"},
    {"conv_mlp", "false"},
    {"conv_bias", "true"},
    {"use_grn", "false"},
};

/// Models of timm's that are built as one of `vit models`, with other depths and widths, which the
/// tensors tell.
constexpr std::pair<std::string_view, std::string_view> kBuiltAlike[] = {
    {"resnet26", "resnet50"},
    {"resnet152", "resnet50"},
    {"resnet200", "resnet50"},
    {"convnext_large", "convnext_base"},
    {"convnext_xlarge", "convnext_base"},
};

bool is_known(const std::string& name) {
  const std::vector<std::string> names = model_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

class TimmModel {
 public:
  TimmModel(const SourceConfig& config, const NamedWeights& weights)
      : config_(config), weights_(weights), shapes_(weights.names.tensors) {}

  Recognised run() {
    result_.assumptions = weights_.names.assumptions;
    check_timm_keys(config_);
    variant();
    const Json args = object_of(config_.json, "model_args");
    if (!args.contains("global_pool")) pooling_of_root();
    for (const auto& [key, value] : args.items())
      value.is_null() ? null_argument(key) : argument(key, value, args);
    if (is_eva()) norms_of_eva(args);
    compare();
    of_tensors();
    image_size(args);
    read_timm_pixels(pixels(), result_);
    // Our own key, which timm passes over at the top alone.
    if (config_.json.value("exif_orientation", Json()) == Json(true))
      result_.exif_orientation = true;
    result_.labels = config_labels(config_);
    forget_foreign_labels(config_, result_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] ViTOptions* vit() { return std::get_if<ViTOptions>(&spec_.options); }
  /// timm has this variant as an Eva, whose defaults and names differ.
  [[nodiscard]] bool is_eva() { return vit() != nullptr && vit()->layer_scale == "gamma"; }

  /// An old config.json has what later ones keep in `pretrained_cfg` at its top.
  [[nodiscard]] Json pixels() const {
    return config_.json.contains("pretrained_cfg") ? object_of(config_.json, "pretrained_cfg")
                                                   : config_.json;
  }

  void variant() {
    std::string name = config_.json.at("architecture").get<std::string>();
    result_.source = config_.path.string() + " of timm (" + name + ")";
    if (const std::string_view present = present_name(name); !present.empty()) name = present;
    name = name.substr(0, name.find('.'));
    const auto* alike = std::find_if(std::begin(kBuiltAlike), std::end(kBuiltAlike),
                                     [&](const auto& each) { return each.first == name; });
    like_ = alike != std::end(kBuiltAlike);
    if (like_) name = alike->second;
    if (!is_known(name)) {
      const std::string near = nearest(name, model_names());
      throw Error(ErrorKind::weights, config_.path.string(),
                  "is of timm's `" + name + "`, which is none of `vit models`",
                  (near.empty() ? "" : "did you mean " + near + "? ") +
                      "name a model that is built alike by --model (or model.name), with its "
                      "options by --set; then this file is not read");
    }
    spec_ = model_spec(name);
    result_.name = name;
    if (like_) widths();
  }

  /// Depths and widths by the tensors alone.
  void widths() {
    Recognised found;
    if (std::holds_alternative<ResNetOptions>(spec_.options))
      recognise_resnet(weights_, found);
    else
      recognise_convnext(weights_, found);
    for (const char* key : {"block", "layers", "channels", "depths", "dims"})
      if (const auto text = found.options.find(key); text != found.options.end())
        set(key, key == std::string_view("block") ? Json(text->second) : Json::parse(text->second));
  }

  /// What timm before 1.0.20 tells of a pooling that is not the variant's.
  void pooling_of_root() {
    const Json pool = config_.json.value("global_pool", Json());
    if (!pool.is_string() || pool.get<std::string>().empty()) return;
    const ViTOptions* options = vit();
    if (options != nullptr && options->global_pool != pool.get<std::string>())
      result_.assumptions.push_back(
          vit::str("global_pool: ", pool.get<std::string>(), ", as ", config_.path.string(),
                   " says of the model that was saved; timm from 1.0.20 on pools by ",
                   options->global_pool, " where model_args does not say so"));
    set("global_pool", pool);
  }

  void set(const std::string& name, const Json& value) {
    switch (set_option(spec_, name, value)) {
      case SetResult::set: result_.options[name] = option_text(value); return;
      case SetResult::no_such_option:
        throw refused(config_, argument_, "is no argument that is known here");
      case SetResult::wrong_value: {
        const std::string choices = choices_of(spec_, name);
        throw refused(config_, argument_ + ": " + value.dump(),
                      choices.empty() ? "is no value that is known here"
                                      : "is not known here (known: " + choices + ")");
      }
    }
  }

  /// Whether an argument does not say how the model is built; the last two: see of_tensors.
  [[nodiscard]] static bool is_without_say(const std::string& key) {
    return std::find(kWithoutEffect.begin(), kWithoutEffect.end(), key) != kWithoutEffect.end() ||
           key == "num_classes" || key == "in_chans";
  }

  /// A null goes over the variant's value to timm's class, which takes its own default for some.
  void null_argument(const std::string& key) {
    argument_ = "model_args." + key;
    if (is_without_say(key)) return;
    if (key == "norm_layer" && vit() != nullptr) return norm_layer("layernorm");
    if (key == "act_layer" && vit() != nullptr && vit()->mlp_layer == "mlp")
      return set("act_layer", "gelu");
    if (key == "use_rot_pos_emb" && vit() != nullptr) return set("rope_type", "none");
    const auto* other = std::find_if(std::begin(kOtherNames), std::end(kOtherNames),
                                     [&](const auto& names) { return names.first == key; });
    set(other == std::end(kOtherNames) ? key : std::string(other->second), Json());
  }

  void argument(const std::string& key, const Json& value, const Json& args) {
    argument_ = "model_args." + key;
    if (is_without_say(key)) return;
    for (const Fixed& fixed : kFixed)
      if (key == fixed.name) {
        if (value == Json::parse(fixed.value)) return;
        throw refused(config_, argument_ + ": " + value.dump(), "is not supported here");
      }
    for (const auto& [theirs, ours] : kOtherNames)
      if (key == theirs) return set(std::string(ours), value);
    if (key == "norm_layer") return norm_layer(value);
    if (key == "act_layer") return act_layer(value);
    if (key == "kernel_sizes") return kernel_sizes(value);
    if (vit() == nullptr) return set(key, value);
    if (key == "pos_embed") return set("pos_embed", value == Json("") ? Json("none") : value);
    if (key == "use_abs_pos_emb") return set("pos_embed", value == Json(true) ? "learn" : "none");
    if (key == "use_rot_pos_emb") return rotary(value, args);
    if (key == "rope_type") {  // for what use_rot_pos_emb turns on
      if (vit()->rope_type != "none" || args.value("use_rot_pos_emb", Json()) == Json(true))
        set("rope_type", value);
      return;
    }
    if (key == "rope_mrope_section") return;  // of a rope_type that is refused
    if (key == "swiglu_mlp") return swiglu(value, args);
    if (key == "mlp_ratio") return mlp_ratio(value);
    if (key == "attn_type") return attention(value);
    if (key == "use_post_transformer_norm") return;  // see norms_of_eva
    if (key == "num_kv_heads") {
      if (value == Json(vit()->num_heads) || value == args.value("num_heads", Json())) return;
      throw refused(config_, argument_ + ": " + value.dump(), "is not supported here");
    }
    set(key, value);
  }

  void norm_layer(const Json& value) {
    std::string name = value.is_string() ? value.get<std::string>() : value.dump();
    std::erase(name, '_');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (std::holds_alternative<ResNetOptions>(spec_.options) &&
        (name == "batchnorm" || name == "batchnorm2d"))
      return;
    // In float32 they are the same, whatever the parameters' type is.
    if (name.ends_with("fp32")) name.resize(name.size() - 4);
    if (vit() == nullptr || (name != "layernorm" && name != "rmsnorm"))
      throw refused(config_, argument_ + ": " + value.dump(), "is not supported here");
    set("norm_layer", name);
    set("norm_eps", 1e-6);  // a norm by name has timm's default
  }

  void act_layer(const Json& value) {
    const std::string name = value.is_string() ? value.get<std::string>() : value.dump();
    const bool gated = vit() != nullptr && vit()->mlp_layer != "mlp";
    const bool relu_only = std::holds_alternative<ResNetOptions>(spec_.options);
    if ((gated && name != "silu" && name != "swish") || (relu_only && name != "relu"))
      throw refused(config_, argument_ + ": " + value.dump(),
                    "is not supported here for this model");
    if (gated || relu_only) return;
    set("act_layer", name == "swish" ? Json("silu") : value);
  }

  void kernel_sizes(const Json& value) {
    if (value.is_number()) return set("kernel_size", value);
    if (!value.is_array() || value.empty() ||
        std::any_of(value.begin(), value.end(), [&](const Json& each) { return each != value[0]; }))
      throw refused(config_, argument_ + ": " + value.dump(), "is not supported here");
    set("kernel_size", value[0]);
  }

  void rotary(const Json& value, const Json& args) {
    if (value != Json(true)) return set("rope_type", "none");
    if (vit()->rope_type == "none") set("rope_type", args.value("rope_type", Json("cat")));
  }

  void swiglu(const Json& value, const Json& args) {
    if (value != Json(true)) return set("mlp_layer", "mlp");
    const bool was_gated = vit()->mlp_layer != "mlp";
    const bool apart = args.value("scale_mlp", Json()) == Json(true) || vit()->scale_mlp_norm ||
                       args.value("swiglu_align_to", Json(vit()->swiglu_align_to)) != Json(0);
    set("mlp_layer", apart ? "swiglu" : "swiglu_packed");
    if (!was_gated && !apart && !args.contains("mlp_ratio")) set("mlp_ratio", 2 * vit()->mlp_ratio);
  }

  /// Gate and value lie in one matrix of twice the width there, and timm's Eva counts one of them.
  void mlp_ratio(const Json& value) {
    const Json args = object_of(config_.json, "model_args");
    const bool packed = is_eva() && (args.value("swiglu_mlp", Json()) == Json(true)
                                         ? !(vit()->scale_mlp_norm ||
                                             args.value("scale_mlp", Json()) == Json(true) ||
                                             vit()->swiglu_align_to != 0)
                                         : vit()->mlp_layer == "swiglu_packed");
    set("mlp_ratio", packed && value.is_number() ? Json(2 * value.get<double>()) : value);
  }

  void attention(const Json& value) {
    if (value != Json("eva") && value != Json("rope"))
      throw refused(config_, argument_ + ": " + value.dump(), "is not supported here");
    set("k_bias", value == Json("rope"));
  }

  /// timm's Eva normalises after pooling for `avg` alone, and before it where that is not so.
  void norms_of_eva(const Json& args) {
    argument_ = "model_args.use_fc_norm";
    const bool fc_norm = vit()->fc_norm.value_or(vit()->global_pool == "avg");
    const bool differs = vit()->global_pool == "max" || vit()->global_pool == "avgmax";
    if (!vit()->fc_norm && differs) set("fc_norm", false);
    const Json norm = args.value("use_post_transformer_norm", Json());
    if (!norm.is_boolean() || norm.get<bool>() == !fc_norm) return;
    argument_ = "model_args.use_post_transformer_norm";
    if (norm.get<bool>())
      throw refused(config_, argument_ + ": true", "beside a norm after pooling is not supported");
    set("final_norm", false);
  }

  /// Refuses tensors that are of another width or depth.
  void compare() {
    const auto same = [&](const std::string& what, std::int64_t expected, std::int64_t found) {
      if (expected != found)
        throw contradicted(config_, vit::str(what, " ", expected), std::to_string(found));
    };
    if (const ViTOptions* options = vit()) {
      const std::string patches = "patch_embed.proj.weight";
      if (!shapes_.has(patches))
        throw contradicted(config_, "a Vision Transformer", "have no " + patches);
      same("embed_dim", options->embed_dim, shapes_.size(patches, 0));
      same("patch_size", options->patch_size.height, shapes_.size(patches, 2));
      same("depth", options->depth, shapes_.count("blocks."));
      // A head that was reset to another pooling leaves the norm where it was.
      const bool after = options->fc_norm.value_or(options->global_pool == "avg" ||
                                                   options->global_pool == "max" ||
                                                   options->global_pool == "avgmax");
      argument_ = "fc_norm";
      if (after && !shapes_.has("fc_norm.weight") && shapes_.has("norm.weight"))
        set("fc_norm", false);
    } else if (const auto* resnet = std::get_if<ResNetOptions>(&spec_.options)) {
      for (std::size_t i = 0; i < resnet->layers.size(); ++i) {
        const std::string name = "layer" + std::to_string(i + 1);
        same("blocks of " + name, resnet->layers[i], shapes_.count(name + "."));
      }
    } else if (const auto* convnext = std::get_if<ConvNeXtOptions>(&spec_.options)) {
      for (std::size_t i = 0; i < convnext->depths.size(); ++i) {
        const std::string name = "stages." + std::to_string(i) + ".blocks.";
        same("blocks of stage " + std::to_string(i), convnext->depths[i], shapes_.count(name));
        same("width of stage " + std::to_string(i), convnext->dims.at(i),
             shapes_.size(name + "0.conv_dw.weight", 0));
      }
    }
  }

  /// Classes and channels are as many as the tensors have.
  void of_tensors() {
    std::string head = "head.weight", first = "patch_embed.proj.weight";
    if (std::holds_alternative<ResNetOptions>(spec_.options)) {
      head = "fc.weight";
      first = "conv1.weight";
    } else if (std::holds_alternative<ConvNeXtOptions>(spec_.options)) {
      head = "head.fc.weight";
      first = "stem.0.weight";
    }
    const Json args = object_of(config_.json, "model_args");
    const auto compare_size = [&](const Json& object, const char* key, const std::string& tensor,
                                  std::int64_t axis) {
      const Json stated = object.value(key, Json());
      if (shapes_.has(tensor) && stated.is_number_integer() &&
          stated.get<std::int64_t>() != shapes_.size(tensor, axis))
        throw contradicted(config_, vit::str(key, " ", stated.get<std::int64_t>()),
                           vit::str("have ", shapes_.size(tensor, axis)));
    };
    argument_ = "num_classes";
    compare_size(config_.json, "num_classes", head, 0);
    compare_size(args, "num_classes", head, 0);
    compare_size(config_.json, "num_features", head, 1);
    compare_size(args, "in_chans", first, 1);
    set("num_classes", shapes_.size(head, 0));
    if (shapes_.has(first)) set("in_chans", shapes_.size(first, 1));
  }

  /// The size of the model's images, and that of the grid in the file, where it is another: timm
  /// resamples such positions when it loads them.
  void image_size(const Json& args) {
    argument_ = "input_size";
    const Json input = pixels().value("input_size", Json());  // [C, H, W]
    if (!args.contains("img_size") && input.is_array() && input.size() == 3)
      set("img_size", Json::array({input[1], input[2]}));
    const Size2 size = img_size(spec_);
    result_.img_size = size;
    result_.options["img_size"] = vit::option_text(size);
    const ViTOptions* options = vit();
    if (options == nullptr) return;
    const Size2 patch = options->patch_size;
    // timm's convolution leaves such pixels out by itself.
    if (!options->dynamic_img_pad && !options->drop_remainder &&
        (size.height % patch.height != 0 || size.width % patch.width != 0))
      set("drop_remainder", true);
    const std::int64_t count = shapes_.size("pos_embed", 1);
    if (count == 0) return;
    const std::int64_t prefix =
        options->no_embed_class
            ? 0
            : (options->class_token ? 1 : 0) + (options->dist_token ? 1 : 0) + options->reg_tokens;
    const auto up = [&](std::int64_t side, std::int64_t of_patch) {
      return options->dynamic_img_pad ? (side + of_patch - 1) / of_patch : side / of_patch;
    };
    if (count - prefix == up(size.height, patch.height) * up(size.width, patch.width)) return;
    const auto side = static_cast<std::int64_t>(
        std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(count - prefix, 0)))));
    if (side < 1 || side * side != count - prefix)
      throw contradicted(config_, vit::str("images of ", size.height, "x", size.width),
                         vit::str(count, " positions"));
    result_.img_size = Size2{side * patch.height, side * patch.width};
    result_.assumptions.push_back(vit::str(
        "the positions are of images of ", result_.img_size->height, "x", result_.img_size->width,
        ", and ", config_.path.string(), " says ", size.height, "x", size.width));
  }

  const SourceConfig& config_;
  const NamedWeights& weights_;
  const Shapes shapes_;
  ModelSpec spec_;
  Recognised result_;
  std::string argument_ = "global_pool";  ///< what `set` works on, for messages
  bool like_ = false;                     ///< the depths and widths are those of the tensors
};

}  // namespace

Recognised recognise_timm(const SourceConfig& config, const NamedWeights& weights) {
  return TimmModel(config, weights).run();
}

}  // namespace vit
