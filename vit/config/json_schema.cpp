#include "vit/config/json_schema.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "vit/config/yaml_json.h"
#include "vit/config/yaml_writer.h"

namespace vit {
namespace {

using Json = nlohmann::ordered_json;

/// What one option may hold, without its help and default.
class Form {
 public:
  /// `examples`: of a text that may be anything.
  Form(const Field& field, const std::vector<std::string>* examples)
      : field_(field), examples_(examples) {}

  [[nodiscard]] Json json() const {
    return std::visit([&](const auto* value) { return of(value); }, field_.ref);
  }

 private:
  [[nodiscard]] Json of(const bool*) const { return {{"type", "boolean"}}; }
  [[nodiscard]] Json of(const std::int64_t*) const {
    Json form{{"type", "integer"}};
    // Of what is greater than 0, 1 is the least whole number.
    if (std::isfinite(field_.range.low))
      form["minimum"] = static_cast<std::int64_t>(std::ceil(field_.range.low));
    if (std::isfinite(field_.range.high))
      form["maximum"] = static_cast<std::int64_t>(std::floor(field_.range.high));
    return form;
  }
  [[nodiscard]] Json of(const double*) const {
    Json form{{"type", "number"}};
    if (field_.range.low == kPositive.low)
      form["exclusiveMinimum"] = 0;
    else if (std::isfinite(field_.range.low))
      form["minimum"] = field_.range.low;
    if (std::isfinite(field_.range.high)) form["maximum"] = field_.range.high;
    return form;
  }
  /// Any scalar is text as it was written.
  [[nodiscard]] Json of(const std::string*) const {
    if (!field_.choices.empty()) return {{"enum", field_.choices}};
    const Json any{{"type", {"string", "number", "boolean"}}};
    if (examples_ == nullptr) return any;
    return {{"anyOf", {Json{{"enum", *examples_}}, any}}};
  }
  [[nodiscard]] Json of(const Size2*) const {
    const Json side = of(static_cast<const std::int64_t*>(nullptr));
    const Json both{{"type", "array"}, {"items", side}, {"minItems", 2}, {"maxItems", 2}};
    return {{"anyOf", {side, both}}};
  }
  template <class T>
  [[nodiscard]] Json of(const std::vector<T>*) const {
    return {{"type", "array"}, {"items", of(static_cast<const T*>(nullptr))}};
  }
  template <class T>
  [[nodiscard]] Json of(const std::optional<T>*) const {
    return or_null(of(static_cast<const T*>(nullptr)));
  }
  [[nodiscard]] Json of(const NamedList*) const { return {{"type", "array"}}; }
  [[nodiscard]] Json of(const RecordList*) const { return {{"type", "array"}}; }

 public:
  [[nodiscard]] static Json or_null(Json form) {
    if (form.contains("anyOf")) {
      for (const Json& each : form["anyOf"])
        if (each == Json{{"type", "null"}}) return form;
      form["anyOf"].push_back({{"type", "null"}});
    } else if (form.contains("enum")) {
      if (std::find(form["enum"].begin(), form["enum"].end(), Json()) == form["enum"].end())
        form["enum"].push_back(nullptr);
    } else if (form["type"].is_array()) {
      if (std::find(form["type"].begin(), form["type"].end(), Json("null")) == form["type"].end())
        form["type"].push_back("null");
    } else {
      form["type"] = {form["type"], "null"};
    }
    return form;
  }

 private:
  const Field& field_;
  const std::vector<std::string>* examples_;
};

/// A key and what is below it. It may be an option under one choice and a section under another.
struct Node {
  std::string name, help;
  std::vector<Json> forms;  ///< of an option: one, or one for each way in which it is described
  std::string fallback;     ///< the default as YAML
  Json default_value;       ///< null of a value that depends on a choice, such as that of a model
  bool section = false, named_list = false, records = false, dependent = false;
  std::vector<Node> children;

  Node& child(std::string_view wanted) {
    for (Node& each : children)
      if (each.name == wanted) return each;
    children.emplace_back().name = wanted;
    return children.back();
  }
};

class SchemaBuilder final : public OptionExplorer {
 public:
  using OptionExplorer::OptionExplorer;
  [[nodiscard]] const Node& root() const { return root_; }

 protected:
  void on_option(const std::string& path, const Field& field, const std::string& only_if) override {
    Node& node = at(path);
    node.named_list |= std::holds_alternative<NamedList*>(field.ref);
    node.records |= std::holds_alternative<RecordList*>(field.ref);
    const bool is_new = node.forms.empty();
    const auto some = examples().find(path);
    add_form(node.forms, Form(field, some == examples().end() ? nullptr : &some->second).json());
    if (!is_new) {
      // Lists are emptied on the way, and their defaults depend on nothing.
      if (!node.named_list && !node.records && yaml_value(field) != node.fallback)
        node.default_value = nullptr;
      return;
    }
    node.help = told(field.help, only_if);
    node.dependent = !only_if.empty();
    node.fallback = yaml_value(field);
    node.default_value = value_json(field);
  }
  void on_section(const std::string& path, std::string_view help,
                  const std::string& only_if) override {
    Node& node = at(path);
    node.section = true;
    if (!node.help.empty()) return;
    node.help = told(help, only_if);
    node.dependent = !only_if.empty();
  }
  void on_entry(const std::string& list, const std::string& name) override {
    (void)at(list).child(name);
  }
  void on_dependent(const std::string& path) override { at(path).dependent = true; }

 private:
  static std::string told(std::string_view help, const std::string& only_if) {
    return std::string(help) + (only_if.empty() ? "" : " (where " + only_if + ")");
  }

  /// Choices of several descriptions are joined; of other forms each stands by itself.
  static void add_form(std::vector<Json>& forms, Json form) {
    if (std::find(forms.begin(), forms.end(), form) != forms.end()) return;
    if (form.contains("enum"))
      for (Json& other : forms) {
        if (!other.contains("enum")) continue;
        for (const Json& value : form["enum"])
          if (std::find(other["enum"].begin(), other["enum"].end(), value) == other["enum"].end())
            other["enum"].push_back(value);
        return;
      }
    forms.push_back(std::move(form));
  }

  Node& at(const std::string& path) {
    Node* node = &root_;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      node = &node->child(std::string_view(path).substr(begin, end - begin));
      begin = end + 1;
    }
    return *node;
  }

  Node root_;
};

Json json_of(const Node& node);

/// A mapping with these keys and no others.
Json mapping_of(const std::vector<Node>& children) {
  Json properties = Json::object();
  for (const Node& child : children) properties[child.name] = json_of(child);
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

/// `hflip`, or `random_crop: {padding: 4}`.
Json entries_of(const Node& list) {
  Json names = Json::array(), properties = Json::object();
  for (const Node& child : list.children) {
    names.push_back(child.name);
    properties[child.name] = Form::or_null(mapping_of(child.children));
  }
  const Json with_options{{"type", "object"},
                          {"properties", std::move(properties)},
                          {"additionalProperties", false},
                          {"minProperties", 1},
                          {"maxProperties", 1}};
  return {{"anyOf", {Json{{"enum", std::move(names)}}, with_options}}};
}

Json json_of(const Node& node) {
  std::vector<Json> forms = node.forms;
  if (node.named_list) forms.assign(1, Json{{"type", "array"}, {"items", entries_of(node)}});
  if (node.records) forms.assign(1, Json{{"type", "array"}, {"items", mapping_of(node.children)}});
  if (node.section) forms.push_back(Form::or_null(mapping_of(node.children)));
  Json form = forms.size() == 1 ? std::move(forms.front()) : Json{{"anyOf", forms}};
  // A null takes an inherited value away that has no place under another choice.
  if (node.dependent) form = Form::or_null(std::move(form));
  Json told;
  if (!node.help.empty()) told["description"] = node.help;
  told.update(form);
  if (!node.default_value.is_null()) told["default"] = node.default_value;
  return told;
}

}  // namespace

nlohmann::ordered_json json_schema(const std::function<void(FieldVisitor&)>& describe_options,
                                   const OptionExamples& examples) {
  SchemaBuilder builder(examples);
  builder.explore(describe_options);
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  schema.update(mapping_of(builder.root().children));
  return schema;
}

}  // namespace vit
