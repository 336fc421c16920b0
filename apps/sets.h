#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vit::cli {

/// Adds `--set KEY=VALUE` and `-c FILE`, which may be repeated; the latter becomes `@FILE` in
/// `sets`, as load_experiment takes it.
inline void add_sets(CLI::App& command, std::vector<std::string>& sets) {
  command.add_option("--set", sets, "Change a key, as in --set optim.lr=1e-3; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  // After it: values are taken in this order, and those of --set replace what `sets` holds.
  command
      .add_option_function<std::vector<std::string>>(
          "-c,--layer",
          [&sets](const std::vector<std::string>& files) {
            for (const std::string& file : files) sets.push_back("@" + file);
          },
          "Lay the keys of another file over the experiment's, under --set; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace vit::cli
