#include "vit/experiment/recipes.h"

#include <algorithm>
#include <optional>

#include "vit/core/error.h"
#include "vit/core/fields.h"

namespace vit {

std::string Recipe::about() const {
  std::string text;
  std::string_view rest = yaml;
  while (rest.starts_with('#')) {
    std::string_view line = rest.substr(1, rest.find('\n') - 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    text += (text.empty() ? "" : " ") + std::string(line);
    rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1));
  }
  return text;
}

std::string take_recipe(YamlDocument& document) {
  const std::optional<YamlNode> wanted = document.take("recipe");
  if (!wanted || wanted->kind == YamlNode::Kind::null) return {};
  std::vector<std::string> names;
  std::string list;
  for (const Recipe& recipe : recipes()) {
    names.emplace_back(recipe.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  const std::string there_are = "there are " + list + "; `vit config recipes` tells of each";
  if (wanted->kind != YamlNode::Kind::scalar)
    throw Error(ErrorKind::usage, wanted->place.text(),
                "recipe: expected the name of one, found " + wanted->described(), there_are);
  for (const Recipe& recipe : recipes()) {
    if (recipe.name != wanted->text) continue;
    std::string source = "recipe " + wanted->text;
    document.lay_under(recipe.yaml, source);
    return source;
  }
  const std::string near = nearest(wanted->text, names);
  throw Error(ErrorKind::usage, wanted->place.text(),
              "recipe: there is no recipe " + shown(wanted->text),
              near.empty() ? there_are : "did you mean " + near + "? " + there_are);
}

}  // namespace vit
