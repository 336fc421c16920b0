#include "vit/config/yaml_flow.h"

#include "vit/config/yaml_scalar.h"

namespace vit {
namespace {

bool reads_as_null(const std::string& text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// A plain scalar keeps its spelling, where that is safe within brackets: `1e-3`, `hflip`.
bool is_plain(const std::string& text) {
  if (reads_as_null(text)) return false;
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/") ==
             std::string::npos &&
         text.front() != '-' && text.front() != '.';
}

std::string scalar_text(const YamlNode& node) {
  double number = 0;
  const bool plain = is_plain(node.text) || !parse_scalar(node.text, number);
  return !node.quoted && plain ? node.text : yaml_text(node.text);
}

}  // namespace

std::string yaml_flow(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::null: return "null";
    case YamlNode::Kind::scalar: return scalar_text(node);
    case YamlNode::Kind::sequence:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + yaml_flow(item);
      return "[" + text + "]";
    case YamlNode::Kind::mapping: break;
  }
  for (const YamlEntry& entry : node.entries)
    if (!entry.value.removes)
      text += (text.empty() ? "" : ", ") + yaml_text(entry.key) + ": " + yaml_flow(entry.value);
  return "{" + text + "}";
}

std::string yaml_lines(const YamlNode& root) {
  std::string text;
  for (const YamlEntry& entry : root.entries)
    if (!entry.value.removes) text += yaml_text(entry.key) + ": " + yaml_flow(entry.value) + "\n";
  return text;
}

}  // namespace vit
