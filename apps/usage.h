#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace vit::cli {

/// The words of a command line, with the home folder in place of each `~` that the shell has left:
/// `'~/x'`, `--output=~/x`. What `--set` is given is the experiment's business. Throws Error
/// (usage) where there is no such user.
[[nodiscard]] std::vector<std::string> with_home(std::vector<std::string> words);

/// What is wrong with a command line that could not be read, and what was probably meant: a
/// subcommand, an option, a key of the experiment that is set with `--set`. `problem`: what the
/// parser says of it.
[[nodiscard]] std::string explain_usage(const CLI::App& program, const std::string& problem,
                                        const std::vector<std::string>& words);

/// The same where a command was asked for help that there is not; nothing where there is.
[[nodiscard]] std::optional<std::string> explain_unknown_command(
    const CLI::App& program, const std::vector<std::string>& words);

}  // namespace vit::cli
