#include "vit/export/option_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "vit/core/error.h"

namespace vit {
namespace {

using Json = nlohmann::json;

Json value_of(const Size2& size) { return {size.height, size.width}; }
template <class T>
Json value_of(const T& value) {
  return value;
}
template <class T>
Json value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Json();
}

class JsonWriter final : public FieldVisitor {
 public:
  void field(const Field& field) override {
    std::visit(
        [&](const auto* member) {
          if constexpr (std::is_same_v<decltype(member), const NamedList*> ||
                        std::is_same_v<decltype(member), const RecordList*>)
            VIT_ASSERT(false, field.name, ": a model has no lists of things");
          else
            json[std::string(field.name)] = value_of(*member);
        },
        field.ref);
  }
  void section(std::string_view name, std::string_view /*help*/,
               const std::function<void(FieldVisitor&)>& /*body*/) override {
    VIT_ASSERT(false, name, ": a model's options have no sections");
  }

  Json json = Json::object();
};

}  // namespace

nlohmann::json options_json(const ModelSpec& spec) {
  ModelSpec copy = spec;
  JsonWriter writer;
  std::visit([&](auto& options) { describe(writer, options); }, copy.options);
  return writer.json;
}

}  // namespace vit
