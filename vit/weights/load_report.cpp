#include "vit/weights/load_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/str.h"

namespace vit {

std::string first_names(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    text += (i ? ", " : "") + names[i];
  if (names.size() > kShown) text += vit::str(", … (", names.size() - kShown, " more)");
  return text;
}

std::string LoadReport::summary() const {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;
  const auto add = [&](const std::string& why, const std::string& name) {
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const auto& each) { return each.first == why; });
    if (line == lines.end()) line = lines.insert(lines.end(), {why, {}});
    line->second.push_back(name);
  };
  for (const Translation::Dropped& each : dropped) add("left out, " + each.reason, each.name);
  for (const std::string& name : reset) add("reset, as initialised", name);
  for (const std::string& name : missing) add("missing in the file", name);
  for (const std::string& name : unexpected) add("unexpected in the file", name);
  std::string text = counts();
  for (const auto& [why, names] : lines)
    text += vit::str("\n  ", names.size(), " ", why, ": ", first_names(names));
  return text;
}

std::string LoadReport::counts() const {
  std::string text = vit::str(matched.size() + resampled.size(), " tensors matched");
  if (!part.empty()) text += " from `" + part + "`";
  const auto add = [&](std::size_t count, const std::string& what) {
    if (count > 0) text += vit::str(", ", count, " ", what);
  };
  add(renamed.size(), "renamed from " + convention);
  for (const Resampled& each : resampled) text += vit::str(", ", each.name, " ", each.what);
  add(reset.size(), "reset");
  add(dropped.size(), "left out");
  add(missing.size(), "missing");
  add(unexpected.size(), "unexpected");
  add(mismatched.size(), "of another shape");
  return text;
}

std::string LoadReport::details() const {
  std::string text;
  const auto add = [&](const std::string& name, const std::string& what) {
    text += "  " + name + ": " + what + "\n";
  };
  for (const Translation::Renamed& each : renamed) add(each.to, "was " + each.from);
  for (const Resampled& each : resampled) add(each.name, "resampled: " + each.what);
  for (const std::string& name : reset) add(name, "reset: as initialised");
  for (const Translation::Dropped& each : dropped) add(each.name, "left out: " + each.reason);
  for (const std::string& name : missing) add(name, "missing in the file");
  for (const std::string& name : unexpected) add(name, "unexpected: not in the model");
  for (const Mismatch& each : mismatched)
    add(each.name, "model " + each.expected + ", file " + each.found);
  return text + counts();
}

nlohmann::json to_json(const LoadReport& report) {
  nlohmann::json json = {{"format", report.format},
                         {"part", report.part},
                         {"convention", report.convention},
                         {"wrapper", report.wrapper},
                         {"matched", report.matched},
                         {"reset", report.reset},
                         {"missing", report.missing},
                         {"unexpected", report.unexpected},
                         {"head_left_out", report.head_left_out}};
  const auto list = [&](const char* key) -> nlohmann::json& {
    return json[key] = nlohmann::json::array();
  };
  for (nlohmann::json& all = list("renamed"); const auto& each : report.renamed)
    all.push_back({{"from", each.from}, {"to", each.to}});
  for (nlohmann::json& all = list("resampled"); const auto& each : report.resampled)
    all.push_back({{"name", each.name}, {"what", each.what}});
  for (nlohmann::json& all = list("dropped"); const auto& each : report.dropped)
    all.push_back({{"name", each.name}, {"reason", each.reason}});
  for (nlohmann::json& all = list("mismatched"); const auto& each : report.mismatched)
    all.push_back({{"name", each.name}, {"model", each.expected}, {"file", each.found}});
  return json;
}

}  // namespace vit
