#include "vit/optim/schedule.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"

TEST_CASE("The cosine schedule with warm-up is timm's, to the last digits") {
  const auto file = vit::test::shared("fixtures/schedules/schedules.json");
  if (!file) return;
  const nlohmann::json all = nlohmann::json::parse(std::ifstream(*file));
  for (const char* name : {"cosine_prefix_False", "cosine_prefix_True"}) {
    const nlohmann::json& run = all.at(name);
    const nlohmann::json& kwargs = run.at("kwargs");
    vit::ScheduleOptions options;
    options.epochs =
        kwargs.at("t_initial").get<std::int64_t>() +
        (kwargs.at("warmup_prefix").get<bool>() ? kwargs.at("warmup_t").get<std::int64_t>() : 0);
    options.warmup_epochs = kwargs.at("warmup_t");
    options.warmup_lr = kwargs.at("warmup_lr_init");
    options.min_lr = kwargs.at("lr_min");
    options.warmup_prefix = kwargs.at("warmup_prefix");
    const vit::Schedule schedule(options, run.at("base_lr"), 1);
    for (std::size_t update = 0; update < run.at("lr").size(); ++update) {
      INFO(name << ", update " << update);
      CHECK(schedule.lr(static_cast<std::int64_t>(update)) ==
            Approx(run.at("lr")[update].get<double>()).epsilon(1e-12));
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

TEST_CASE("A constant schedule stays at the base rate after its warm-up") {
  vit::ScheduleOptions options;
  options.sched = "constant";
  options.epochs = 3;
  options.warmup_epochs = 1;
  const vit::Schedule schedule(options, 0.1, 10);
  CHECK(schedule.lr(10) == 0.1);
  CHECK(schedule.lr(29) == 0.1);
}
