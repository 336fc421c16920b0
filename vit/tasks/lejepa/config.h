#pragma once

#include <cstdint>
#include <string>

#include "vit/tasks/lejepa/projector.h"
#include "vit/tasks/views_config.h"

namespace vit {

/// How LeJEPA is trained.
struct LejepaOptions {
  double lambda = 0.02;
  std::int64_t directions = 256;
  std::string centre = "all";
  ProjectorOptions projector;
  RepresentationOptions judged;
};
void describe(FieldVisitor& visitor, LejepaOptions& options);

/// Learning without labels by predicting the features of an image's views from each other, while
/// their distribution is held to an isotropic normal one (Balestriero and LeCun 2025). No teacher,
/// no stop-gradient, no schedule: all of it is one loss with one weight, see vit/loss/sigreg.h.
class LejepaConfig final : public ViewsConfig {
 public:
  LejepaConfig() = default;
  explicit LejepaConfig(LejepaOptions given) : options(std::move(given)) {}

  [[nodiscard]] std::string_view name() const override { return "lejepa"; }
  [[nodiscard]] std::unique_ptr<TaskConfig> clone() const override {
    return std::make_unique<LejepaConfig>(*this);
  }
  void describe(FieldVisitor& visitor) override { vit::describe(visitor, options); }
  [[nodiscard]] bool owns(const std::filesystem::path& weights) const override;
  [[nodiscard]] std::unique_ptr<Task> make(const TaskContext& context) const override;

  LejepaOptions options;

 protected:
  [[nodiscard]] const RepresentationOptions& judged() const override { return options.judged; }
  [[nodiscard]] std::int64_t local_views() const override { return 2; }
};

}  // namespace vit
