#include "vit/config/yaml_problem.h"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "vit/core/error.h"

namespace vit {
namespace {

std::string_view source_of(const YamlProblem& problem) {
  return problem.place.source ? std::string_view(*problem.place.source) : std::string_view();
}

bool earlier(const YamlProblem& a, const YamlProblem& b) {
  return std::tuple(a.place.line == 0, source_of(a), a.place.line, a.place.column) <
         std::tuple(b.place.line == 0, source_of(b), b.place.line, b.place.column);
}

std::string what(const YamlProblem& problem) {
  return problem.path.empty() ? problem.text : shown(problem.path) + ": " + problem.text;
}

}  // namespace

void throw_problems(std::vector<YamlProblem> problems) {
  if (problems.empty()) return;
  std::stable_sort(problems.begin(), problems.end(), earlier);
  if (problems.size() == 1) {
    const YamlProblem& only = problems.front();
    throw Error(ErrorKind::usage, only.place.text(), what(only), only.remedy);
  }
  constexpr std::size_t kMost = 30;
  std::string lines = str(problems.size(), " problems:");
  for (std::size_t i = 0; i < std::min(problems.size(), kMost); ++i) {
    const YamlProblem& problem = problems[i];
    const std::string place = problem.place.text();
    lines += "\n" + place + (place.empty() ? "" : ": ") + what(problem);
    if (!problem.remedy.empty()) lines += "; " + problem.remedy;
  }
  if (problems.size() > kMost) lines += str("\nand ", problems.size() - kMost, " more");
  throw Error(ErrorKind::usage, "", lines);
}

}  // namespace vit
