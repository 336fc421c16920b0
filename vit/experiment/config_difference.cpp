#include "vit/experiment/config_difference.h"

#include <algorithm>
#include <array>

#include "vit/config/yaml_writer.h"

namespace vit {
namespace {

/// Every key of a description with its value as YAML.
class FlatWriter final : public FieldVisitor {
 public:
  void field(const Field& field) override {
    values[prefix_ + std::string(field.name)] = yaml_value(field);
  }
  void section(std::string_view name, std::string_view,
               const std::function<void(FieldVisitor&)>& body) override {
    const std::string outer = prefix_;
    prefix_ += std::string(name) + ".";
    body(*this);
    prefix_ = outer;
  }

  std::map<std::string, std::string> values;

 private:
  std::string prefix_;
};

}  // namespace

std::map<std::string, std::string> config_values(const Experiment& experiment) {
  Experiment copy = experiment;
  FlatWriter writer;
  describe(writer, copy);
  return std::move(writer.values);
}

std::vector<ConfigChange> config_changes(const Experiment& before, const Experiment& now) {
  std::map<std::string, std::string> old_values = config_values(before),
                                     new_values = config_values(now);
  for (const auto& [key, value] : new_values) old_values.try_emplace(key);
  std::vector<ConfigChange> changes;
  for (const auto& [key, value] : old_values)
    if (value != new_values[key]) changes.push_back({key, value, new_values[key]});
  return changes;
}

bool changes_no_result(const std::string& key) {
  constexpr std::array kKeys = {"data.workers",           "data.root",
                                "train.checkpoint_every", "train.keep_checkpoints",
                                "train.loss_spike",       "train.background_checkpoints"};
  return key.starts_with("export.") || std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

}  // namespace vit
