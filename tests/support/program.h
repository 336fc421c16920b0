#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace vit::test {

struct Outcome {
  int code = -1;
  std::string out, errors;  // stdout and stderr
};

/// Runs the program in `folder`; `before` sets variables of its environment, as a shell does.
inline Outcome run_program(const std::filesystem::path& folder, const std::string& arguments,
                           const std::string& before = "") {
  const std::filesystem::path errors = folder / ".stderr";
  const std::string command = "cd '" + folder.string() + "' && " + before + " '" VIT_PROGRAM "' " +
                              arguments + " 2>'" + errors.string() + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Outcome outcome;
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    outcome.out.append(buffer, count);
  const int status = ::pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.errors = get(errors);
  return outcome;
}

}  // namespace vit::test
