#include "vit/nn/random.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include "vit/core/error.h"

namespace vit {
namespace {

thread_local RandomScope* innermost = nullptr;

at::Generator make_generator(c10::Device device, std::uint64_t seed) {
  if (device.is_cpu()) return at::make_generator<at::CPUGeneratorImpl>(seed);
  at::Generator generator = at::globalContext()
                                .getAcceleratorHooksInterface(device.type())
                                .getNewGenerator(device.index());
  generator.set_current_seed(seed);
  return generator;
}

}  // namespace

RandomScope::RandomScope(Rng rng, double drop_path_factor)
    : seed_(rng.u64()), drop_path_factor_(drop_path_factor), outer_(innermost) {
  innermost = this;
}

RandomScope::RandomScope(const Snapshot& snapshot)
    : seed_(snapshot.seed), drop_path_factor_(snapshot.drop_path_factor), outer_(innermost) {
  for (const auto& [type, state] : snapshot.generators)
    generators_.emplace(type, make_generator(c10::Device(type), seed_))
        .first->second.set_state(state);
  innermost = this;
}

RandomScope::~RandomScope() { innermost = outer_; }

double RandomScope::drop_path_factor() {
  return innermost == nullptr ? 1.0 : innermost->drop_path_factor_;
}

std::optional<RandomScope::Snapshot> RandomScope::snapshot() {
  if (innermost == nullptr) return std::nullopt;
  Snapshot snapshot{innermost->seed_, innermost->drop_path_factor_, {}};
  for (const auto& [type, generator] : innermost->generators_)
    snapshot.generators.emplace(type, generator.get_state());
  return snapshot;
}

at::Generator RandomScope::generator(c10::Device device) {
  if (innermost == nullptr)
    throw Error(ErrorKind::usage, "dropout",
                "a module in training mode needs random numbers and has no source of them",
                "create a vit::RandomScope around the forward pass, or call eval() on the module");
  const auto found = innermost->generators_.find(device.type());
  if (found != innermost->generators_.end()) return found->second;
  return innermost->generators_.emplace(device.type(), make_generator(device, innermost->seed_))
      .first->second;
}

}  // namespace vit
