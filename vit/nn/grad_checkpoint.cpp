#include "vit/nn/grad_checkpoint.h"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <memory>
#include <optional>

#include "vit/nn/encoder.h"
#include "vit/nn/random.h"

namespace vit {
namespace {

/// What the second computation needs to be the same as the first.
struct Work {
  std::function<torch::Tensor(const torch::Tensor&)> function;
  std::optional<RandomScope::Snapshot> random;
  bool autocast = false;
  at::ScalarType autocast_type = at::kFloat;
};

/// Autocast as it was in the forward pass, while the object lives.
class AutocastAgain {
 public:
  AutocastAgain(const Work& work, c10::DeviceType device) : device_(device) {
    enabled_ = at::autocast::is_autocast_enabled(device);
    type_ = at::autocast::get_autocast_dtype(device);
    at::autocast::set_autocast_enabled(device, work.autocast);
    at::autocast::set_autocast_dtype(device, work.autocast_type);
    at::autocast::increment_nesting();
  }
  ~AutocastAgain() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, enabled_);
    at::autocast::set_autocast_dtype(device_, type_);
  }
  AutocastAgain(const AutocastAgain&) = delete;
  AutocastAgain& operator=(const AutocastAgain&) = delete;

 private:
  c10::DeviceType device_;
  bool enabled_;
  at::ScalarType type_;
};

struct Checkpointed : torch::autograd::Function<Checkpointed> {
  /// `anchor` requires a gradient, so that the result does although x may not.
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& /*anchor*/, const std::shared_ptr<Work>& work) {
    context->save_for_backward({x});
    context->saved_data["work"] = c10::IValue::make_capsule(c10::make_intrusive<Holder>(work));
    return work->function(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const std::shared_ptr<Work> work =
        c10::static_intrusive_pointer_cast<Holder>(context->saved_data["work"].toCapsule())->work;
    const torch::Tensor x = context->get_saved_variables()[0].detach().requires_grad_();
    torch::Tensor y;
    {
      const torch::AutoGradMode grad_mode(true);
      const AutocastAgain autocast(*work, x.device().type());
      std::optional<RandomScope> random;
      if (work->random) random.emplace(*work->random);
      y = work->function(x);
    }
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), torch::Tensor(), torch::Tensor()};
  }

 private:
  struct Holder : torch::CustomClassHolder {
    explicit Holder(std::shared_ptr<Work> held) : work(std::move(held)) {}
    std::shared_ptr<Work> work;
  };
};

}  // namespace

torch::Tensor grad_checkpoint(const std::function<torch::Tensor(const torch::Tensor&)>& function,
                              const torch::Tensor& x) {
  const c10::DeviceType device = x.device().type();
  const auto work = std::make_shared<Work>(Work{function, RandomScope::snapshot(),
                                                at::autocast::is_autocast_enabled(device),
                                                at::autocast::get_autocast_dtype(device)});
  return Checkpointed::apply(x, torch::zeros({}, torch::requires_grad()), work);
}

void set_grad_checkpointing(torch::nn::Module& model, bool enabled) {
  for (const auto& module : model.modules())
    if (auto* encoder = dynamic_cast<EncoderImpl*>(module.get()))
      encoder->grad_checkpointing = enabled;
}

}  // namespace vit
