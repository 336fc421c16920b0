#include "vit/tasks/lejepa/projector.h"

#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {

void describe(FieldVisitor& visitor, ProjectorOptions& o) {
  visitor.field({"hidden_dim", &o.hidden_dim, "width of its two hidden layers", kAtLeastOne});
  visitor.field({"out_dim", &o.out_dim, "channels of what the loss is of", kAtLeastOne});
}

ProjectorImpl::ProjectorImpl(const ProjectorOptions& options_) : options(options_) {
  reset_whole(*this);
}

void ProjectorImpl::reset() {
  const std::int64_t wide = options.hidden_dim;
  first = register_module("0", Linear(LinearOptions{options.in_dim, wide}));
  first_norm = register_module("1", torch::nn::BatchNorm1d(wide));
  second = register_module("4", Linear(LinearOptions{wide, wide}));
  second_norm = register_module("5", torch::nn::BatchNorm1d(wide));
  last = register_module("8", Linear(LinearOptions{wide, options.out_dim}));
}

void ProjectorImpl::init_weights(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (const Linear& layer : {first, second, last}) {
    init::trunc_normal(layer->weight, 0.02, Rng(seed, Stream::init, 2, index++));
    init::constant(layer->bias, 0);
  }
  for (torch::nn::BatchNorm1d norm : {first_norm, second_norm}) norm->reset_parameters();
}

torch::Tensor ProjectorImpl::forward(const torch::Tensor& x) {
  const torch::Tensor one = first_norm(first(x)).relu();
  return last(second_norm(second(one)).relu());
}

}  // namespace vit
