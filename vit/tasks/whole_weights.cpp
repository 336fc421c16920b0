#include "vit/tasks/whole_weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/io/json.h"
#include "vit/io/safetensors.h"

namespace vit {
namespace {

using Tensors = std::map<std::string, torch::Tensor>;

constexpr std::string_view kBackbone = "backbone.";

WeightsFile backbone_file(WholeWeights& weights) {
  return {weights.path, weights.format, weights.part, weights.metadata,
          to_timm(weights.take(kBackbone), weights.path.string())};
}

/// Parameters and buffers of all but the backbone.
Tensors others_of(const torch::nn::Module& network) {
  Tensors own;
  for (const auto& item : network.named_parameters()) own.emplace(item.key(), item.value());
  for (const auto& item : network.named_buffers()) own.emplace(item.key(), item.value());
  std::erase_if(own, [](const auto& entry) { return entry.first.starts_with(kBackbone); });
  return own;
}

}  // namespace

std::map<std::string, torch::Tensor> take_below(std::map<std::string, torch::Tensor>& all,
                                                std::string_view prefix) {
  Tensors found;
  for (auto entry = all.lower_bound(std::string(prefix));
       entry != all.end() && entry->first.starts_with(prefix); entry = all.erase(entry))
    found.emplace(entry->first.substr(prefix.size()), entry->second);
  return found;
}

std::map<std::string, torch::Tensor> WholeWeights::take(std::string_view prefix) {
  return take_below(tensors, prefix);
}

std::vector<std::string> WholeWeights::labels() const {
  const auto found = metadata.find("labels");
  if (found == metadata.end()) return {};
  const nlohmann::json names =
      parse_json(found->second, path.string() + ": labels", ErrorKind::weights);
  if (!names.is_array() ||
      !std::all_of(names.begin(), names.end(), [](const auto& name) { return name.is_string(); }))
    return {};
  return names.get<std::vector<std::string>>();
}

bool has_parts(const std::filesystem::path& weights, const std::vector<std::string>& prefixes) {
  const auto all_in = [&](const auto& names) {
    return std::all_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return name.starts_with(prefix) || name.starts_with("ema/" + prefix);
      });
    });
  };
  std::vector<std::string> names;
  try {
    // The header of a safetensors file says it, without its tensors.
    const SafetensorsFile file = SafetensorsFile::open(weights);
    for (const TensorInfo& info : file.tensors()) names.push_back(info.name);
    return all_in(names);
  } catch (const Error&) {
    names.clear();
  }
  try {
    for (const auto& [name, tensor] : read_state_dict(weights).tensors) names.push_back(name);
    return all_in(names);
  } catch (const Error&) {
    return false;
  }
}

WholeWeights read_whole_weights(const std::filesystem::path& path) {
  StateDict file = read_state_dict(path);
  WholeWeights weights{path, file.format, file.part, std::move(file.metadata), {}};
  weights.tensors = take_below(file.tensors, "ema/");
  if (weights.tensors.empty()) {
    weights.tensors = std::move(file.tensors);
    (void)weights.take("optim/");
  }
  return weights;
}

LoadReport load_whole(torch::nn::Module& network, ImageModel& backbone, WholeWeights weights,
                      const std::string& remedy) {
  WeightsFile body = backbone_file(weights);
  return load_whole(network, backbone, std::move(body), weights, remedy);
}

LoadReport load_whole(torch::nn::Module& network, ImageModel& backbone, WeightsFile body,
                      const WholeWeights& weights, const std::string& remedy) {
  const Tensors own = others_of(network);
  std::string problems;
  for (const auto& [name, tensor] : own) {
    const auto found = weights.tensors.find(name);
    if (found == weights.tensors.end())
      problems += "\n  " + name + ": not in the file";
    else if (found->second.sizes() != tensor.sizes())
      problems += vit::str("\n  ", name, ": the network has ", tensor.sizes(), ", the file ",
                           found->second.sizes());
  }
  for (const auto& [name, tensor] : weights.tensors)
    if (!own.contains(name)) problems += "\n  " + name + ": not in the network";
  if (!problems.empty())
    throw Error(ErrorKind::weights, weights.path.string(),
                "is of another network than this one:" + problems, remedy);
  LoadReport report = load_weights(backbone, std::move(body));
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : own) {
    tensor.detach().copy_(weights.tensors.at(name));
    report.matched.push_back(name);
  }
  return report;
}

LoadReport load_backbone(ImageModel& backbone, WholeWeights weights) {
  WeightsFile body = backbone_file(weights);
  return load_backbone(backbone, std::move(body), weights);
}

LoadReport load_backbone(ImageModel& backbone, WeightsFile body, const WholeWeights& others) {
  LoadReport report = load_weights(backbone, std::move(body));
  for (const auto& [name, tensor] : others.tensors)
    report.dropped.push_back({name, "a new head is trained"});
  return report;
}

std::string join_class_rows(WholeWeights& weights, const torch::nn::Module& network,
                            const std::vector<std::string>& names,
                            const std::vector<std::string>& theirs,
                            const std::vector<std::string>& own) {
  if (theirs.empty() || theirs == own) return {};
  std::string kept, fresh;
  std::vector<std::pair<std::int64_t, std::int64_t>> rows;  // of ours, of theirs
  for (std::size_t i = 0; i < own.size(); ++i) {
    const auto found = std::find(theirs.begin(), theirs.end(), own[i]);
    std::string& list = found == theirs.end() ? fresh : kept;
    list += (list.empty() ? "" : ", ") + own[i];
    if (found != theirs.end()) rows.emplace_back(i, found - theirs.begin());
  }
  const Tensors mine = others_of(network);
  for (const std::string& name : names) {
    const auto given = weights.tensors.find(name);
    const auto start = mine.find(name);
    if (given == weights.tensors.end() || start == mine.end()) continue;
    if (given->second.size(0) < static_cast<std::int64_t>(theirs.size()))
      throw Error(
          ErrorKind::weights, weights.path.string(),
          vit::str(name, " has ", given->second.size(0), " rows for ", theirs.size(), " classes"));
    const torch::Tensor joined = start->second.detach().clone();
    for (const auto& [to, from] : rows) joined[to].copy_(given->second[from]);
    given->second = joined;
  }
  if (fresh.empty() && theirs.size() == own.size())
    return vit::str(weights.path.string(), ": its classes are put into the order of these");
  return vit::str(weights.path.string(),
                  ": classes are joined by name; known to it: ", kept.empty() ? "none" : kept,
                  "; new: ", fresh.empty() ? "none" : fresh);
}

}  // namespace vit
