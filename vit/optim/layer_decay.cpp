#include "vit/optim/layer_decay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <vector>

namespace vit {
namespace {

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

}  // namespace

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

}  // namespace vit
