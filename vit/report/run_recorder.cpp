#include "vit/report/run_recorder.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"

namespace vit {
namespace {

/// The first columns are the same for every classifier; further metrics follow behind the others.
std::vector<std::string> columns_of(const std::vector<std::string>& metrics) {
  std::vector<std::string> columns{"epoch", "step", "train_loss"}, further;
  const auto known = [](const std::string& name) {
    return name == "loss" || name == "top1" || name == "top5";
  };
  for (const char* name : {"loss", "top1", "top5"})
    if (std::find(metrics.begin(), metrics.end(), name) != metrics.end())
      columns.push_back(std::string("eval_") + name);
  columns.insert(columns.end(), {"lr", "images_per_s", "time_s"});
  for (const std::string& name : metrics)
    if (!known(name)) columns.push_back("eval_" + name);
  return columns;
}

CsvCell cell(const EpochEvent& event, const std::string& column) {
  if (column == "epoch") return event.epoch;
  if (column == "step") return event.update;
  if (column == "train_loss") return event.train_loss;
  if (column == "lr") return event.lr;
  if (column == "images_per_s") return event.images_per_s;
  if (column == "time_s") return event.seconds;
  for (const auto& [name, value] : event.metrics)
    if (column == "eval_" + name) return value;
  return std::monostate{};
}

}  // namespace

RunRecorder::RunRecorder(const std::filesystem::path& folder, std::optional<ResumePoint> resumed,
                         const std::vector<std::string>& metrics_names)
    : columns_(columns_of(metrics_names)) {
  const std::filesystem::path summary = folder / "summary.csv", metrics = folder / "metrics.jsonl";
  if (resumed) {
    repair_csv(summary, "epoch", resumed->epoch);
    repair_jsonl(metrics, "step", resumed->update);
    last_recorded_update_ = resumed->update;
    // A run that an older version began goes on with its columns.
    if (!text_if_there(summary).empty()) columns_ = read_csv(summary).header;
  }
  summary_.emplace(summary, columns_);
  metrics_.emplace(metrics);
  events_.emplace(folder, resumed ? std::optional(resumed->update + 1) : std::nullopt);
}

void RunRecorder::on_update(const UpdateEvent& event) {
  // About fifty points an epoch draw a curve; more only cost disk.
  const std::int64_t every = std::max<std::int64_t>(1, event.batches / 50);
  if (event.update < last_recorded_update_ + every) return;
  last_recorded_update_ = event.update;
  // Of this update's samples alone: a mean over the epoch hides what a curve is looked at for.
  JsonlRecord record{{"step", event.update},     {"epoch", event.epoch},
                     {"train_loss", event.loss}, {"grad_norm", event.grad_norm},
                     {"lr", event.lr},           {"images_per_s", last_batch_.images_per_s}};
  if (last_batch_.train_top1) record.emplace_back("train_top1", *last_batch_.train_top1);
  try_to([&] {
    metrics_->add(record);
    events_->scalar("train/loss", event.loss, event.update);
    events_->scalar("train/grad_norm", event.grad_norm, event.update);
    events_->scalar("train/lr", event.lr, event.update);
    events_->scalar("train/images_per_s", last_batch_.images_per_s, event.update);
  });
}

void RunRecorder::on_epoch(const EpochEvent& event) {
  std::vector<CsvCell> row;
  for (const std::string& column : columns_) row.push_back(cell(event, column));
  rows_.push_back(std::move(row));
  try_to([&] { write_rows(); });
  JsonlRecord record{{"step", event.update},
                     {"epoch", event.epoch},
                     {"train_loss_mean", event.train_loss},
                     {"images_per_s", event.images_per_s},
                     {"time_s", event.seconds}};
  for (const auto& [key, value] : event.metrics) record.emplace_back("eval_" + key, value);
  try_to([&] {
    metrics_->add(record);
    events_->scalar("train/loss_mean", event.train_loss, event.update);
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
