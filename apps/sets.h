#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vit::cli {

/// Adds `--set KEY=VALUE`, which may be repeated.
inline void add_sets(CLI::App& command, std::vector<std::string>& sets) {
  command.add_option("--set", sets, "Change a key, as in --set optim.lr=1e-3; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace vit::cli
