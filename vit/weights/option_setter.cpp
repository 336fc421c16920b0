#include "vit/weights/option_setter.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

namespace vit {
namespace {

using Json = nlohmann::json;

bool read_json(const Json& json, bool& value) {
  if (json.is_boolean()) value = json.get<bool>();
  return json.is_boolean();
}

bool read_json(const Json& json, std::int64_t& value) {
  if (json.is_number_integer()) value = json.get<std::int64_t>();
  return json.is_number_integer();
}

bool read_json(const Json& json, double& value) {
  if (json.is_number()) value = json.get<double>();
  return json.is_number();
}

bool read_json(const Json& json, std::string& value) {
  if (json.is_string()) value = json.get<std::string>();
  return json.is_string();
}

bool read_json(const Json& json, Size2& value) {
  if (std::int64_t side = 0; read_json(json, side)) {
    value = {side, side};
    return true;
  }
  return json.is_array() && json.size() == 2 && read_json(json[0], value.height) &&
         read_json(json[1], value.width);
}

template <class Value>
bool read_json(const Json& json, std::vector<Value>& values) {
  if (!json.is_array()) return false;
  values.assign(json.size(), Value());
  for (std::size_t i = 0; i < json.size(); ++i)
    if (!read_json(json[i], values[i])) return false;
  return true;
}

template <class Value>
bool read_json(const Json& json, std::optional<Value>& value) {
  if (json.is_null()) {
    value.reset();
    return true;
  }
  Value inner{};
  if (!read_json(json, inner)) return false;
  value = inner;
  return true;
}

/// Whether every number of a JSON value is in the range.
bool in_range(const Json& json, const Range& range) {
  if (json.is_array()) {
    for (const Json& each : json)
      if (!in_range(each, range)) return false;
    return true;
  }
  if (!json.is_number()) return true;
  const auto number = json.get<double>();
  return number >= range.low && number <= range.high;
}

/// Finds a field by its name; sections do not occur in a model's options.
class OptionFinder : public FieldVisitor {
 public:
  explicit OptionFinder(std::string_view name) : name_(name) {}
  void field(const Field& field) override {
    if (field.name == name_) found = field;
  }
  void section(std::string_view /*name*/, std::string_view /*help*/,
               const std::function<void(FieldVisitor&)>& body) override {
    body(*this);
  }

  std::optional<Field> found;

 private:
  std::string_view name_;
};

std::optional<Field> find_option(ModelSpec& spec, std::string_view name) {
  OptionFinder finder(name);
  std::visit([&](auto& options) { describe(finder, options); }, spec.options);
  return finder.found;
}

bool is_choice(const Field& field, const Json& value) {
  if (field.choices.empty() || !value.is_string()) return true;
  for (const std::string_view choice : field.choices)
    if (value.get<std::string>() == choice) return true;
  return false;
}

}  // namespace

SetResult set_option(ModelSpec& spec, std::string_view name, const Json& value) {
  ModelSpec changed = spec;
  const std::optional<Field> field = find_option(changed, name);
  if (!field) return SetResult::no_such_option;
  if (!is_choice(*field, value) || !in_range(value, field->range)) return SetResult::wrong_value;
  const bool read = std::visit(
      [&](auto* member) {
        using Member = std::remove_pointer_t<decltype(member)>;
        if constexpr (std::is_same_v<Member, NamedList> || std::is_same_v<Member, RecordList>)
          return false;
        else
          return read_json(value, *member);
      },
      field->ref);
  if (!read) return SetResult::wrong_value;
  spec = std::move(changed);
  return SetResult::set;
}

std::string choices_of(ModelSpec spec, std::string_view name) {
  const std::optional<Field> field = find_option(spec, name);
  std::string text;
  if (!field) return text;
  for (std::size_t i = 0; i < field->choices.size(); ++i) {
    const bool last = i + 1 == field->choices.size();
    text += i == 0 ? "" : last ? " or " : ", ";
    text += field->choices[i].empty() ? std::string("\"\"") : std::string(field->choices[i]);
  }
  return text;
}

std::string option_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace vit
