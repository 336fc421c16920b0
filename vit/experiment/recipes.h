#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vit/config/yaml_document.h"

namespace vit {

/// Tested values under a name, which an experiment takes by `recipe: NAME` in place of the defaults
/// and may override: a file of experiments/recipes, which is built into the library.
struct Recipe {
  std::string_view name;
  std::string_view yaml;  ///< the file, which begins with what it is in comments

  /// What it is: the comments that it begins with, on one line.
  [[nodiscard]] std::string about() const;
};

/// All of them, by name.
[[nodiscard]] const std::vector<Recipe>& recipes();

/// Takes the key `recipe` out of the document and lays that recipe under all other values, which
/// then come from `recipe NAME`. Returns that source; "" where no recipe is named. Throws Error
/// (usage) with the nearest name where there is none of this name.
std::string take_recipe(YamlDocument& document);

}  // namespace vit
