#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vit/config/yaml_node.h"
#include "vit/config/yaml_problem.h"

namespace vit {

/// An experiment has some kilobytes; yaml-cpp reads 1 to 5 MB a second, so that this bounds the
/// time.
inline constexpr std::size_t kYamlMaxBytes = std::size_t{1} << 20;
inline constexpr std::size_t kYamlMaxNodes = 20'000;
inline constexpr std::size_t kYamlMaxDepth = 64;

/// Parses one YAML document; an empty one is a null. `source` names it in messages.
///
/// A byte order mark and CRLF are accepted. Refused, with Error(usage) and the place: text that is
/// not UTF-8, control characters, more than the limits above, anchors, aliases and tags (an
/// experiment needs none of them, and an alias bomb does), keys that are not text, a second
/// document. A key that is written twice is appended to `problems`, and its first value stands.
[[nodiscard]] YamlNode parse_yaml(std::string_view bytes, const std::string& source,
                                  std::vector<YamlProblem>& problems);

}  // namespace vit
