#include "vit/report/run_recorder.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/report/csv.h"

using namespace vit;
using namespace vit::test;

namespace {

UpdateEvent update_event(std::int64_t update, std::int64_t batches) {
  return {.update = update,
          .epoch = 1,
          .batch = update,
          .batches = batches,
          .loss = 2.5 + static_cast<double>(update),
          .grad_norm = 0.125,
          .lr = 0.001};
}

/// What a classifier is judged by.
Metrics of_classes() {
  return {{.name = "top1", .percent = true},
          {.name = "top5", .percent = true},
          {.name = "loss", .better = Better::smaller}};
}

EpochEvent epoch_event(std::int64_t epoch, std::int64_t update) {
  EpochEvent event;
  event.epoch = epoch;
  event.update = update;
  event.train_loss = 0.5;
  event.metrics = of_classes();
  event.metrics[0].value = 62.5;
  event.metrics[1].value = 90;
  event.metrics[2].value = 0.75;
  event.lr = 0.001;
  event.images_per_s = 800;
  event.seconds = 12;
  return event;
}

std::size_t lines_of(const std::filesystem::path& file) {
  const std::string text = get(file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("an epoch is a row of the summary, and its metrics a line of the log") {
  const ScratchFolder folder;
  {
    RunRecorder recorder(folder.path(), std::nullopt, of_classes());
    recorder.on_epoch(epoch_event(1, 10));
  }
  const CsvTable table = read_csv(folder / "summary.csv");
  CHECK(table.header == std::vector<std::string>{"epoch", "step", "train_loss", "eval_loss",
                                                 "eval_top1", "eval_top5", "lr", "images_per_s",
                                                 "time_s"});
  REQUIRE(table.rows.size() == 1);
  CHECK(table.number(0, "step") == 10.0);
  CHECK(table.number(0, "eval_loss") == 0.75);
  CHECK(table.number(0, "eval_top1") == 62.5);
  CHECK(table.number(0, "time_s") == 12.0);
  CHECK_THAT(get(folder / "metrics.jsonl"), Catch::Contains("\"eval_top1\":62.5"));
}

TEST_CASE("a figure that an evaluation has not is an empty cell") {
  const ScratchFolder folder;
  {
    RunRecorder recorder(folder.path(), std::nullopt, of_classes());
    EpochEvent event = epoch_event(1, 10);
    event.metrics = {{.name = "loss", .value = 0.75}};
    recorder.on_epoch(event);
  }
  CHECK_FALSE(read_csv(folder / "summary.csv").number(0, "eval_top1"));
}

TEST_CASE("a long epoch gives about fifty points, a short one every batch") {
  const ScratchFolder folder;
  {
    RunRecorder recorder(folder.path(), std::nullopt, of_classes());
    for (std::int64_t update = 1; update <= 1000; ++update)
      recorder.on_update(update_event(update, 1000));
  }
  CHECK(lines_of(folder / "metrics.jsonl") == 50);
  const ScratchFolder other;
  {
    RunRecorder recorder(other.path(), std::nullopt, of_classes());
    for (std::int64_t update = 1; update <= 5; ++update)
      recorder.on_update(update_event(update, 5));
  }
  CHECK(lines_of(other / "metrics.jsonl") == 5);
}

TEST_CASE("a run that goes on has each epoch once") {
  const ScratchFolder folder;
  {
    RunRecorder recorder(folder.path(), std::nullopt, of_classes());
    for (std::int64_t epoch = 1; epoch <= 3; ++epoch)
      recorder.on_epoch(epoch_event(epoch, 10 * epoch));
  }
  {  // the checkpoint was of epoch 2
    RunRecorder recorder(folder.path(), ResumePoint{2, 20}, of_classes());
    recorder.on_epoch(epoch_event(3, 30));
  }
  const CsvTable table = read_csv(folder / "summary.csv");
  REQUIRE(table.rows.size() == 3);
  for (std::size_t row = 0; row < 3; ++row)
    CHECK(table.number(row, "epoch") == static_cast<double>(row + 1));
  CHECK(lines_of(folder / "metrics.jsonl") == 3);
}

TEST_CASE("an update is recorded with its own loss, its gradient's norm, and the speed") {
  const ScratchFolder folder;
  {
    RunRecorder recorder(folder.path(), std::nullopt, of_classes());
    BatchEvent batch;
    batch.loss = 100;  // the mean since the epoch began
    batch.images_per_s = 640;
    recorder.on_batch(batch);
    recorder.on_update(update_event(1, 5));
  }
  CHECK(get(folder / "metrics.jsonl") ==
        "{\"step\":1,\"epoch\":1,\"train_loss\":3.5,\"grad_norm\":0.125,\"lr\":0.001,"
        "\"images_per_s\":640.0}\n");
  std::string events;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().filename().string().starts_with("events.")) events = get(entry.path());
  for (const char* tag : {"train/loss", "train/grad_norm", "train/lr", "train/images_per_s"})
    CHECK(events.find(tag) != std::string::npos);
}

TEST_CASE("every figure of the evaluation has its column, and a table goes on with its own") {
  const ScratchFolder folder;
  EpochEvent event = epoch_event(1, 10);
  event.metrics.push_back({.name = "f1", .value = 0.5});
  const Metrics& names = event.metrics;
  { RunRecorder(folder.path(), std::nullopt, names).on_epoch(event); }
  const CsvTable table = read_csv(folder / "summary.csv");
  CHECK(table.header == std::vector<std::string>{"epoch", "step", "train_loss", "eval_loss",
                                                 "eval_top1", "eval_top5", "lr", "images_per_s",
                                                 "time_s", "eval_f1"});
  CHECK(table.number(0, "eval_f1") == 0.5);

  const ScratchFolder older;
  { RunRecorder(older.path(), std::nullopt, of_classes()).on_epoch(epoch_event(1, 10)); }
  event.epoch = 2;
  { RunRecorder(older.path(), ResumePoint{1, 10}, names).on_epoch(event); }
  const CsvTable grown = read_csv(older / "summary.csv");
  CHECK_FALSE(grown.column("eval_f1"));
  CHECK(grown.number(1, "eval_top1") == 62.5);
  // The parts of the training loss stand last.
  const ScratchFolder parted;
  event.parts = {{.name = "box", .value = 0.25}};
  { RunRecorder(parted.path(), std::nullopt, of_classes(), event.parts).on_epoch(event); }
  const CsvTable parts = read_csv(parted / "summary.csv");
  CHECK(parts.header.back() == "train_box");
  CHECK(parts.number(0, "train_box") == 0.25);
  // A task without classes has no columns of theirs.
  const ScratchFolder other;
  RunRecorder boxes(other.path(), std::nullopt, {{.name = "map"}});
  CHECK(read_csv(other / "summary.csv").header ==
        std::vector<std::string>{"epoch", "step", "train_loss", "lr", "images_per_s", "time_s",
                                 "eval_map"});
}

TEST_CASE("a run that was stopped and gone on with leaves what an unbroken one does") {
  const auto run = [](RunRecorder& recorder, std::int64_t from, std::int64_t to) {
    for (std::int64_t update = from; update < to; ++update) {
      recorder.on_update(update_event(update, 150));
      if (update % 10 == 9) recorder.on_epoch(epoch_event(update / 10 + 1, update + 1));
    }
  };
  const ScratchFolder whole, broken;
  {
    RunRecorder recorder(whole.path(), std::nullopt, of_classes());
    run(recorder, 0, 30);
  }
  {
    RunRecorder recorder(broken.path(), std::nullopt, of_classes());
    run(recorder, 0, 25);
  }
  for (const std::int64_t update : {22, 20}) {  // killed twice; the second time at an epoch's end
    RunRecorder recorder(broken.path(), ResumePoint{update / 10, update}, of_classes());
    run(recorder, update, update == 22 ? 24 : 30);
  }
  for (const char* name : {"summary.csv", "metrics.jsonl", "updates.crc32"})
    CHECK(get(broken / name) == get(whole / name));
  CHECK(get(whole / "updates.crc32").size() == 30 * 9);
}

TEST_CASE("where the updates before were not summed, those after are not either") {
  const ScratchFolder folder;
  { RunRecorder recorder(folder.path(), ResumePoint{1, 10}, of_classes()); }
  CHECK_FALSE(std::filesystem::exists(folder / "updates.crc32"));
}

TEST_CASE("the sum of an update knows every bit of it") {
  const UpdateEvent event = update_event(3, 10);
  CHECK(update_sum(event).size() == 8);
  UpdateEvent other = event;
  other.loss = std::nextafter(other.loss, 10);
  CHECK(update_sum(other) != update_sum(event));
  other = event;
  other.samples = {1};
  CHECK(update_sum(other) != update_sum(event));
}
