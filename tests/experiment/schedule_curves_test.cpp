#include "vit/experiment/schedule_curves.h"

#include "tests/catch.h"

namespace {

std::vector<std::string> names(const std::vector<vit::ScheduleCurve>& curves) {
  std::vector<std::string> all;
  for (const vit::ScheduleCurve& curve : curves) all.push_back(curve.name);
  return all;
}

}  // namespace

TEST_CASE("The learning rate has a curve always, other quantities where they change") {
  vit::ScheduleOptions options;
  options.sched = "constant";
  options.epochs = 10;
  options.warmup_epochs = 0;
  vit::TrainOptions train;
  train.model_ema = 0.9;
  CHECK(names(vit::schedule_curves({options, 1e-3, 7}, {}, train, 64)) ==
        std::vector<std::string>{"learning rate"});
  options.weight_decay_end = 0.2;
  options.momentum_end = 0.99;
  options.drop_path_start = 0;
  train.model_ema_end = 1.0;
  const auto curves = vit::schedule_curves({options, 1e-3, 7}, {}, train, 64);
  CHECK(names(curves) == std::vector<std::string>{"learning rate", "weight decay", "momentum",
                                                  "drop path, times its rate",
                                                  "decay of the average"});
  for (const vit::ScheduleCurve& curve : curves) CHECK(curve.values.size() == 64);
  CHECK(curves[0].values[10] == 1e-3);
  CHECK(curves[1].values.front() == Approx(0.05).epsilon(1e-2));
  CHECK(curves[1].values.back() == Approx(0.2).epsilon(1e-2));
  CHECK(curves[4].values.back() == Approx(1.0).epsilon(1e-2));
}

TEST_CASE("plateau's curve follows the metrics of the epochs that are done") {
  vit::ScheduleOptions options;
  options.sched = "plateau";
  options.epochs = 6;
  options.warmup_epochs = 0;
  options.cooldown_epochs = 0;
  options.patience_epochs = 0;
  const auto curve = vit::schedule_curves({options, 1.0, 2}, {}, {}, 6, {5, 4, 4, 4, 4});
  CHECK(curve[0].values.front() == 1.0);
  CHECK(curve[0].values.back() < 0.5);
}
