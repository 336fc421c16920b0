#include <map>

#include "tests/optim/fixture_run.h"
#include "tests/support/shared.h"

using vit::test::FixtureRun;
using vit::test::without_k_bias;

namespace {

/// How near each element's sign came to being decided by rounding: the smallest argument
/// |beta1 m + (1 - beta1) g| over the steps, in errors of a float32 gradient of its tensor.
class SignMargins {
 public:
  explicit SignMargins(const FixtureRun& like) : exact_(like.twin()) {
    exact_->to(torch::kFloat64);
  }

  void see(FixtureRun& run, std::int64_t step) {
    copy_weights(run);
    run.loss(exact_, step).backward();
    vit::test::clip_in_place(exact_->parameters(), 1.0);
    std::map<std::string, torch::Tensor> state;
    for (const auto& [name, tensor] : run.optimizer->state()) state.emplace(name, tensor);
    const auto exact = exact_->named_parameters();
    for (const auto& item : run.model->named_parameters()) {
      const torch::Tensor gradient = item.value().grad().to(torch::kFloat64),
                          momentum = state.at("exp_avg/" + item.key()).to(torch::kFloat64);
      double& error = errors_[item.key()];
      error = std::max(error, (gradient - exact[item.key()].grad()).abs().max().item<double>());
      const torch::Tensor margin = momentum.lerp(gradient, 0.1).abs().div(error);
      torch::Tensor& least = least_[item.key()];
      least = least.defined() ? torch::minimum(least, margin) : margin;
    }
  }

  [[nodiscard]] const torch::Tensor& of(const std::string& name) const { return least_.at(name); }

 private:
  void copy_weights(const FixtureRun& run) {
    const torch::NoGradGuard no_grad;
    const auto target = exact_->named_parameters();
    for (const auto& item : run.model->named_parameters()) target[item.key()].copy_(item.value());
    exact_->zero_grad();
  }

  vit::VisionTransformer exact_;
  std::map<std::string, double> errors_;  // the largest so far
  std::map<std::string, torch::Tensor> least_;
};

}  // namespace

// A sign jumps where its argument crosses zero, and every processor rounds a gradient in its own
// way: timm 1.0.31 itself, run elsewhere, ends with four elements other than the fixture's, and
// with the same four in float64. So the test finds out which elements rounding may decide; all
// others must agree.
TEST_CASE("Twelve steps of timm's Lion agree but for signs that rounding decides") {
  const auto folder = vit::test::shared("fixtures/train");
  if (!folder || !vit::test::shared("fixtures/train/lion")) return;
  FixtureRun run(*folder, "lion");
  SignMargins margins(run);
  for (std::int64_t step = 0; step < run.steps(); ++step)
    run.take(step, [&] { margins.see(run, step); });
  double undecided = 0, numbers = 0;
  for (const auto& [name, difference] : run.errors()) {
    INFO(name);
    const torch::Tensor error = without_k_bias(name, difference),
                        by_rounding = without_k_bias(name, margins.of(name)).lt(1);
    CHECK(error.masked_select(by_rounding.logical_not()).max().item<double>() <= 2e-5);
    undecided += by_rounding.sum().item<double>();
    numbers += static_cast<double>(error.numel());
  }
  CHECK(undecided < 2e-3 * numbers);  // so that hardly anything is left out above
}
