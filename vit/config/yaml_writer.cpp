#include "vit/config/yaml_writer.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "vit/config/yaml_node.h"
#include "vit/config/yaml_scalar.h"
#include "vit/core/error.h"
#include "vit/core/utf8.h"

namespace vit {
namespace {

/// Writes a mapping on one line: `{padding: 4, fill: [0, 0, 0]}`.
class FlowWriter final : public FieldVisitor {
 public:
  [[nodiscard]] bool empty() const { return inside_.empty(); }
  [[nodiscard]] std::string text() const { return "{" + inside_ + "}"; }

  void field(const Field& field) override { add(field.name, yaml_value(field)); }
  void section(std::string_view name, std::string_view,
               const std::function<void(FieldVisitor&)>& body) override {
    FlowWriter inner;
    body(inner);
    add(name, inner.text());
  }

 private:
  void add(std::string_view name, const std::string& value) {
    inside_ += (inside_.empty() ? "" : ", ") + std::string(name) + ": " + value;
  }

  std::string inside_;
};

std::string value_text(bool value) { return value ? "true" : "false"; }
std::string value_text(std::int64_t value) { return std::to_string(value); }
std::string value_text(const Size2& value) {
  return value.height == value.width ? str(value.height)
                                     : str("[", value.height, ", ", value.width, "]");
}
std::string value_text(double value) {
  if (!std::isfinite(value))
    throw Error(ErrorKind::usage, "", str("is ", value, ", which is not a finite number"));
  return yaml_text(value);
}
std::string value_text(const std::string& value) {
  if (!is_utf8(value))
    throw Error(ErrorKind::usage, "", str("the text \"", shown(value), "\" is not UTF-8"));
  return yaml_text(value);
}

/// An entry of a list of named things: `hflip`, `random_crop: {padding: 4}`.
std::string entry_text(NamedList& list, std::size_t index) {
  FlowWriter options;
  list.describe(index, options);
  const std::string name = yaml_text(list.name(index));
  return options.empty() ? name : name + ": " + options.text();
}
std::string value_text(NamedList& list) {
  std::string text = "[";
  for (std::size_t i = 0; i < list.size(); ++i) text += (i > 0 ? ", " : "") + entry_text(list, i);
  return text + "]";
}

std::string record_text(RecordList& list, std::size_t index) {
  FlowWriter options;
  list.describe_at(index, options);
  return options.text();
}
std::string value_text(RecordList& list) {
  std::string text = "[";
  for (std::size_t i = 0; i < list.size(); ++i) text += (i > 0 ? ", " : "") + record_text(list, i);
  return text + "]";
}

template <class T>
std::string value_text(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? ", " : "") + value_text(value);
  return text + "]";
}

template <class T>
std::string value_text(const std::optional<T>& value) {
  return value ? value_text(*value) : "null";
}

}  // namespace

std::string yaml_value(const Field& field) {
  return std::visit([](auto* value) { return value_text(*value); }, field.ref);
}

void YamlWriter::field(const Field& field) {
  const std::string margin(indent_, ' ');
  try {
    NamedList* const* list = std::get_if<NamedList*>(&field.ref);
    if (list != nullptr && (*list)->size() > 0) {
      text_ += margin + std::string(field.name) + ":\n";
      for (std::size_t i = 0; i < (*list)->size(); ++i)
        text_ += margin + "  - " + entry_text(**list, i) + "\n";
    } else {
      text_ += margin + std::string(field.name) + ": " + yaml_value(field) + "\n";
    }
  } catch (const Error& problem) {
    throw Error(problem.kind(), str(path_, field.name), problem.problem(), problem.remedy());
  }
}

void YamlWriter::section(std::string_view name, std::string_view,
                         const std::function<void(FieldVisitor&)>& body) {
  text_ += std::string(indent_, ' ') + std::string(name) + ":";
  const std::size_t before = text_.size();
  const std::size_t outer = path_.size();
  text_ += "\n";
  path_ += str(name, ".");
  indent_ += 2;
  body(*this);
  indent_ -= 2;
  path_.resize(outer);
  if (text_.size() == before + 1) text_.insert(before, " {}");
}

}  // namespace vit
