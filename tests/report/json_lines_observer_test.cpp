#include "vit/report/json_lines_observer.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("A run is told a line an event: batches once a second, epochs and notes always") {
  std::vector<std::string> lines;
  double now = 0;
  JsonLinesObserver observer([&](const std::string& line) { lines.push_back(line); },
                             [&] { return now; });
  BatchEvent batch{.epoch = 1, .epochs = 2, .batch = 1, .batches = 30, .loss = 0.5};
  batch.parts = {{.name = "top1", .value = 12}};
  for (int i = 0; i < 25; ++i, now += 0.1) observer.on_batch(batch);
  CHECK(lines.size() == 3);
  const auto first = nlohmann::json::parse(lines.front());
  CHECK(first.at("event") == "batch");
  CHECK(first.at("train_loss_mean") == 0.5);
  CHECK(first.at("train_top1") == 12.0);
  EpochEvent epoch;
  epoch.epoch = 1;
  epoch.metrics = {{.name = "loss", .value = std::nan("")}};
  epoch.best = true;
  observer.on_epoch(epoch);
  const auto told = nlohmann::json::parse(lines.back());
  CHECK(told.at("event") == "epoch");
  CHECK(told.at("eval_loss").is_null());  // JSON has no NaN
  CHECK(told.at("best") == 1);
  observer.on_note("two\nlines");
  CHECK(lines.back() == R"({"event":"note","text":"two\nlines"})");
}
