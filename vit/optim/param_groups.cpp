#include "vit/optim/param_groups.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <regex>

#include "vit/core/error.h"
#include "vit/core/glob.h"

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

using Key = std::vector<int>;  // compared element by element
constexpr int kLast = std::numeric_limits<int>::max();
constexpr int kJoins = kLast - 1;  // sorts behind every number of a block

class Keys {
 public:
  Keys(const std::vector<LayerRule>& rules, bool norm_joins_head) {
    for (const LayerRule& rule : rules)
      if (!(rule.joins_previous && norm_joins_head))
        compiled_.emplace_back(&rule, std::regex(rule.pattern));
  }

  [[nodiscard]] Key of(const std::string& name) const {
    for (const auto& [rule, pattern] : compiled_) {
      std::smatch found;
      if (!std::regex_search(name, found, pattern, std::regex_constants::match_continuous))
        continue;
      Key key{rule->group};
      for (std::size_t i = 1; i < found.size(); ++i) key.push_back(std::stoi(found[i].str()));
      key.insert(key.end(), rule->suffix.begin(), rule->suffix.end());
      if (rule->joins_previous) key.push_back(kJoins);
      return key;
    }
    return {kLast};
  }

 private:
  std::vector<std::pair<const LayerRule*, std::regex>> compiled_;
};

/// The factor of the learning rate of every parameter: layer_decay ^ (last layer - its layer), at
/// least layer_decay_min_scale (Bao et al. 2022, BEiT; timm's param_groups_layer_decay). Style
/// `mae` puts the last norm with the head (He et al. 2022).
std::map<std::string, double> layer_lr_scales(Network& network, const OptimOptions& options) {
  std::map<std::string, double> scales;
  if (options.layer_decay == 1.0) {
    for (const auto& item : network.module().named_parameters()) scales[item.key()] = 1.0;
    return scales;
  }
  const std::vector<LayerRule> rules = network.layer_rules();
  const Keys keys(rules, options.layer_decay_style == "mae");
  std::map<Key, std::vector<std::string>> layers;
  for (const auto& item : network.module().named_parameters())
    layers[keys.of(item.key())].push_back(item.key());

  std::map<std::string, int> layer_of;
  int layer = -1;
  for (const auto& [key, names] : layers) {
    if (layer < 0 || key.back() != kJoins) ++layer;
    for (const std::string& name : names) layer_of[name] = layer;
  }
  for (const auto& [name, own] : layer_of)
    scales[name] =
        std::max(options.layer_decay_min_scale, std::pow(options.layer_decay, layer - own));
  return scales;
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
