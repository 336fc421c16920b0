#pragma once

#include <string>
#include <utility>
#include <vector>

#include "apps/command_tree.h"

namespace vit::cli {

/// What the values of options may be, beyond files.
struct CompletionWords {
  using Words = std::vector<std::string>;
  Words models, hub_models, tasks, data, recipes;
  std::vector<std::pair<std::string, Words>> keys;  ///< of an experiment, with their choices
};

/// A completion script for each shell, of the whole command tree.
[[nodiscard]] std::string bash_completion(const std::vector<CommandInfo>& tree,
                                          const CompletionWords& words);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandInfo>& tree,
                                         const CompletionWords& words);
[[nodiscard]] std::string fish_completion(const std::vector<CommandInfo>& tree,
                                          const CompletionWords& words);
/// The manual page, as roff.
[[nodiscard]] std::string manual_page(const std::vector<CommandInfo>& tree);

/// `word word word`, and the name of a kind of values in the scripts.
[[nodiscard]] std::string joined_words(const CompletionWords::Words& words);
[[nodiscard]] std::string kind_name(const OptionInfo& option);

}  // namespace vit::cli
