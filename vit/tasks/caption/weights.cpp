#include "vit/tasks/caption/weights.h"

#include <torch/utils.h>

#include <array>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/weights/load.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

/// `in_proj_weight`, `in_proj_bias` and `q_proj_weight` of torch.nn.MultiheadAttention as layers.
void put_attention(TensorMap& ours, const std::string& attention, const std::string& name,
                   const torch::Tensor& tensor) {
  constexpr std::array<const char*, 3> kLayers = {"q_proj.", "k_proj.", "v_proj."};
  if (name.starts_with("in_proj_")) {
    const std::vector<torch::Tensor> parts = tensor.chunk(3);
    for (std::size_t i = 0; i < parts.size(); ++i)
      ours[attention + kLayers[i % 3] + name.substr(8)] = parts[i];
  } else if (name.starts_with("out_proj.")) {
    ours[attention + name.substr(4)] = tensor;
  } else if (name.ends_with("_proj_weight")) {
    ours[attention + name.substr(0, 6) + ".weight"] = tensor;
  } else {
    ours[attention + name] = tensor;
  }
}

TensorMap decoder_part(const TensorMap& file) {
  TensorMap ours;
  for (const auto& [name, tensor] : caption_part(file, "decoder.")) {
    const std::size_t at = name.find("_attn.");
    if (at == name.npos)
      ours[name] = tensor;
    else
      put_attention(ours, name.substr(0, at + 6), name.substr(at + 6), tensor);
  }
  return ours;
}

}  // namespace

TensorMap caption_part(const TensorMap& file, const std::string& prefix) {
  for (const std::string& from : {"ema/" + prefix, prefix}) {
    TensorMap found;
    for (auto at = file.lower_bound(from); at != file.end() && at->first.starts_with(from); ++at)
      found.emplace(at->first.substr(from.size()), at->second);
    if (!found.empty()) return found;
  }
  return {};
}

bool has_decoder(const std::filesystem::path& weights) {
  try {
    const TensorMap file = read_state_dict(weights).tensors;
    return caption_part(file, "decoder.").contains("token_embed.weight") &&
           !caption_part(file, "encoder.").empty();
  } catch (const Error&) {
    return false;  // whoever loads it says why
  }
}

LoadReport load_captioner(CaptionNetwork& network, const std::filesystem::path& weights) {
  const StateDict file = read_state_dict(weights);
  const TensorMap decoder = decoder_part(file.tensors);
  if (decoder.empty())
    throw Error(ErrorKind::weights, weights.string(), "has no decoder: no decoder.*",
                "name a run of task: caption; an encoder alone is a start for one (init.weights)");
  WeightsFile encoder{weights, file.format, file.part, file.metadata,
                      to_timm(caption_part(file.tensors, "encoder."), weights.string())};
  LoadReport report = load_weights(network.encoder(), std::move(encoder));
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  std::string problems;
  auto own = network.decoder().named_parameters();
  for (const auto& item : network.decoder().named_buffers()) own.insert(item.key(), item.value());
  for (const auto& item : own) {
    const auto found = decoder.find(item.key());
    if (item.key() == "mask_token" && found == decoder.end()) continue;  // it begins to learn now
    if (found == decoder.end())
      problems += "\n  decoder." + item.key() + ": not in the file";
    else if (found->second.sizes() != item.value().sizes())
      problems += vit::str("\n  decoder.", item.key(), ": the decoder has ", item.value().sizes(),
                           ", the file ", found->second.sizes());
    else
      pairs.emplace_back(item.value(), found->second);
    report.matched.push_back("decoder." + item.key());
  }
  for (const auto& [name, tensor] : decoder)
    if (own.find(name) == nullptr) problems += "\n  decoder." + name + ": not in the decoder";
  // The decoder is made for the tokenizer, which is the likeliest to be another one.
  const auto words = decoder.find("token_embed.weight");
  const std::int64_t known = network.decoder().options.vocab_size;
  if (words != decoder.end() && words->second.size(0) != known)
    throw Error(ErrorKind::weights, weights.string(),
                vit::str("has embeddings of ", words->second.size(0),
                         " tokens, and the tokenizer has ", known),
                "give the tokenizer that the weights were trained with (task.tokenizer; a run has "
                "its own and needs none)");
  if (!problems.empty())
    throw Error(ErrorKind::weights, weights.string(), "its decoder is another one:" + problems,
                "set task.decoder, task.context_length and task.vocab_size as they were");
  const torch::NoGradGuard no_grad;
  for (auto& [target, given] : pairs) target.copy_(given);
  return report;
}

void take_decoder_from(const std::filesystem::path& weights, CaptionOptions& options) {
  const TensorMap decoder = decoder_part(read_state_dict(weights).tensors);
  const auto size = [&](const std::string& name, std::int64_t axis) -> std::int64_t {
    const auto found = decoder.find(name);
    return found == decoder.end() || found->second.dim() <= axis ? 0 : found->second.size(axis);
  };
  options.vocab_size = size("token_embed.weight", 0);
  options.decoder.width = size("token_embed.weight", 1);
  options.context_length = size("pos_embed", 1);
  options.decoder.layers = 0;
  while (size(str("blocks.", options.decoder.layers, ".norm1.weight"), 0) > 0)
    ++options.decoder.layers;
  if (options.decoder.width > 0)
    options.decoder.mlp_ratio = static_cast<double>(size("blocks.0.mlp.fc1.weight", 0)) /
                                static_cast<double>(options.decoder.width);
  constexpr double kUsualParallel = 0.75;
  if (decoder.contains("mask_token") && options.parallel == 0) options.parallel = kUsualParallel;
  options.decoder.tied = !decoder.contains("head.weight");
}

}  // namespace vit
