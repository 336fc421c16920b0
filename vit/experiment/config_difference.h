#pragma once

#include <map>
#include <string>
#include <vector>

#include "vit/experiment/experiment.h"

namespace vit {

/// A key whose value differs between two experiments.
struct ConfigChange {
  std::string key, before, now;  ///< values as YAML; "" where there is no such key
};

/// Every key with its value as YAML.
[[nodiscard]] std::map<std::string, std::string> config_values(const Experiment& experiment);

/// All differences, key by key.
[[nodiscard]] std::vector<ConfigChange> config_changes(const Experiment& before,
                                                       const Experiment& now);

/// Whether another value of this key leaves every number of a run as it is: where data lies, how
/// many threads read it, what is kept and exported.
[[nodiscard]] bool changes_no_result(const std::string& key);

}  // namespace vit
