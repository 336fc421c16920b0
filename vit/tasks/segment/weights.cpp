#include "vit/tasks/segment/weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/weights/load.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

using Tensors = std::map<std::string, torch::Tensor>;

/// The two parts of a segmenter's weights, each without its prefix.
struct Parts {
  Tensors backbone, head;
  bool ours = false;  ///< else Segmenter's
};

/// The tensors below a prefix, without it.
Tensors below(const Tensors& all, std::string_view prefix) {
  Tensors found;
  for (const auto& [name, tensor] : all)
    if (name.starts_with(prefix)) found.emplace(name.substr(prefix.size()), tensor);
  return found;
}

Parts parts_of(const Tensors& all) {
  const Tensors averages = below(all, "ema/");
  const Tensors& tensors = averages.empty() ? all : averages;
  Parts ours{below(tensors, "backbone."), below(tensors, "decode_head."), true};
  if (!ours.backbone.empty() && !ours.head.empty()) return ours;
  return {below(tensors, "encoder."), below(tensors, "decoder."), false};
}

std::string shape_of(const torch::Tensor& tensor) { return vit::str(tensor.sizes()); }

/// Copies every tensor of `module` from the one of its name.
void load_head(torch::nn::Module& module, const Tensors& head, const std::string& where,
               LoadReport& report) {
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  std::string problems;
  const auto match = [&](const std::string& name, const torch::Tensor& own) {
    const auto found = head.find(name);
    if (found == head.end())
      problems += "\n  decode_head." + name + ": not in the file";
    else if (found->second.sizes() != own.sizes())
      problems += "\n  decode_head." + name + ": the head has " + shape_of(own) + ", the file " +
                  shape_of(found->second);
    else
      pairs.emplace_back(own, found->second);
    report.matched.push_back("decode_head." + name);
  };
  for (const auto& item : module.named_parameters()) match(item.key(), item.value());
  for (const auto& item : module.named_buffers()) match(item.key(), item.value());
  const auto known = pairs.size();
  if (known < head.size() && problems.empty())
    for (const auto& [name, tensor] : head)
      if (std::find(report.matched.begin(), report.matched.end(), "decode_head." + name) ==
          report.matched.end())
        problems += "\n  decode_head." + name + ": not in the head";
  if (!problems.empty())
    throw Error(ErrorKind::weights, where, "its head is another one:" + problems,
                "set task.head, task.decoder and model.num_classes as they were, or start from "
                "the backbone alone");
  const torch::NoGradGuard no_grad;
  for (auto& [own, given] : pairs) own.copy_(given);
}

}  // namespace

bool is_segmenter(const std::filesystem::path& weights) {
  try {
    const Parts parts = parts_of(read_state_dict(weights).tensors);
    return !parts.backbone.empty() && !parts.head.empty();
  } catch (const Error&) {
    return false;  // whoever loads it says why
  }
}

LoadReport load_segmenter(SegmentNetwork& network, const std::filesystem::path& weights) {
  StateDict file = read_state_dict(weights);
  Parts parts = parts_of(file.tensors);
  if (parts.head.empty() || parts.backbone.empty())
    throw Error(ErrorKind::weights, weights.string(),
                "has no head for masks: neither backbone.* and decode_head.*, nor encoder.* and "
                "decoder.*",
                "name a run of task: segment, or start one from these weights (init.weights)");
  LoadReport report;
  if (parts.ours) {
    WeightsFile backbone{weights, file.format, file.part, file.metadata,
                         to_timm(std::move(parts.backbone), weights.string())};
    report = load_weights(network.backbone(), std::move(backbone));
  } else {
    report = load_weights(network.backbone(), open_weights(weights));
    // That is the head, which is loaded next.
    std::erase_if(report.dropped, [](const Translation::Dropped& dropped) {
      return dropped.name.starts_with("decoder.");
    });
  }
  load_head(network.head(), parts.head, weights.string(), report);
  return report;
}

void take_head_from(const std::filesystem::path& weights, SegmentOptions& options,
                    std::int64_t& num_classes) {
  const Tensors head = parts_of(read_state_dict(weights).tensors).head;
  const auto find = [&](const std::string& name) {
    const auto found = head.find(name);
    return found == head.end() ? torch::Tensor() : found->second;
  };
  if (const torch::Tensor conv = find("conv_seg.weight"); conv.defined()) {
    options.head = "linear";
    num_classes = conv.size(0);
  } else if (const torch::Tensor classes = find("cls_emb"); classes.defined()) {
    options.head = "mask_transformer";
    num_classes = classes.size(1);
    options.decoder.d_model = classes.size(2);
    std::int64_t layers = 0;
    while (find(str("blocks.", layers, ".norm1.weight")).defined()) ++layers;
    options.decoder.n_layers = layers;
    if (const torch::Tensor wide = find("blocks.0.mlp.fc1.weight"); wide.defined())
      options.decoder.d_ff = wide.size(0);
  } else if (const torch::Tensor linear = find("head.weight"); linear.defined()) {
    options.head = "decoder_linear";
    num_classes = linear.size(0);
  }
}

}  // namespace vit
