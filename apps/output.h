#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace vit::cli {

/// One line with one JSON object on stdout: what `--json` promises.
void print_json(const nlohmann::json& object);

/// Text on stdout, followed by a line end.
void print(const std::string& text);

}  // namespace vit::cli
