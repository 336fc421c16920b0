#include "vit/tasks/detect/rf_detr_told.h"

#include <array>

#include "vit/core/error.h"
#include "vit/io/torch_file.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// Plain values, and lists of them; anything else is null.
Json plain(const Pickle& pickle, PickleRef ref, bool in_list = false) {
  const PickleValue& value = pickle[ref];
  switch (value.kind) {
    case PickleKind::boolean: return value.integer != 0;
    case PickleKind::integer: return value.integer;
    case PickleKind::real: return value.real;
    case PickleKind::text: return value.text;
    case PickleKind::list:
    case PickleKind::tuple: {
      if (in_list) return {};
      Json list = Json::array();
      for (const PickleRef item : value.items) list.push_back(plain(pickle, item, true));
      return list;
    }
    default: return {};
  }
}

/// The value of a key among keys and values in turn.
std::optional<PickleRef> find_key(const Pickle& pickle, const std::vector<PickleRef>& items,
                                  std::string_view key) {
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (pickle[items[i]].kind == PickleKind::text && pickle[items[i]].text == key)
      return items[i + 1];
  return std::nullopt;
}

/// What these models have and others of the same code had not.
void check_args(const RfDetrTold& told) {
  const auto refuse = [&](const char* key) {
    throw Error(ErrorKind::weights, told.where,
                str(key, ": ", told.words.at(key).dump(), " is not supported"),
                "known are the detectors with one scale (P4): nano, small, medium, large of 2026 "
                "and base");
  };
  for (const char* key : {"two_stage", "bbox_reparam", "lite_refpoint_refine", "layer_norm"})
    if (told.words.contains(key) && told.words.at(key) != Json(true)) refuse(key);
  if (told.words.contains("projector_scale") &&
      told.words.at("projector_scale") != Json::array({"P4"}))
    refuse("projector_scale");
}

constexpr std::array<const char*, 13> kArgs = {
    "num_windows",          "out_feature_indexes",  "sa_nheads",   "ca_nheads",
    "dec_n_points",         "resolution",           "class_names", "two_stage",
    "bbox_reparam",         "lite_refpoint_refine", "layer_norm",  "projector_scale",
    "mask_downsample_ratio"};

/// `out_indices`, or the numbers of `out_features`: stage3, stage6, …
Json features_of(const Json& backbone) {
  if (const Json indices = backbone.value("out_indices", Json()); indices.is_array())
    return indices;
  const Json names = backbone.value("out_features", Json());
  if (!names.is_array()) return {};
  Json indices = Json::array();
  for (const Json& name : names) {
    const std::string text = name.is_string() ? name.get<std::string>() : "";
    std::int64_t index = 0;
    for (const char digit : text.substr(std::min(text.size(), std::string_view("stage").size())))
      if (digit >= '0' && digit <= '9' && index < 1000) index = 10 * index + (digit - '0');
    indices.push_back(index);
  }
  return indices;
}

}  // namespace

std::optional<std::int64_t> RfDetrTold::number(const char* key) const {
  constexpr std::int64_t kMost = 1 << 20;
  const Json value = words.value(key, Json());
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer() || value.get<std::int64_t>() < 1 ||
      value.get<std::int64_t>() > kMost)
    throw Error(ErrorKind::weights, where, str(key, ": ", value.dump(), " is no number from 1 up"),
                "the file may be damaged");
  return value.get<std::int64_t>();
}

RfDetrTold told_by_args(const std::filesystem::path& checkpoint) {
  RfDetrTold told;
  std::optional<TorchFile> file;
  try {
    file = TorchFile::open(checkpoint);
  } catch (const Error&) {
    return told;  // of another format, which has no args
  }
  const Pickle& pickle = file->pickle();
  const std::optional<PickleRef> args = find_key(pickle, pickle[pickle.root()].items, "args");
  if (!args) return told;
  // A dict, or a Namespace, which is set from one.
  const PickleValue& value = pickle[*args];
  const PickleValue& dict = value.kind == PickleKind::object ? pickle[value.state] : value;
  if (dict.kind != PickleKind::dict) return told;
  told.where = checkpoint.string() + " (its args)";
  for (const char* key : kArgs)
    if (const std::optional<PickleRef> found = find_key(pickle, dict.items, key))
      if (Json word = plain(pickle, *found); !word.is_null()) told.words[key] = std::move(word);
  check_args(told);
  return told;
}

RfDetrTold told_by_config(const SourceConfig& config) {
  const Json& json = config.json;
  const auto only = [&](const Json& section, const char* key, const Json& known) {
    if (const Json value = section.value(key, known); value != known)
      throw refused(config, std::string(key) + ": " + value.dump(), "is not supported");
  };
  const Json backbone = object_of(json, "backbone_config");
  only(json, "activation_function", "silu");
  only(json, "decoder_activation_function", "relu");
  only(json, "num_feature_levels", 1);
  only(json, "hidden_expansion", 0.5);
  only(json, "segmentation_head_activation_function", "gelu");
  only(backbone, "hidden_act", "gelu");
  only(backbone, "apply_layernorm", true);
  RfDetrTold told{config.path.string() + " of transformers (rf_detr)"};
  const Json features = features_of(backbone);
  told.words = {
      {"num_windows", backbone.value("num_windows", Json(4))},
      {"out_feature_indexes", features.is_null() ? Json::array({2, 5, 8, 11}) : features},
      {"sa_nheads", json.value("decoder_self_attention_heads", Json(8))},
      {"ca_nheads", json.value("decoder_cross_attention_heads", Json(16))},
      {"dec_n_points", json.value("decoder_n_points", Json(4))},
      {"projector_norm_eps", json.value("layer_norm_eps", Json(1e-5))},
      {"encoder_heads", backbone.value("num_attention_heads", Json(backbone.empty() ? 6 : 12))},
      {"class_names", config_labels(config)},
      {"mask_downsample_ratio", json.value("mask_downsample_ratio", Json(4))},
  };
  return told;
}

}  // namespace vit
