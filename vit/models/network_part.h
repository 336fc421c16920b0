#pragma once

#include <string>
#include <vector>

#include "vit/models/layer_rules.h"

namespace vit {

/// The layer rules of a network that is the part `part` of a larger one, for the names that its
/// parameters have there: with `part.` before them.
[[nodiscard]] std::vector<LayerRule> rules_of_part(const std::string& part,
                                                   std::vector<LayerRule> rules);

/// `others`, and behind them the names of the part's parameters as they are there.
[[nodiscard]] std::vector<std::string> names_of_part(const std::string& part,
                                                     const std::vector<std::string>& names,
                                                     std::vector<std::string> others = {});

}  // namespace vit
