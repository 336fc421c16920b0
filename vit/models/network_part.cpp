#include "vit/models/network_part.h"

namespace vit {

std::vector<LayerRule> rules_of_part(const std::string& part, std::vector<LayerRule> rules) {
  for (LayerRule& rule : rules) {
    const std::string own = rule.pattern.starts_with('^') ? rule.pattern.substr(1) : rule.pattern;
    rule.pattern = "^" + part + "\\.(?:" + own + ")";
  }
  return rules;
}

std::vector<std::string> names_of_part(const std::string& part,
                                       const std::vector<std::string>& names,
                                       std::vector<std::string> others) {
  for (const std::string& name : names) others.push_back(part + "." + name);
  return others;
}

}  // namespace vit
