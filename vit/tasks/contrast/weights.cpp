#include "vit/tasks/contrast/weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/tasks/contrast/text_names.h"
#include "vit/weights/load.h"
#include "vit/weights/source_config.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

using Json = nlohmann::json;

/// Of a checkpoint of ours with averages these, in place of the weights.
TensorMap averages_of(TensorMap file) {
  constexpr std::string_view kAverage = "ema/";
  TensorMap averages;
  for (const auto& [name, tensor] : file)
    if (name.starts_with(kAverage)) averages.emplace(name.substr(kAverage.size()), tensor);
  return averages.empty() ? std::move(file) : averages;
}

/// The image tower's part of a checkpoint of ours, or what stood below a prefix of both towers; of
/// other sources the whole file, whose naming leaves the text tower out.
WeightsFile image_weights(const std::filesystem::path& weights, const StateDict& file,
                          const TensorMap& tensors, const TextTensors& text) {
  const std::string prefix = text.source == TextSource::ours ? "image." : text.prefix;
  if (prefix.empty()) return open_weights(weights);
  TensorMap image;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) image.emplace(name.substr(prefix.size()), tensor);
  return {weights, file.format, file.part, file.metadata,
          to_timm(std::move(image), weights.string())};
}

/// Copies a tensor into the parameter of the same name; what differs in shape is a problem.
void copy_text(ContrastNetwork& network, const TextTensors& text, const std::string& where,
               LoadReport& report) {
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  std::string problems;
  const auto own = network.text().named_parameters();
  for (const auto& item : own) {
    const auto found = text.tensors.find(item.key());
    if (found == text.tensors.end())
      problems += "\n  text." + item.key() + ": not in the file";
    else if (found->second.sizes() != item.value().sizes())
      problems += vit::str("\n  text.", item.key(), ": the tower has ", item.value().sizes(),
                           ", the file ", found->second.sizes());
    else
      pairs.emplace_back(item.value(), found->second);
    report.matched.push_back("text." + item.key());
  }
  for (const auto& [name, tensor] : text.tensors)
    if (own.find(name) == nullptr) problems += "\n  text." + name + ": not in the tower";
  const auto scalar = [&](const char* name, const torch::Tensor& target,
                          const std::optional<torch::Tensor>& given) {
    if (!target.defined()) return;
    report.matched.emplace_back(name);
    if (!given || given->numel() != 1)
      problems += vit::str("\n  ", name, given ? ": is no number" : ": not in the file");
    else
      pairs.emplace_back(target, given->reshape({}));
  };
  scalar("logit_scale", network.logit_scale, text.logit_scale);
  scalar("logit_bias", network.logit_bias, text.logit_bias);
  // The tower is made for the tokenizer, which is the likeliest to be another one.
  const auto words = text.tensors.find("token_embed.weight");
  const std::int64_t known = network.text().options.vocab_size;
  if (words != text.tensors.end() && words->second.size(0) != known)
    throw Error(ErrorKind::weights, where,
                vit::str("has embeddings of ", words->second.size(0),
                         " tokens, and the tokenizer has ", known),
                "give the tokenizer that the weights were trained with (task.tokenizer; a run has "
                "its own and needs none)");
  if (!problems.empty())
    throw Error(ErrorKind::weights, where, "its text tower is another one:" + problems,
                "set task.loss, task.embed_dim and task.text as they were");
  const torch::NoGradGuard no_grad;
  for (auto& [target, given] : pairs) target.copy_(given);
}

/// What transformers and open_clip leave out of a description because it is the default.
struct SourceDefaults {
  std::int64_t heads;
  const char* act;
  double eps;
};

/// A JSON file beside the weights, an object; an empty one where there is none.
Json beside(const std::filesystem::path& weights, const char* name) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;
  const std::filesystem::path path = weights.parent_path() / name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return Json::object();
  Json json = parse_json(read_text_file(path, kMostBytes), path.string(), ErrorKind::weights);
  return json.is_object() ? json : Json::object();
}

std::string our_activation(const std::string& name, const std::filesystem::path& where) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames = {
      {{"quick_gelu", "quick_gelu"},
       {"gelu", "gelu"},
       {"gelu_pytorch_tanh", "gelu_tanh"},
       {"gelu_new", "gelu_tanh"},
       {"silu", "silu"},
       {"relu", "relu"}}};
  for (const auto& [theirs, ours] : kNames)
    if (theirs == name) return std::string(ours);
  throw Error(ErrorKind::weights, where.string(),
              "text_config.hidden_act: `" + name + "` is no activation that is known here",
              "set task.text.act_layer, and take the file away");
}

void of_transformers_config(const std::filesystem::path& weights, bool siglip,
                            TextTowerOptions& text) {
  const Json config = beside(weights, "config.json");
  if (!config.contains("text_config")) return;
  const Json tower = object_of(config, "text_config");
  const SourceDefaults defaults = siglip ? SourceDefaults{12, "gelu_pytorch_tanh", 1e-6}
                                         : SourceDefaults{8, "quick_gelu", 1e-5};
  if (text.heads == 0) text.heads = tower.value("num_attention_heads", defaults.heads);
  if (text.act_layer.empty())
    text.act_layer = our_activation(tower.value("hidden_act", defaults.act),
                                    weights.parent_path() / "config.json");
  if (text.norm_eps == 0) text.norm_eps = tower.value("layer_norm_eps", defaults.eps);
  // Files of before have a wrong number there, and mean the largest (transformers, PR 24773).
  constexpr std::int64_t kWrongEos = 2, kUsualEos = 49407;
  const std::int64_t eos = tower.value("eos_token_id", kUsualEos);
  if (!siglip && !text.eos_token_id && eos != kWrongEos) text.eos_token_id = eos;
}

void of_open_clip_config(const std::filesystem::path& weights, TextTowerOptions& text) {
  const Json config = beside(weights, "open_clip_config.json");
  const Json model = object_of(config, "model_cfg"), tower = object_of(model, "text_cfg");
  if (tower.empty()) return;
  if (text.heads == 0) text.heads = tower.value("heads", std::int64_t{8});
  if (!text.causal && tower.value("no_causal_mask", false)) text.causal = false;
  const auto pool = tower.value("pool_type", std::string("argmax"));
  if (pool != "argmax" && pool != "last" && pool != "eos")
    throw Error(ErrorKind::weights, weights.parent_path().string() + "/open_clip_config.json",
                "text_cfg.pool_type: " + in_quotes(pool) + " is not supported",
                "the text tower is pooled at its end token (argmax) or its last position (last)");
  if (text.pool.empty() && pool == "last") text.pool = "last";
  if (text.norm_eps == 0) text.norm_eps = object_of(tower, "norm_kwargs").value("eps", 1e-5);
  if (!text.act_layer.empty()) return;
  const bool tanh = object_of(tower, "act_kwargs").value("approximate", std::string()) == "tanh";
  text.act_layer = model.value("quick_gelu", false) ? "quick_gelu" : tanh ? "gelu_tanh" : "gelu";
}

}  // namespace

bool has_text_tower(const std::filesystem::path& weights) {
  try {
    return text_tensors(averages_of(read_state_dict(weights).tensors), weights.string())
        .has_value();
  } catch (const Error&) {
    return false;  // whoever loads it says why
  }
}

LoadReport load_contrast(ContrastNetwork& network, const std::filesystem::path& weights) {
  StateDict file = read_state_dict(weights);
  const TensorMap tensors = averages_of(std::move(file.tensors));
  const std::optional<TextTensors> text = text_tensors(tensors, weights.string());
  if (!text)
    throw Error(ErrorKind::weights, weights.string(), "has no text tower",
                "name weights of CLIP or SigLIP, or a run of task: contrast; an image tower alone "
                "is a start for one (init.weights)");
  LoadReport report = load_weights(network.image(), image_weights(weights, file, tensors, *text));
  copy_text(network, *text, weights.string(), report);
  // What the image tower's naming left out was the text tower.
  report.dropped.clear();
  return report;
}

void take_towers_from(const std::filesystem::path& weights, ContrastOptions& options,
                      ModelSpec& spec) {
  StateDict file = read_state_dict(weights);
  const TensorMap tensors = averages_of(std::move(file.tensors));
  const std::optional<TextTensors> found = text_tensors(tensors, weights.string());
  if (!found) return;
  const auto rows = [&](const std::string& name, std::int64_t axis) -> std::int64_t {
    const auto tensor = found->tensors.find(name);
    return tensor == found->tensors.end() || tensor->second.dim() <= axis
               ? 0
               : tensor->second.size(axis);
  };
  TextTowerOptions& text = options.text;
  options.loss = found->siglip ? "siglip" : "clip";
  text.vocab_size = rows("token_embed.weight", 0);
  text.width = rows("token_embed.weight", 1);
  text.context_length = rows("pos_embed", 1);
  text.layers = 0;
  while (rows(str("blocks.", text.layers, ".norm1.weight"), 0) > 0) ++text.layers;
  if (text.width > 0)
    text.mlp_ratio =
        static_cast<double>(rows("blocks.0.mlp.fc1.weight", 0)) / static_cast<double>(text.width);
  text.proj_bias = found->tensors.contains("head.bias");
  const WeightsFile image = image_weights(weights, file, tensors, *found);
  const auto head = image.weights.names.tensors.find("head.weight");
  options.embed_dim = head == image.weights.names.tensors.end() ? 0 : head->second.size(0);
  num_classes(spec) = 0;  // the projection is no classifier of named classes
  try {
    if (found->source == TextSource::transformers)
      of_transformers_config(weights, found->siglip, text);
    if (found->source == TextSource::open_clip) of_open_clip_config(weights, text);
  } catch (const Json::exception& problem) {
    throw Error(ErrorKind::weights, weights.parent_path().string(),
                "the description of the text tower beside the weights cannot be read: " +
                    plain_json_message(problem),
                "take it away, and set task.text");
  }
  if (text.heads == 0) text.heads = found->heads;
  if (text.act_layer.empty()) {
    const auto* vit = std::get_if<ViTOptions>(&spec.options);
    text.act_layer = found->siglip ? "gelu_tanh" : vit != nullptr ? vit->act_layer : "gelu";
  }
}

}  // namespace vit
