#include "vit/train/freeze.h"

#include <algorithm>
#include <set>

#include "vit/core/error.h"
#include "vit/core/glob.h"

namespace vit {

std::vector<std::string> frozen_parameters(Network& network,
                                           const std::vector<std::string>& patterns) {
  const auto all = network.module().named_parameters();
  std::set<std::string> frozen;
  for (const std::string& entry : patterns) {
    const bool takes_out = entry.starts_with("!");
    const std::string pattern = takes_out ? entry.substr(1) : entry;
    bool used = false;
    for (const auto& item : all) {
      if (!matches_glob(pattern, item.key()) && !matches_glob(pattern + ".*", item.key())) continue;
      used = true;
      if (takes_out)
        frozen.erase(item.key());
      else
        frozen.insert(item.key());
    }
    if (!used)
      throw Error(ErrorKind::usage, "train.freeze",
                  vit::str("the model has nothing named `", pattern, "`"),
                  "`vit summary EXPERIMENT.yaml` lists the names");
  }
  if (frozen.size() == all.size() && !frozen.empty())
    throw Error(ErrorKind::usage, "train.freeze", "leaves nothing that learns",
                "take something out, as in [\"*\", \"!" + network.heads().front() + "\"]");
  return {frozen.begin(), frozen.end()};
}

void set_learning(Network& network, const std::vector<std::string>& parameters, bool learn) {
  auto all = network.module().named_parameters();
  for (const std::string& name : parameters) all[name].requires_grad_(learn);
}

void train_mode(Network& network) {
  network.module().train();
  for (const auto& module : network.module().modules(/*include_self=*/false)) {
    const auto own = module->parameters(/*recurse=*/false);
    if (!own.empty() && module->children().empty() &&
        std::none_of(own.begin(), own.end(),
                     [](const torch::Tensor& parameter) { return parameter.requires_grad(); }))
      module->eval();
  }
}

}  // namespace vit
