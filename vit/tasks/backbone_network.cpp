#include "vit/tasks/backbone_network.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/models/network_part.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

constexpr const char* kBackboneOfNetwork = "backbone";

}  // namespace

BackboneNetwork::BackboneNetwork(std::shared_ptr<ImageModel> backbone,
                                 std::vector<std::string> parts)
    : backbone_(std::move(backbone)), parts_(std::move(parts)) {
  // The backbone is owned by the pointer to the model; its module is a part of it.
  register_module(kBackboneOfNetwork,
                  std::shared_ptr<torch::nn::Module>(backbone_, &backbone_->module()));
}

void BackboneNetwork::init_weights(std::uint64_t seed) {
  backbone_->init_weights(seed);
  init_parts(seed);
}

std::vector<std::string> BackboneNetwork::no_weight_decay() const {
  return names_of_part(kBackboneOfNetwork, backbone_->no_weight_decay());
}

std::vector<LayerRule> BackboneNetwork::layer_rules() const {
  return rules_of_part(kBackboneOfNetwork, backbone_->layer_rules());
}

std::int64_t pooled_width(ImageModel& model) {
  const torch::NoGradGuard no_grad;
  const bool training = model.module().is_training();
  model.module().eval();
  const Size2 size = model.img_size();
  const torch::Tensor image = torch::zeros({1, model.in_chans(), size.height, size.width},
                                           model.module().parameters().at(0).device());
  const std::int64_t width = model.forward(image).size(-1);
  model.module().train(training);
  return width;
}

LoadReport load_all(torch::nn::Module& module, const std::filesystem::path& checkpoint) {
  const StateDict file = read_state_dict(checkpoint);
  LoadReport report;
  report.format = file.format;
  report.convention = "a run's own";
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs;
  std::string problems;
  const auto match = [&](const std::string& name, const torch::Tensor& own) {
    auto found = file.tensors.find("ema/" + name);
    if (found == file.tensors.end()) found = file.tensors.find(name);
    if (found == file.tensors.end())
      problems += "\n  " + name + ": not in the file";
    else if (found->second.sizes() != own.sizes())
      problems += vit::str("\n  ", name, ": the network has ", own.sizes(), ", the file ",
                           found->second.sizes());
    else
      pairs.emplace_back(own, found->second);
    report.matched.push_back(name);
  };
  for (const auto& item : module.named_parameters()) match(item.key(), item.value());
  for (const auto& item : module.named_buffers()) match(item.key(), item.value());
  if (!problems.empty())
    throw Error(ErrorKind::weights, checkpoint.string(), "is of another network:" + problems,
                "set task.* and model.* as they were, or start from the backbone alone");
  const torch::NoGradGuard no_grad;
  for (auto& [own, given] : pairs) own.copy_(given);
  return report;
}

}  // namespace vit
