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

RandomScope::RandomScope(Rng rng) : seed_(rng.u64()), outer_(innermost) { innermost = this; }

RandomScope::~RandomScope() { innermost = outer_; }

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
