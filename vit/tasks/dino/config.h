#pragma once

#include "vit/tasks/dino/options.h"
#include "vit/tasks/views_config.h"

namespace vit {

/// Learning without labels by self-distillation (DINO, Caron et al. 2021), with DINOv2's parts.
class DinoConfig final : public ViewsConfig {
 public:
  DinoConfig() = default;
  explicit DinoConfig(DinoOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "dino"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<DinoConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  void take_from(const std::filesystem::path& weights, ModelSpec& spec) override;
  [[nodiscard]] std::vector<OptionRule> refused() const override;
  [[nodiscard]] std::vector<OptionRule> unread() const override;
  [[nodiscard]] std::unique_ptr<Task> make(const TaskContext& context) const override;

  DinoOptions options;

 protected:
  [[nodiscard]] const RepresentationOptions& judged() const override { return options.judged; }
  [[nodiscard]] std::int64_t local_views() const override { return 4; }
};

}  // namespace vit
