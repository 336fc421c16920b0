#include "vit/weights/recognise_transformers.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "vit/weights/option_setter.h"
#include "vit/weights/recognise_families.h"
#include "vit/weights/source_pixels.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// What a model's class has where its config.json leaves a key out.
struct ModelType {
  std::string_view name;
  std::int64_t heads;
  double eps;
  std::string_view act;
};

constexpr ModelType kModelTypes[] = {
    {"vit", 12, 1e-12, "gelu"},
    {"deit", 12, 1e-12, "gelu"},
    {"vit_mae", 12, 1e-12, "gelu"},
    {"vit_msn", 12, 1e-6, "gelu"},
    {"ijepa", 12, 1e-12, "gelu"},
    {"beit", 12, 1e-12, "gelu"},
    {"data2vec-vision", 12, 1e-12, "gelu"},
    {"dinov2", 12, 1e-6, "gelu"},
    {"dinov2_with_registers", 12, 1e-6, "gelu"},
    {"dinov3_vit", 6, 1e-5, "gelu"},
    {"clip", 12, 1e-5, "quick_gelu"},
    {"clip_vision_model", 12, 1e-5, "quick_gelu"},
    {"siglip", 12, 1e-6, "gelu_pytorch_tanh"},
    {"siglip_vision_model", 12, 1e-6, "gelu_pytorch_tanh"},
};

/// The convolutional ones, which have no heads.
constexpr std::array<std::string_view, 2> kConvolutional = {"convnext", "resnet"};

/// `hidden_act` of transformers in our words.
constexpr std::pair<std::string_view, std::string_view> kActivations[] = {
    {"gelu", "gelu"},
    {"gelu_python", "gelu"},
    {"gelu_new", "gelu_tanh"},
    {"gelu_fast", "gelu_tanh"},
    {"gelu_accurate", "gelu_tanh"},
    {"gelu_pytorch_tanh", "gelu_tanh"},
    {"gelu_python_tanh", "gelu_tanh"},
    {"quick_gelu", "quick_gelu"},
    {"silu", "silu"},
    {"swish", "silu"},
    {"relu", "relu"},
};

const ModelType* find_type(const SourceConfig& config) {
  const auto* found =
      std::find_if(std::begin(kModelTypes), std::end(kModelTypes),
                   [&](const ModelType& type) { return type.name == config.model_type; });
  return found == std::end(kModelTypes) ? nullptr : found;
}

bool is_convolutional(const SourceConfig& config) {
  return std::find(kConvolutional.begin(), kConvolutional.end(), config.model_type) !=
         kConvolutional.end();
}

class TransformersModel {
 public:
  TransformersModel(const SourceConfig& config, const NamedWeights& weights, Recognised& result)
      : config_(config), json_(config.json), shapes_(weights.names.tensors), result_(result) {}

  void run() {
    result_.source = vit::str(config_.path.string(), " of transformers (", config_.model_type, ")");
    if (is_convolutional(config_)) {
      compare_maps();
      maps_activation();
      if (config_.model_type == "convnext") epsilon("head_norm_eps", 1e-12);
    } else {
      type_ = *find_type(config_);
      compare();
      heads();
      epsilon("norm_eps", type_.eps);
      mlp_activation();
      if (config_.model_type == "dinov3_vit") dinov3();
      positions();
    }
    if (!config_.preprocessor.is_null()) read_processor(config_, result_);
    image_size();
    result_.labels = config_labels(config_);
    forget_foreign_labels(config_, result_);
  }

 private:
  void set(const std::string& key, std::string value) { result_.options[key] = std::move(value); }
  [[nodiscard]] std::string option(const std::string& key) const {
    const auto found = result_.options.find(key);
    return found == result_.options.end() ? "" : found->second;
  }
  void forget(std::string_view about) {
    std::erase_if(result_.assumptions,
                  [&](const std::string& text) { return text.find(about) != text.npos; });
  }

  /// Refuses a number that is not the tensors'.
  void same(const char* key, std::int64_t found) const {
    const Json value = json_.value(key, Json());
    if (value.is_null()) return;
    if (!value.is_number_integer())
      throw refused(config_, std::string(key) + ": " + value.dump(), "is no whole number");
    if (value.get<std::int64_t>() != found)
      throw contradicted(config_, vit::str(key, " ", value.get<std::int64_t>()),
                         std::to_string(found));
  }

  /// The same of a length or of `[height, width]`.
  void same_size(const char* key, Size2 found) const {
    const Json value = json_.value(key, Json());
    if (value.is_null()) return;
    const std::optional<Size2> size = size_of(value);
    if (!size) throw refused(config_, std::string(key) + ": " + value.dump(), "is no size");
    if (size->height != found.height || size->width != found.width)
      throw contradicted(config_, std::string(key) + " " + value.dump(), vit::option_text(found));
  }

  void compare() const {
    const std::string patches = "patch_embed.proj.weight";
    same("hidden_size", shapes_.size(patches, 0));
    same("num_channels", shapes_.size(patches, 1));
    same_size("patch_size", {shapes_.size(patches, 2), shapes_.size(patches, 3)});
    same("num_hidden_layers", shapes_.count("blocks."));
    // DINOv2's gated MLP has a width of its own.
    const bool gate = shapes_.has("blocks.0.mlp.fc1_g.weight");
    if (option("mlp_layer") != "swiglu_packed")
      same("intermediate_size",
           shapes_.size(gate ? "blocks.0.mlp.fc1_g.weight" : "blocks.0.mlp.fc1.weight", 0));
    if (shapes_.has("reg_token")) same("num_register_tokens", shapes_.size("reg_token", 1));
  }

  void heads() {
    std::int64_t heads = type_.heads;
    if (const Json given = json_.value("num_attention_heads", Json()); !given.is_null()) {
      if (!given.is_number_integer())
        throw refused(config_, "num_attention_heads: " + given.dump(), "is no whole number");
      heads = given.get<std::int64_t>();
    }
    const std::int64_t width = shapes_.size("patch_embed.proj.weight", 0);
    if (heads < 1 || width % heads != 0)
      throw contradicted(config_, vit::str(heads, " heads"), vit::str("have a width of ", width));
    set("num_heads", std::to_string(heads));
    forget("heads");
  }

  /// Of all norms; of a ConvNeXt it is that of the norm behind pooling alone.
  void epsilon(const std::string& option, double otherwise) {
    const Json eps = json_.value("layer_norm_eps", Json());
    const double value = eps.is_null()     ? otherwise
                         : eps.is_number() ? eps.get<double>()
                                           : 0;  // of another kind
    if (!(value > 0)) throw refused(config_, "layer_norm_eps: " + eps.dump(), "is not supported");
    set(option, vit::option_text(value));
  }

  [[nodiscard]] std::string_view activation(std::string_view fallback) const {
    const Json given = json_.value("hidden_act", Json(std::string(fallback)));
    for (const auto& [theirs, ours] : kActivations)
      if (given == Json(std::string(theirs))) return ours;
    throw refused(config_, "hidden_act: " + given.dump(), "is no activation that is known here");
  }

  void mlp_activation() {
    const std::string mlp = option("mlp_layer");
    if (mlp == "swiglu_packed") return;  // DINOv2's gated MLP has silu whatever this says
    const std::string_view act = activation(type_.act);
    if (mlp == "swiglu") {
      if (act != "silu")
        throw refused(config_, vit::str("hidden_act: \"", act, "\""),
                      "is not supported for a gated MLP, which has silu here");
      return;
    }
    set("act_layer", std::string(act));
    forget("act_layer:");
  }

  void dinov3() {
    constexpr double kDefaultTheta = 100.0;
    set("global_pool", "token");
    set("rope_type", "dinov3");
    forget("rope");
    Json theta = json_.value("rope_theta", Json());
    const Json parameters = object_of(json_, "rope_parameters");
    // The class reads rope_theta alone, whatever stands in rope_parameters.
    const Json beside = parameters.value("rope_theta", Json());
    if (!beside.is_null() && beside != (theta.is_null() ? Json(kDefaultTheta) : theta))
      throw refused(config_, "rope_parameters.rope_theta: " + beside.dump(),
                    "is not what rope_theta says, which transformers reads");
    for (const auto& [key, value] : parameters.items())
      if (key != "rope_theta" && key != "rope_type" && !value.is_null())
        throw refused(config_, "rope_parameters." + key + ": " + value.dump(), "is not supported");
    const std::string kind = parameters.value("rope_type", std::string("default"));
    if (kind != "default")
      throw refused(config_, "rope_parameters.rope_type: " + kind, "is not supported");
    if (theta.is_null()) theta = kDefaultTheta;
    if (!theta.is_number() || !(theta.get<double>() > 0))
      throw refused(config_, "rope_theta: " + theta.dump(), "is not supported");
    set("rope_temperature", vit::option_text(theta.get<double>()));
  }

  /// Refuses an image size that the positions are not for.
  void positions() const {
    const std::optional<Size2> size = transformers_img_size(config_);
    const std::int64_t count = shapes_.size("pos_embed", 1);
    const Size2 patch{shapes_.size("patch_embed.proj.weight", 2),
                      shapes_.size("patch_embed.proj.weight", 3)};
    if (!size || count == 0 || patch.height < 1 || patch.width < 1) return;
    const std::int64_t grid = (size->height / patch.height) * (size->width / patch.width);
    const std::int64_t prefix = (shapes_.has("cls_token") ? 1 : 0) +
                                (shapes_.has("dist_token") ? 1 : 0) + shapes_.size("reg_token", 1);
    if (count != grid && count != grid + prefix)
      throw contradicted(
          config_, vit::str("image_size ", size->height),
          vit::str("have ", count, " positions of patches of ", patch.height, "x", patch.width));
  }

  /// DINOv2 and DINOv3 take what their processor gives and resample their positions; the others
  /// take their own size alone.
  void image_size() {
    const std::optional<Size2> size = transformers_img_size(config_);
    if (size) {
      result_.img_size = size;
      set("img_size", vit::option_text(*size));
      forget("pictures of");
    }
    const bool any = config_.model_type.starts_with("dino") || config_.model_type == "convnext" ||
                     config_.model_type == "resnet";
    if (any && result_.pixels_size) set("img_size", vit::option_text(*result_.pixels_size));
  }

  void same_list(const char* key, const std::string& option_key, std::int64_t factor = 1) const {
    const Json given = json_.value(key, Json());
    const std::string found = option(option_key);
    if (!given.is_array() || found.empty()) return;
    Json expected = Json::parse(found);
    for (Json& each : expected)
      if (each.is_number_integer()) each = each.get<std::int64_t>() * factor;
    if (given != expected)
      throw contradicted(config_, std::string(key) + " " + given.dump(), expected.dump());
  }

  void compare_maps() const {
    same_list("depths", config_.model_type == "resnet" ? "layers" : "depths");
    if (config_.model_type == "convnext") return same_list("hidden_sizes", "dims");
    same_list("hidden_sizes", "channels", option("block") == "bottleneck" ? 4 : 1);
    for (const char* key : {"downsample_in_first_stage", "downsample_in_bottleneck"})
      if (json_.value(key, Json(false)) != Json(false))
        throw refused(config_, std::string(key) + ": true", "is not supported");
  }

  void maps_activation() {
    const bool resnet = config_.model_type == "resnet";
    const std::string_view act = activation(resnet ? "relu" : "gelu");
    if (resnet && act != "relu")
      throw refused(config_, vit::str("hidden_act: \"", act, "\""),
                    "is not supported for a residual network");
    if (resnet) return;
    set("act_layer", std::string(act));
    forget("act_layer:");
  }

  const SourceConfig& config_;
  const Json& json_;
  const Shapes shapes_;
  Recognised& result_;
  ModelType type_{};
};

}  // namespace

void check_model_type(const SourceConfig& config) {
  if (find_type(config) != nullptr || is_convolutional(config)) return;
  throw Error(ErrorKind::weights, config.path.string(),
              "is of transformers' `" + config.model_type + "`, which is not known here",
              "where the tensors are of a model of `vit models`, name it by --model (or "
              "model.name), with its options by --set; then this file is not read");
}

std::optional<Size2> transformers_img_size(const SourceConfig& config) {
  return size_of(config.json.value("image_size", Json()));
}

void apply_transformers(const SourceConfig& config, const NamedWeights& weights,
                        Recognised& result) {
  TransformersModel(config, weights, result).run();
}

}  // namespace vit
