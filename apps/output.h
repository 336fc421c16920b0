#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace vit::cli {

/// One line with one JSON object on stdout: what `--json` promises.
void print_json(const nlohmann::json& object);

/// Text on stdout, followed by a line end.
void print(const std::string& text);

/// At the end of a command: throws Error (resource) where something of it could not be written, as
/// on a full disk.
void require_printed();

}  // namespace vit::cli
