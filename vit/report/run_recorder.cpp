#include "vit/report/run_recorder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/io/checksum.h"

namespace vit {
namespace {

/// What a person looks for stands first: the loss, and what is in percent; the other metrics follow
/// behind the clock.
std::vector<std::string> columns_of(const Metrics& metrics, const Metrics& parts) {
  std::vector<std::string> columns{"epoch", "step", "train_loss"};
  const auto add = [&](const auto& chosen) {
    for (const Metric& metric : metrics)
      if (chosen(metric)) columns.push_back("eval_" + metric.name);
  };
  const auto is_loss = [](const Metric& metric) { return metric.name == "loss"; };
  add(is_loss);
  add([](const Metric& metric) { return metric.percent; });
  columns.insert(columns.end(), {"lr", "images_per_s", "time_s"});
  add([&](const Metric& metric) { return !metric.percent && !is_loss(metric); });
  for (const Metric& part : parts) columns.push_back("train_" + part.name);
  return columns;
}

CsvCell cell(const EpochEvent& event, const std::string& column) {
  if (column == "epoch") return event.epoch;
  if (column == "step") return event.update;
  if (column == "train_loss") return event.train_loss;
  if (column == "lr") return event.lr;
  if (column == "images_per_s") return event.images_per_s;
  if (column == "time_s") return event.seconds;
  for (const Metric& metric : event.metrics)
    if (column == "eval_" + metric.name) return metric.value;
  for (const Metric& part : event.parts)
    if (column == "train_" + part.name) return part.value;
  return std::monostate{};
}

}  // namespace

RunRecorder::RunRecorder(const std::filesystem::path& folder, std::optional<ResumePoint> resumed,
                         const Metrics& metrics, const Metrics& parts, const HParams& hparams)
    : columns_(columns_of(metrics, parts)), has_hparams_(!hparams.empty()) {
  const std::filesystem::path summary = folder / "summary.csv", lines = folder / "metrics.jsonl";
  if (resumed) {
    repair_csv(summary, "epoch", resumed->epoch);
    repair_jsonl(lines, "step", resumed->update, "grad_norm");
    // A run that an older version began goes on with its columns.
    if (!text_if_there(summary).empty()) columns_ = read_csv(summary).header;
  }
  summary_.emplace(summary, columns_);
  metrics_.emplace(lines);
  events_.emplace(folder, resumed ? std::optional(resumed->update + 1) : std::nullopt);
  if (!hparams.empty()) events_->hparams(hparams, metrics);
  open_update_sums(folder / "updates.crc32", resumed);
}

void RunRecorder::open_update_sums(const std::filesystem::path& file,
                                   std::optional<ResumePoint> resumed) {
  constexpr std::uintmax_t kLine = 9;
  const auto known = static_cast<std::uintmax_t>(resumed ? resumed->update : 0) * kLine;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error ? known > 0 : size < known) {  // an older version began the run, or it was copied
    std::filesystem::remove(file, error);
    return;
  }
  if (!error) std::filesystem::resize_file(file, known, error);
  update_sums_.emplace(file);
}

void RunRecorder::on_update(const UpdateEvent& event) {
  if (update_sums_) try_to([&] { update_sums_->append(update_sum(event) + "\n"); });
  // About fifty points an epoch draw a curve; more only cost disk.
  const std::int64_t every = std::max<std::int64_t>(1, event.batches / 50);
  if (event.update % every != 0) return;
  // Of this update's samples alone: a mean over the epoch hides what a curve is looked at for.
  JsonlRecord record{{"step", event.update},     {"epoch", event.epoch},
                     {"train_loss", event.loss}, {"grad_norm", event.grad_norm},
                     {"lr", event.lr},           {"images_per_s", last_batch_.images_per_s}};
  for (const Metric& part : last_batch_.parts)
    record.emplace_back("train_" + part.name, part.value);
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
                     {"time_s", event.seconds},
                     {"wait_s", event.time.wait},
                     {"forward_s", event.time.forward},
                     {"backward_s", event.time.backward},
                     {"update_s", event.time.update},
                     {"other_s", event.time.other},
                     {"eval_s", event.time.evaluation}};
  for (const Metric& metric : event.metrics)
    record.emplace_back("eval_" + metric.name, metric.value);
  try_to([&] {
    metrics_->add(record);
    events_->scalar("train/loss_mean", event.train_loss, event.update);
    for (const Metric& metric : event.metrics)
      events_->scalar("eval/" + metric.name, metric.value, event.update);
    for (const Histogram& weights : event.weights)
      events_->histogram("weights/" + weights.name, weights, event.update);
  });
}

void RunRecorder::show(const std::vector<Section>& sections, std::int64_t update) {
  for (const Section& section : sections) {
    std::size_t count = 0;
    const auto image = [&](const Image& picture, const std::string& caption) {
      const std::string tag = str(section.title.empty() ? "Evaluation" : section.title, "/",
                                  ++count, caption.empty() ? "" : " ", caption);
      try_to([&] { events_->image(tag, picture, update); });
    };
    if (const auto* gallery = std::get_if<Gallery>(&section.body))
      for (const Gallery::Item& item : gallery->items) image(item.image, item.caption);
    if (const auto* classified = std::get_if<ClassifiedSamples>(&section.body))
      for (const ReportSample& sample : classified->samples)
        image(sample.picture, sample.guesses.empty()
                                  ? sample.truth
                                  : str(sample.truth, " as ", sample.guesses.front().label));
  }
}

void RunRecorder::write_rows() {
  for (; !rows_.empty(); rows_.pop_front()) summary_->add(rows_.front());
}

void RunRecorder::complete() {
  if (has_hparams_) try_to([&] { events_->hparams_end(); });
}

std::string update_sum(const UpdateEvent& event) {
  Crc32 sum;
  for (const double value : {event.loss, event.grad_norm, event.lr}) {
    const auto bits = std::isnan(value) ? 0 : std::bit_cast<std::uint64_t>(value);
    sum.update(std::as_bytes(std::span(&bits, 1)));
  }
  sum.update(std::as_bytes(std::span(event.samples)));
  return sum.hex();
}

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
