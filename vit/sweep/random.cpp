#include <vector>

#include "vit/core/rng.h"
#include "vit/sweep/sampler.h"

namespace vit {
namespace {

class RandomSampler final : public Sampler {
 public:
  RandomSampler(const Space& space, std::uint64_t seed) : space_(space), seed_(seed) {}

  Configuration sample(std::int64_t trial, std::span<const Observation>) override {
    constexpr std::uint64_t kAttempts = 10'000;
    std::vector<double> point(space_.parameters.size());
    for (std::uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
      for (std::size_t i = 0; i < point.size(); ++i)
        point[i] = sweep_uniform(seed_, trial, space_.parameters[i].name, attempt);
      Configuration values = space_.at(point);
      if (space_.allows(values)) return values;
    }
    throw nothing_allowed(space_);
  }

 private:
  const Space& space_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Sampler> random_sampler(const Space& space, std::uint64_t seed) {
  return std::make_unique<RandomSampler>(space, seed);
}

double sweep_uniform(std::uint64_t seed, std::int64_t trial, const std::string& key,
                     std::uint64_t attempt) {
  std::uint64_t name = 0xCBF29CE484222325;  // FNV-1a
  for (const char c : key) name = (name ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  Rng rng(seed, Stream::sweep, static_cast<std::uint64_t>(trial), name);
  rng.seek(2 * attempt);  // a double takes two words
  return rng.uniform();
}

Error nothing_allowed(const Space& space) {
  std::string all;
  for (const Constraint& constraint : space.constraints)
    all += (all.empty() ? "" : "; ") + constraint.text();
  return {ErrorKind::usage, "constraints",
          "hardly any configuration of the space satisfies them: " + all,
          "widen the space, or correct the constraints"};
}

}  // namespace vit
