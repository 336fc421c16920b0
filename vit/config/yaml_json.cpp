#include "vit/config/yaml_json.h"

#include "vit/config/yaml_document.h"
#include "vit/config/yaml_writer.h"

namespace vit {

nlohmann::json yaml_json(const YamlNode& node) {
  nlohmann::json value;
  switch (node.kind) {
    case YamlNode::Kind::null: break;
    case YamlNode::Kind::scalar:
      value = node.quoted ? nlohmann::json() : nlohmann::json::parse(node.text, nullptr, false);
      if (node.quoted || value.is_discarded()) value = node.text;
      break;
    case YamlNode::Kind::sequence:
      value = nlohmann::json::array();
      for (const YamlNode& item : node.items) value.push_back(yaml_json(item));
      break;
    case YamlNode::Kind::mapping:
      value = nlohmann::json::object();
      for (const YamlEntry& entry : node.entries) value[entry.key] = yaml_json(entry.value);
      break;
  }
  return value;
}

nlohmann::json value_json(const Field& field) {
  const YamlDocument document = YamlDocument::parse("value: " + yaml_value(field), "default");
  return yaml_json(document.root().entries.front().value);
}

}  // namespace vit
