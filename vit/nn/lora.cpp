#include "vit/nn/lora.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/nn/init.h"
#include "vit/nn/linear.h"

namespace vit {
namespace {

using NamedTensorList = std::vector<std::pair<std::string, torch::Tensor>>;

constexpr std::string_view kA = ".lora_a", kB = ".lora_b", kWeight = ".weight";

struct Adapter {
  torch::Tensor a, b;
};

/// By the name of the layer.
std::map<std::string, Adapter> adapters(const NamedTensorList& tensors) {
  std::map<std::string, Adapter> found;
  for (const auto& [name, tensor] : tensors) {
    if (name.ends_with(kA)) found[name.substr(0, name.size() - kA.size())].a = tensor;
    if (name.ends_with(kB)) found[name.substr(0, name.size() - kB.size())].b = tensor;
  }
  return found;
}

std::string layer_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

}  // namespace

void describe(FieldVisitor& visitor, LoraOptions& o) {
  visitor.field({"rank", &o.rank, "width of the adapters; 0: none", kNonNegative});
  visitor.field({"alpha", &o.alpha, "their product is scaled by alpha / rank", kPositive});
  visitor.field({"targets", &o.targets, "linear layers that get one, by the end of their names"});
}

void add_lora(torch::nn::Module& model, const LoraOptions& options,
              const std::vector<std::string>& heads, std::uint64_t seed) {
  for (auto& item : model.named_parameters())
    item.value().requires_grad_(
        std::any_of(heads.begin(), heads.end(),
                    [&](const std::string& head) { return item.key().starts_with(head + "."); }));
  std::uint64_t index = 0;
  for (const std::string& target : options.targets) {
    bool used = false;
    for (const auto& item : model.named_modules()) {
      auto* layer = dynamic_cast<LinearImpl*>(item.value().get());
      const std::string& name = item.key();
      if (layer == nullptr || (name != target && !name.ends_with("." + target))) continue;
      used = true;
      const auto like = layer->weight.options().requires_grad(false);
      layer->lora_a = layer->register_parameter(
          "lora_a", torch::empty({options.rank, layer->options.in_features}, like));
      // As the authors draw it: uniform, of variance 1 / (3 in_features).
      init::uniform(layer->lora_a, 1.0 / std::sqrt(static_cast<double>(layer->options.in_features)),
                    Rng(seed, Stream::lora, 0, index++));
      layer->lora_b = layer->register_parameter(
          "lora_b", torch::zeros({layer->options.out_features, options.rank}, like));
      layer->lora_scale = options.alpha / static_cast<double>(options.rank);
    }
    if (!used)
      throw Error(ErrorKind::usage, "lora.targets",
                  vit::str("the model has no linear layer named `", target, "`"),
                  "`vit summary EXPERIMENT.yaml` lists the layers");
  }
}

void merge_lora(torch::nn::Module& model) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : model.modules()) {
    auto* layer = dynamic_cast<LinearImpl*>(module.get());
    if (layer == nullptr || !layer->lora_a.defined()) continue;
    layer->weight.add_(layer->lora_b.mm(layer->lora_a), layer->lora_scale);
    layer->remove_lora();
  }
  for (torch::Tensor& parameter : model.parameters()) parameter.requires_grad_(true);
}

double lora_scale(torch::nn::Module& model) {
  for (const auto& module : model.modules())
    if (const auto* layer = dynamic_cast<LinearImpl*>(module.get()))
      if (layer->lora_a.defined()) return layer->lora_scale;
  return 0;
}

NamedTensorList merged_lora(const NamedTensorList& tensors, double scale) {
  const torch::NoGradGuard no_grad;
  const std::map<std::string, Adapter> found = adapters(tensors);
  if (found.empty()) return tensors;
  NamedTensorList merged;
  for (const auto& [name, tensor] : tensors) {
    const auto adapter = found.find(layer_of(name));
    if (adapter == found.end())
      merged.emplace_back(name, tensor);
    else if (name.ends_with(kWeight))
      merged.emplace_back(name, tensor + adapter->second.b.mm(adapter->second.a) * scale);
    else if (!name.ends_with(kA) && !name.ends_with(kB))
      merged.emplace_back(name, tensor);
  }
  return merged;
}

NamedTensorList lora_tensors(const NamedTensorList& tensors) {
  const std::map<std::string, Adapter> found = adapters(tensors);
  NamedTensorList own;
  for (const auto& [name, tensor] : tensors)
    if (found.contains(layer_of(name)) && !name.ends_with(".bias")) own.emplace_back(name, tensor);
  return own;
}

}  // namespace vit
