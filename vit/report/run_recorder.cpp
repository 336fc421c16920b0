#include "vit/report/run_recorder.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"

namespace vit {
namespace {

CsvCell metric(const EpochEvent& event, std::string_view name) {
  for (const auto& [key, value] : event.metrics)
    if (key == name) return value;
  return std::monostate{};
}

}  // namespace

RunRecorder::RunRecorder(const std::filesystem::path& folder, std::optional<ResumePoint> resumed) {
  const std::filesystem::path summary = folder / "summary.csv", metrics = folder / "metrics.jsonl";
  if (resumed) {
    repair_csv(summary, "epoch", resumed->epoch);
    repair_jsonl(metrics, "step", resumed->update);
    last_recorded_update_ = resumed->update;
  }
  summary_.emplace(summary,
                   std::vector<std::string>{"epoch", "step", "train_loss", "eval_loss", "eval_top1",
                                            "eval_top5", "lr", "images_per_s", "time_s"});
  metrics_.emplace(metrics);
  events_.emplace(folder, resumed ? std::optional(resumed->update + 1) : std::nullopt);
}

void RunRecorder::on_batch(const BatchEvent& event) {
  // About fifty points an epoch draw a curve; more only cost disk.
  const std::int64_t every = std::max<std::int64_t>(1, event.batches / 50);
  if (event.update < last_recorded_update_ + every) return;
  last_recorded_update_ = event.update;
  JsonlRecord record{{"step", event.update},
                     {"epoch", event.epoch},
                     {"train_loss", event.loss},
                     {"lr", event.lr},
                     {"images_per_s", event.images_per_s}};
  if (event.train_top1) record.emplace_back("train_top1", *event.train_top1);
  try_to([&] {
    metrics_->add(record);
    events_->scalar("train/loss", event.loss, event.update);
    events_->scalar("train/lr", event.lr, event.update);
  });
}

void RunRecorder::on_epoch(const EpochEvent& event) {
  rows_.push_back({event.epoch, event.update, event.train_loss, metric(event, "loss"),
                   metric(event, "top1"), metric(event, "top5"), event.lr, event.images_per_s,
                   event.seconds});
  try_to([&] { write_rows(); });
  JsonlRecord record{{"step", event.update}, {"epoch", event.epoch}, {"overhead", event.overhead}};
  for (const auto& [key, value] : event.metrics) record.emplace_back("eval_" + key, value);
  try_to([&] {
    metrics_->add(record);
    for (const auto& [key, value] : event.metrics)
      events_->scalar("eval/" + key, value, event.update);
  });
}

void RunRecorder::write_rows() {
  for (; !rows_.empty(); rows_.pop_front()) summary_->add(rows_.front());
}

void RunRecorder::finish() { write_rows(); }

bool RunRecorder::try_to(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const Error& problem) {
    if (problem.kind() != ErrorKind::resource) throw;
    if (!std::exchange(told_, true))
      log::warn(str("what happens cannot be recorded; training goes on. ", problem.what()));
    return false;
  }
}

}  // namespace vit
