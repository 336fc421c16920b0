#include "vit/optim/param_groups.h"

#include <algorithm>
#include <map>

#include "vit/core/error.h"
#include "vit/core/glob.h"
#include "vit/optim/layer_decay.h"

namespace vit {
namespace {

/// What one parameter has.
struct Rule {
  double lr_scale = 1.0, weight_decay = 0;
};

bool matches_any(const std::vector<std::string>& patterns, const std::string& name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_glob(pattern, name); });
}

}  // namespace

std::vector<ParamGroup> param_groups(Network& network, const OptimOptions& options) {
  std::vector<std::string> exempt = network.no_weight_decay();
  exempt.insert(exempt.end(), options.no_weight_decay.begin(), options.no_weight_decay.end());
  const std::map<std::string, double> layer_scales = layer_lr_scales(network, options);
  std::vector<bool> used(options.groups.items.size(), false);

  std::vector<ParamGroup> groups;
  for (const auto& item : network.module().named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const std::string& name = item.key();
    const bool decays =
        item.value().dim() > 1 && !name.ends_with(".bias") && !matches_any(exempt, name);
    Rule rule{layer_scales.at(name), decays ? options.weight_decay : 0.0};
    for (std::size_t i = 0; i < used.size(); ++i) {
      const GroupOverride& group = options.groups.items[i];
      if (!matches_glob(group.match, name)) continue;
      used[i] = true;
      rule.lr_scale = layer_scales.at(name) * group.lr_scale;
      if (group.weight_decay) rule.weight_decay = *group.weight_decay;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const ParamGroup& known) {
      return known.lr_scale == rule.lr_scale && known.weight_decay == rule.weight_decay;
    });
    if (group == groups.end())
      group = groups.insert(groups.end(), ParamGroup{rule.weight_decay, rule.lr_scale, {}});
    group->parameters.push_back({name, item.value()});
  }
  for (std::size_t i = 0; i < used.size(); ++i)
    if (!used[i])
      throw Error(ErrorKind::usage, "optim.groups",
                  vit::str("no learned parameter matches `", options.groups.items[i].match, "`"),
                  "`vit summary EXPERIMENT.yaml` lists the names");
  return groups;
}

std::vector<ParamGroup> param_groups(Network& network, double weight_decay) {
  OptimOptions options;
  options.weight_decay = weight_decay;
  return param_groups(network, options);
}

}  // namespace vit
