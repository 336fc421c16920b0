#pragma once

#include <string>
#include <vector>

#include "vit/config/yaml_node.h"

namespace vit {

/// One thing that is wrong in an experiment file.
struct YamlProblem {
  YamlPlace place;
  std::string path;    ///< the dotted key, or "" for the file as a whole
  std::string text;    ///< what was expected and what was found
  std::string remedy;  ///< what to write instead, or ""
};

/// Throws all of them as one Error(usage), in the order of the files, each on a line of its own:
/// `file:line:column: key: problem; remedy`. Does nothing where there are none.
void throw_problems(std::vector<YamlProblem> problems);

}  // namespace vit
