#include "vit/tasks/mae/mae_weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "vit/core/error.h"
#include "vit/weights/load.h"
#include "vit/weights/naming/unwrapping.h"
#include "vit/weights/source_config.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

constexpr std::string_view kDecoderAnchor = "decoder_embed.weight", kSimMimAnchor = "0.weight";
constexpr std::uint64_t kMostHeads = 1024;
constexpr std::array<std::string_view, 3> kQueryKeyValue4 = {"query", "key", "value"};
constexpr std::array<std::string_view, 3> kQueryKeyValue5 = {"q_proj", "k_proj", "v_proj"};

constexpr std::array kDecoderNames = {
    NameRule{"decoder_embed.", "decoder_embed."},
    NameRule{"mask_token", "mask_token"},
    NameRule{"decoder_pos_embed", "decoder_pos_embed"},
    NameRule{"decoder_blocks.*.", "decoder_blocks.*."},
    NameRule{"decoder_norm.", "decoder_norm."},
    NameRule{"decoder_pred.", "decoder_pred."},
    NameRule{"0.", "0."},
    // transformers, versions 4 and 5
    NameRule{"decoder_layers.*.layernorm_before.", "decoder_blocks.*.norm1."},
    NameRule{"decoder_layers.*.layernorm_after.", "decoder_blocks.*.norm2."},
    NameRule{"decoder_layers.*.attention.output.dense.", "decoder_blocks.*.attn.proj."},
    NameRule{"decoder_layers.*.attention.o_proj.", "decoder_blocks.*.attn.proj."},
    NameRule{"decoder_layers.*.intermediate.dense.", "decoder_blocks.*.mlp.fc1."},
    NameRule{"decoder_layers.*.output.dense.", "decoder_blocks.*.mlp.fc2."},
    NameRule{"decoder_layers.*.mlp.", "decoder_blocks.*.mlp."},
};

TensorMap with_averages(TensorMap file) {
  constexpr std::string_view kAverageOf = "ema/";
  for (auto entry = file.lower_bound(std::string(kAverageOf));
       entry != file.end() && entry->first.starts_with(kAverageOf); entry = file.erase(entry))
    file.insert_or_assign(entry->first.substr(kAverageOf.size()), entry->second);
  return file;
}

/// The decoder's tensors under our names; none where there is no decoder. What has no such name
/// keeps its own: nothing of a decoder is lost.
TensorMap decoder_of(TensorMap file) {
  file = with_averages(std::move(file));
  std::optional<std::string> prefix = prefix_of(file, kDecoderAnchor);
  if (!prefix && file.contains("decoder.mask_token") &&
      file.contains("decoder." + std::string(kSimMimAnchor)))
    prefix = "decoder.";
  if (!prefix) return {};
  // transformers from 5.24 on has its encoder's class for the decoder's layers.
  constexpr std::string_view kLayers = "decoder_encoder.layer.";
  TensorMap inside;
  for (const auto& [name, tensor] : file) {
    if (!name.starts_with(*prefix)) continue;
    const std::string own = name.substr(prefix->size());
    inside.emplace(own.starts_with(kLayers) ? "decoder_layers." + own.substr(kLayers.size()) : own,
                   tensor);
  }
  Translation names(std::move(inside));
  for (const std::string& i : names.numbers("decoder_layers.*.")) {
    const std::string from = "decoder_layers." + i + ".attention.",
                      to = "decoder_blocks." + i + ".attn.qkv";
    names.join(from + "attention.", kQueryKeyValue4, to);
    names.join(from, kQueryKeyValue5, to);
  }
  names.rename(kDecoderNames);
  // In the names of MAE's repository the encoder's tensors stand beside them.
  for (auto& [name, tensor] : names.source)
    if (prefix->ends_with("decoder.") || name.starts_with("decoder"))
      names.tensors.emplace(name, std::move(tensor));
  return std::move(names.tensors);
}

/// Copies every tensor of `module` from the one of its name.
void load_decoder(torch::nn::Module& module, const TensorMap& decoder, const std::string& where,
                  LoadReport& report) {
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  std::string problems;
  const auto match = [&](const std::string& own_name, const torch::Tensor& own, bool fixed) {
    const std::string name = "decoder." + own_name;
    const auto found = decoder.find(own_name);
    const bool fits = found != decoder.end() && found->second.sizes() == own.sizes();
    if (fits) {
      pairs.emplace_back(own, found->second);
      report.matched.push_back(name);
    } else if (fixed) {
      report.reset.push_back(name);
    } else if (found == decoder.end()) {
      problems += "\n  " + name + ": not in the file";
    } else {
      problems += vit::str("\n  ", name, ": the decoder has ", own.sizes(), ", the file ",
                           found->second.sizes());
    }
  };
  std::set<std::string> own_names;
  for (const auto& item : module.named_parameters()) {
    match(item.key(), item.value(), false);
    own_names.insert(item.key());
  }
  for (const auto& item : module.named_buffers()) {
    match(item.key(), item.value(), true);
    own_names.insert(item.key());
  }
  for (const auto& [name, tensor] : decoder)
    if (!own_names.contains(name)) problems += "\n  decoder." + name + ": not in the decoder";
  if (!problems.empty())
    throw Error(ErrorKind::weights, where, "its decoder is another one:" + problems,
                "set task.method and task.decoder as they were, or start from the encoder alone");
  const torch::NoGradGuard no_grad;
  for (auto& [own, given] : pairs) own.copy_(given);
}

}  // namespace

bool is_autoencoder(const std::filesystem::path& weights) {
  try {
    return !decoder_of(read_state_dict(weights).tensors).empty();
  } catch (const Error&) {
    return false;  // whoever loads it says why
  }
}

LoadReport load_autoencoder(MaeNetwork& network, const std::filesystem::path& weights) {
  const TensorMap decoder = decoder_of(read_state_dict(weights).tensors);
  if (decoder.empty())
    throw Error(ErrorKind::weights, weights.string(),
                "has no decoder: neither decoder_embed.* nor decoder.0.*",
                "name a run of task: mae, or start one from these weights (init.weights)");
  LoadReport report = load_weights(network.backbone(), open_weights(weights));
  // That is what is loaded next.
  std::erase_if(report.dropped, [](const Translation::Dropped& dropped) {
    return dropped.reason.starts_with("the decoder of pretraining");
  });
  load_decoder(network.decoder(), decoder, weights.string(), report);
  return report;
}

void take_decoder_from(const std::filesystem::path& weights, MaeOptions& options) {
  const TensorMap decoder = decoder_of(read_state_dict(weights).tensors);
  const auto find = [&](const std::string& name) {
    const auto found = decoder.find(name);
    return found == decoder.end() ? torch::Tensor() : found->second;
  };
  options.method = find(std::string(kSimMimAnchor)).defined() ? "simmim" : "mae";
  const torch::Tensor embed = find(std::string(kDecoderAnchor));
  if (!embed.defined() || embed.dim() != 2) return;
  options.decoder.embed_dim = embed.size(0);
  options.decoder.depth = 0;
  while (find(vit::str("decoder_blocks.", options.decoder.depth, ".norm1.weight")).defined())
    ++options.decoder.depth;
  if (const torch::Tensor wide = find("decoder_blocks.0.mlp.fc1.weight");
      wide.defined() && wide.dim() == 2 && wide.size(1) > 0)
    options.decoder.mlp_ratio =
        static_cast<double>(wide.size(0)) / static_cast<double>(wide.size(1));
  const auto config = find_config(weights, kTransformersMAE);
  if (!config || config->model_type != "vit_mae") return;
  const auto heads = config->json.find("decoder_num_attention_heads");
  if (options.decoder.num_heads == 0 && heads != config->json.end() &&
      heads->is_number_unsigned() && heads->get<std::uint64_t>() <= kMostHeads)
    options.decoder.num_heads = heads->get<std::int64_t>();
  const auto ratio = config->json.find("mask_ratio");
  if (!options.mask_ratio && ratio != config->json.end() && ratio->is_number())
    options.mask_ratio = ratio->get<double>();
}

}  // namespace vit
