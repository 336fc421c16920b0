#include "vit/weights/recognise_config.h"

#include <array>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/models/registry.h"

namespace vit {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxConfig = std::uint64_t{16} << 20;

std::optional<json> read(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  return parse_json(read_text_file(path, kMaxConfig), path.string(), ErrorKind::weights);
}

/// `64` or `[48, 80]`.
std::optional<Size2> size_of(const json& value) {
  if (value.is_number_integer()) return Size2{value.get<std::int64_t>(), value.get<std::int64_t>()};
  if (value.is_array() && value.size() == 2 && value[0].is_number_integer() &&
      value[1].is_number_integer())
    return Size2{value[0].get<std::int64_t>(), value[1].get<std::int64_t>()};
  return std::nullopt;
}

std::optional<std::vector<double>> numbers_of(const json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<double> numbers;
  for (const json& each : value) {
    if (!each.is_number()) return std::nullopt;
    numbers.push_back(each.get<double>());
  }
  return numbers;
}

/// The object under a key; an empty one where there is none.
json object_of(const json& parent, const char* key) {
  const json found = parent.value(key, json::object());
  return found.is_object() ? found : json::object();
}

/// `hidden_act` of transformers in our words.
constexpr std::array kActivations = {
    std::pair{std::string_view("gelu"), "gelu"},
    std::pair{std::string_view("gelu_new"), "gelu_tanh"},
    std::pair{std::string_view("gelu_pytorch_tanh"), "gelu_tanh"},
    std::pair{std::string_view("quick_gelu"), "quick_gelu"},
    std::pair{std::string_view("silu"), "silu"},
    std::pair{std::string_view("swish"), "silu"},
};

void forget(Recognised& result, std::string_view about) {
  std::erase_if(result.assumptions,
                [&](const std::string& text) { return text.find(about) != text.npos; });
}

/// PIL's numbers of resampling filters.
constexpr std::array<const char*, 6> kFilters = {"nearest", "lanczos", "bilinear",
                                                 "bicubic", "box",     "hamming"};

void apply_preprocessor(const json& preprocessor, Recognised& result) {
  if (const auto mean = numbers_of(preprocessor.value("image_mean", json()))) result.mean = mean;
  if (const auto std = numbers_of(preprocessor.value("image_std", json()))) result.std = std;
  const json filter = preprocessor.value("resample", json());
  if (filter.is_number_integer() && filter.get<int>() >= 0 && filter.get<int>() < 6)
    result.interpolation = kFilters.at(filter.get<std::size_t>());
  const auto edge = [](const json& size) -> std::optional<double> {
    if (size.is_number()) return size.get<double>();
    for (const char* key : {"shortest_edge", "height"})
      if (size.is_object() && size.contains(key) && size.at(key).is_number())
        return size.at(key).get<double>();
    return std::nullopt;
  };
  const auto resized = edge(preprocessor.value("size", json()));
  const auto crop = edge(preprocessor.value("crop_size", json()));
  const json cropped = preprocessor.value("do_center_crop", json(false));
  if (resized && crop && cropped == json(true) && *resized > 0)
    result.crop_pct = *crop / *resized;
  else if (resized)
    result.crop_pct = 1.0;
}

void apply_transformers(const ModelConfig& config, Recognised& result) {
  const json& c = config.json;
  result.source = vit::str(config.path.string(), " of transformers (",
                           c.value("model_type", std::string("?")), ")");
  const auto number = [&](const char* key, const char* option) {
    if (!c.contains(key) || !c.at(key).is_number_integer()) return;
    result.options[option] = std::to_string(c.at(key).get<std::int64_t>());
  };
  if (c.contains("num_attention_heads")) forget(result, "heads");
  number("num_attention_heads", "num_heads");
  if (c.contains("layer_norm_eps") && c.at("layer_norm_eps").is_number())
    result.options["norm_eps"] = option_text(c.at("layer_norm_eps").get<double>());
  const std::string act = c.value("hidden_act", std::string());
  const auto mlp = result.options.find("mlp_layer");
  // A gated MLP's activation is silu whatever this says.
  const bool gated = mlp != result.options.end() && mlp->second != "mlp";
  for (const auto& [theirs, ours] : kActivations)
    if (act == theirs && !gated) {
      result.options["act_layer"] = ours;
      forget(result, "act_layer:");
    }
  if (c.value("rope_theta", json()).is_number())  // DINOv3 pools the class token
    result.options["global_pool"] = "token";
  if (config.img_size) {
    result.img_size = config.img_size;
    result.options["img_size"] = option_text(*config.img_size);
    forget(result, "pictures of");
  }
  const json labels = c.value("id2label", json::object());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = labels.find(std::to_string(i));
    if (label == labels.end() || !label->is_string()) {
      result.labels.clear();
      break;
    }
    result.labels.push_back(label->get<std::string>());
  }
  if (result.options["num_classes"] == "0") result.labels.clear();
}

/// timm's: `architecture` names a variant, `model_args` change it.
void apply_timm(const ModelConfig& config, Recognised& result) {
  const json& c = config.json;
  const std::string architecture = c.at("architecture").get<std::string>();
  result.source = vit::str(config.path.string(), " of timm (", architecture, ")");
  for (const std::string& name : model_names())
    if (name == architecture) {
      result.name = name;
      // The variant knows what shapes do not tell.
      const ModelSpec spec = model_spec(name);
      result.options.erase("norm_eps");
      result.options.erase("act_layer");
      if (const auto* options = std::get_if<ViTOptions>(&spec.options)) {
        result.options["num_heads"] = std::to_string(options->num_heads);
        result.options["global_pool"] = options->global_pool;
      }
      result.assumptions.clear();
    }
  const auto take = [&](const json& object, const char* key) {
    if (object.is_object() && object.contains(key) && !object.at(key).is_null())
      result.options[key] =
          object.at(key).is_string() ? object.at(key).get<std::string>() : object.at(key).dump();
  };
  take(c, "global_pool");
  const json args = object_of(c, "model_args");
  for (const char* key : {"num_heads", "global_pool", "img_size", "mlp_ratio", "no_embed_class",
                          "reg_tokens", "class_token", "fc_norm", "qk_norm", "init_values"})
    take(args, key);
  const json pixels = object_of(c, "pretrained_cfg");
  if (const auto mean = numbers_of(pixels.value("mean", json()))) result.mean = mean;
  if (const auto std = numbers_of(pixels.value("std", json()))) result.std = std;
  if (pixels.contains("interpolation") && pixels.at("interpolation").is_string())
    result.interpolation = pixels.at("interpolation").get<std::string>();
  if (pixels.contains("crop_pct") && pixels.at("crop_pct").is_number())
    result.crop_pct = pixels.at("crop_pct").get<double>();
  const json labels = c.value("label_names", pixels.value("label_names", json::array()));
  for (const json& label : labels)
    if (label.is_string()) result.labels.push_back(label.get<std::string>());
  if (std::to_string(result.labels.size()) != result.options["num_classes"]) result.labels.clear();
}

}  // namespace

std::optional<ModelConfig> find_config(const std::filesystem::path& weights) {
  ModelConfig config;
  config.path = weights.parent_path() / "config.json";
  std::optional<json> found = read(config.path);
  if (!found || !found->is_object()) return std::nullopt;
  config.json = *std::move(found);
  if (config.json.contains("vision_config") && config.json.at("vision_config").is_object())
    config.json = json(config.json.at("vision_config"));
  if (config.json.contains("model_type")) {
    config.img_size = size_of(config.json.value("image_size", json()));
    if (auto beside = read(weights.parent_path() / "preprocessor_config.json"))
      if (beside->is_object()) config.preprocessor = *std::move(beside);
    return config;
  }
  if (!config.json.contains("architecture") || !config.json.at("architecture").is_string())
    return std::nullopt;
  const json pixels = object_of(config.json, "pretrained_cfg");
  const json input = pixels.value("input_size", json());  // [C, H, W]
  if (input.is_array() && input.size() == 3)
    config.img_size = size_of(json::array({input[1], input[2]}));
  const json args = object_of(config.json, "model_args");
  if (const auto size = size_of(args.value("img_size", json()))) config.img_size = size;
  return config;
}

void apply_config(const ModelConfig& config, Recognised& result) {
  try {
    if (config.json.contains("architecture"))
      apply_timm(config, result);
    else
      apply_transformers(config, result);
    if (!config.preprocessor.is_null()) apply_preprocessor(config.preprocessor, result);
  } catch (const json::exception& error) {
    throw Error(ErrorKind::weights, config.path.string(), plain_json_message(error),
                "take it away to have the model recognised by the tensors alone");
  }
}

}  // namespace vit
