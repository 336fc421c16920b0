#pragma once

#include "vit/tasks/classify/config.h"

namespace vit {

/// A linear probe: the head of a classifier alone learns, on features of the frozen model that are
/// computed once, and kept between runs. Its options are those of classification.
class LinearProbeConfig final : public ClassifyConfig {
 public:
  [[nodiscard]] std::string_view name() const override { return "linear_probe"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<LinearProbeConfig>(*this);
  }
  [[nodiscard]] std::vector<std::string> frozen(const Network& network) const override;
  [[nodiscard]] std::vector<OptionRule> refused() const override;
  [[nodiscard]] std::unique_ptr<Task> make(const TaskContext& context) const override;
};

}  // namespace vit
