#include "vit/optim/schedule.h"

#include <cmath>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"

namespace {

using Json = nlohmann::json;

/// timm's keyword arguments as ours, with one update an epoch. timm's t_initial is the length of
/// the curve without a warm-up before it, our epochs are the whole run.
vit::ScheduleOptions options_of(const std::string& sched, const Json& kwargs) {
  vit::ScheduleOptions options;
  options.sched = sched;
  // As their constructors have it: multistep's warm-up comes before, the others' beneath.
  options.warmup_prefix = kwargs.value("warmup_prefix", sched == "multistep");
  options.warmup_epochs = kwargs.value("warmup_t", 0.0);
  options.epochs = kwargs.value("t_initial", std::int64_t{100}) +
                   (options.warmup_prefix ? static_cast<std::int64_t>(options.warmup_epochs) : 0);
  options.warmup_lr = kwargs.value("warmup_lr_init", 0.0);
  options.min_lr = kwargs.value("lr_min", 0.0);
  options.poly_power = kwargs.value("power", 0.5);
  options.lr_k_decay = kwargs.value("k_decay", 1.0);
  options.decay_rate = kwargs.value("decay_rate", 0.1);
  if (sched == "step") options.decay_epochs = kwargs.at("decay_t").get<double>();
  if (sched == "multistep") kwargs.at("decay_t").get_to(options.decay_milestones);
  if (kwargs.contains("cycle_limit")) {
    options.lr_cycle_epochs = kwargs.at("t_initial").get<double>();
    options.lr_cycle_limit = kwargs.at("cycle_limit");
    options.lr_cycle_mul = kwargs.at("cycle_mul");
    options.lr_cycle_decay = kwargs.at("cycle_decay");
  }
  return options;
}

}  // namespace

TEST_CASE("Schedules are timm's and DINO's, to the last digits") {
  const auto file = vit::test::shared("fixtures/schedules/schedules.json");
  if (!file) return;
  const Json all = Json::parse(std::ifstream(*file));
  for (const auto& [name, run] : all.items()) {
    const std::string cls = run.at("cls");
    INFO(name);
    const std::size_t count = run.at("lr").size();
    std::vector<double> values;
    if (cls == "PlateauLRScheduler") {
      const Json& kwargs = run.at("kwargs");
      const vit::PlateauOptions options{.decay_rate = kwargs.at("decay_rate"),
                                        .threshold = kwargs.at("threshold"),
                                        .patience = kwargs.at("patience_t"),
                                        .cooldown = kwargs.at("cooldown_t"),
                                        .warmup = kwargs.at("warmup_t"),
                                        .warmup_lr = kwargs.at("warmup_lr_init"),
                                        .min_lr = kwargs.at("lr_min"),
                                        .larger_is_better = kwargs.at("mode") == "max"};
      const auto metrics = run.at("metrics").get<std::vector<double>>();
      for (std::size_t epoch = 0; epoch < count; ++epoch)
        values.push_back(vit::plateau_lr(
            run.at("base_lr"), {metrics.begin(), metrics.begin() + static_cast<long>(epoch)},
            options));
    } else if (cls == "dino cosine_scheduler") {
      const Json& args = run.at("args");
      const std::int64_t per_epoch = args[3];
      for (std::size_t i = 0; i < count; ++i)
        values.push_back(vit::cosine_between(
            args[0], args[1], static_cast<std::int64_t>(i), args[2].get<std::int64_t>() * per_epoch,
            args.size() > 4 ? args[4].get<std::int64_t>() * per_epoch : 0,
            args.size() > 5 ? args[5].get<double>() : 0.0));
    } else {
      const std::string sched = cls == "CosineLRScheduler" ? "cosine"
                                : cls == "PolyLRScheduler" ? "poly"
                                : cls == "StepLRScheduler" ? "step"
                                                           : "multistep";
      const vit::Schedule schedule(options_of(sched, run.at("kwargs")), run.at("base_lr"), 1);
      for (std::size_t i = 0; i < count; ++i)
        values.push_back(schedule.lr(static_cast<std::int64_t>(i)));
    }
    for (std::size_t i = 0; i < count; ++i) {
      INFO(i);
      CHECK(values[i] == Approx(run.at("lr")[i].get<double>()).epsilon(1e-12).margin(1e-18));
    }
  }
}

TEST_CASE(
    "A warm-up longer than the run is cut to it, so that a short trial of a long recipe works") {
  vit::ScheduleOptions options;
  options.epochs = 1;
  options.warmup_epochs = 5;
  options.warmup_lr = 0;
  const vit::Schedule schedule(options, 1.0, 4);
  CHECK(schedule.total_updates() == 4);
  CHECK(schedule.lr(2) == Approx(0.5));
}

TEST_CASE("Where the curves begin and end") {
  vit::ScheduleOptions options;
  options.epochs = 10;
  options.warmup_epochs = 2;
  options.warmup_lr = 0;
  options.min_lr = 0.01;
  const auto lr = [&](const std::string& sched, std::int64_t update) {
    options.sched = sched;
    return vit::Schedule(options, 1.0, 10).lr(update);
  };
  for (const char* sched :
       {"cosine", "linear", "poly", "wsd", "onecycle", "inv_sqrt", "constant"}) {
    INFO(sched);
    CHECK(lr(sched, 0) == 0.0);
    CHECK(lr(sched, 10) == Approx(0.5));
    CHECK(lr(sched, 20) > 0.5);
  }
  for (const char* sched : {"cosine", "linear", "poly", "wsd", "onecycle"}) {
    INFO(sched);
    CHECK(lr(sched, 99) < 0.15);
    CHECK(lr(sched, 100) == Approx(0.01));
  }
  CHECK(lr("constant", 99) == 1.0);
  CHECK(lr("wsd", 83) == 1.0);  // the last fifth of what follows the warm-up goes down
  CHECK(lr("wsd", 92) == Approx(0.505));
  CHECK(lr("inv_sqrt", 80) == Approx(0.5));  // four times its scale, the warm-up, after the start
  CHECK(lr("linear", 50) == Approx(0.505));
}

TEST_CASE("By epochs, the rate changes between epochs only; a cool-down stays at the least rate") {
  vit::ScheduleOptions options;
  options.epochs = 4;
  options.warmup_epochs = 0;
  options.sched_on_updates = false;
  options.cooldown_epochs = 1;
  options.min_lr = 0.1;
  const vit::Schedule schedule(options, 1.0, 5);
  CHECK(schedule.lr(0) == 1.0);
  CHECK(schedule.lr(4) == 1.0);
  CHECK(schedule.lr(5) == Approx(0.1 + 0.45 * 1.5));
  CHECK(schedule.lr(14) < 0.5);
  CHECK(schedule.lr(15) == Approx(0.1));
}

TEST_CASE("lr_base grows with the batch: by its root for Adam, linearly for SGD") {
  vit::OptimOptions options;
  options.lr = 7;
  CHECK(vit::base_learning_rate(options, 1024) == 7);
  options.lr_base = 0.1;
  CHECK(vit::base_learning_rate(options, 1024) == Approx(0.2));
  options.opt = "sgd";
  CHECK(vit::base_learning_rate(options, 1024) == Approx(0.4));
  options.lr_base_scale = "sqrt";
  CHECK(vit::base_learning_rate(options, 1024) == Approx(0.2));
}

TEST_CASE("Weight decay, momentum and stochastic depth change with the update") {
  vit::ScheduleOptions options;
  options.epochs = 10;
  options.weight_decay_end = 0.4;
  options.momentum_end = 0.5;
  options.drop_path_start = 0.0;
  const vit::Schedule schedule(options, 1.0, 10);
  CHECK(schedule.weight_decay_factor(0, 0.04) == Approx(1.0));
  CHECK(schedule.weight_decay_factor(50, 0.04) == Approx(5.5));
  CHECK(schedule.weight_decay_factor(100, 0.04) == Approx(10.0));
  CHECK(schedule.momentum(50, 0.9) == Approx(0.7));
  CHECK(schedule.drop_path_factor(0) == 0.0);
  CHECK(schedule.drop_path_factor(99) == 1.0);
}

TEST_CASE("plateau takes smaller for better where told, and never what is not a number") {
  vit::ScheduleOptions options;
  options.sched = "plateau";
  options.warmup_epochs = options.patience_epochs = 0;
  options.min_lr = 0;
  const vit::Schedule larger(options, 1.0, 10), smaller(options, 1.0, 10, false);
  CHECK(larger.lr(20, {3.0, 2.0}) == Approx(0.1));
  CHECK(smaller.lr(20, {3.0, 2.0}) == 1.0);
  CHECK(smaller.lr(20, {2.0, 3.0}) == Approx(0.1));
  CHECK(larger.lr(30, {std::nan(""), 1.0, 2.0}) == larger.lr(30, {0.5, 0.4, 1.0}));
}
