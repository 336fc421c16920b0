#include <utility>
#include <vector>

#include "vit/sweep/sampler.h"

namespace vit {
namespace {

constexpr std::size_t kMostCombinations = 100'000;

class GridSampler final : public Sampler {
 public:
  explicit GridSampler(const Space& space) {
    Configuration values(space.parameters.size());
    combine(space, 0, values);
    if (all_.empty()) throw nothing_allowed(space);
  }

  Configuration sample(std::int64_t trial, std::span<const Observation>) override {
    return all_[static_cast<std::size_t>(trial)];
  }
  [[nodiscard]] std::optional<std::int64_t> size() const override {
    return static_cast<std::int64_t>(all_.size());
  }

 private:
  void combine(const Space& space, std::size_t parameter, Configuration& values) {
    if (parameter == space.parameters.size()) {
      if (space.allows(values)) all_.push_back(values);
      if (all_.size() > kMostCombinations)
        throw Error(ErrorKind::usage, "space",
                    str("a grid of it has more than ", kMostCombinations, " combinations"),
                    "take fewer points, or method: random");
      return;
    }
    values[parameter].reset();
    if (!space.active(parameter, values)) return combine(space, parameter + 1, values);
    for (const double value : space.parameters[parameter].grid()) {
      values[parameter] = value;
      combine(space, parameter + 1, values);
    }
    values[parameter].reset();
  }

  std::vector<Configuration> all_;
};

}  // namespace

std::unique_ptr<Sampler> grid_sampler(const Space& space) {
  return std::make_unique<GridSampler>(space);
}

}  // namespace vit
