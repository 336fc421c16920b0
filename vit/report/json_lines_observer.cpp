#include "vit/report/json_lines_observer.h"

#include <chrono>
#include <utility>

#include "vit/report/jsonl.h"

namespace vit {

JsonLinesObserver::JsonLinesObserver(std::function<void(const std::string&)> write,
                                     std::function<double()> seconds)
    : write_(std::move(write)), seconds_(std::move(seconds)) {
  if (!seconds_)
    seconds_ = [] {
      const auto now = std::chrono::steady_clock::now().time_since_epoch();
      return std::chrono::duration<double>(now).count();
    };
}

void JsonLinesObserver::on_batch(const BatchEvent& event) {
  constexpr double kSeconds = 1;
  const double now = seconds_();
  if (told_at_ && now - *told_at_ < kSeconds) return;
  told_at_ = now;
  JsonlRecord record{{"event", "batch"},
                     {"epoch", event.epoch},
                     {"epochs", event.epochs},
                     {"batch", event.batch},
                     {"batches", event.batches},
                     {"step", event.update},
                     {"train_loss_mean", event.loss}};
  for (const Metric& part : event.parts) record.emplace_back("train_" + part.name, part.value);
  for (const auto& [name, value] : {std::pair("lr", event.lr),
                                    {"images_per_s", event.images_per_s},
                                    {"wait_share", event.wait_share},
                                    {"memory", event.memory},
                                    {"seconds_left", event.seconds_left}})
    record.emplace_back(name, value);
  write_(jsonl_line(record));
}

void JsonLinesObserver::on_epoch(const EpochEvent& event) {
  JsonlRecord record{{"event", "epoch"},
                     {"epoch", event.epoch},
                     {"epochs", event.epochs},
                     {"step", event.update},
                     {"train_loss_mean", event.train_loss}};
  for (const Metric& part : event.parts) record.emplace_back("train_" + part.name, part.value);
  for (const Metric& metric : event.metrics)
    record.emplace_back("eval_" + metric.name, metric.value);
  record.emplace_back("lr", event.lr);
  record.emplace_back("images_per_s", event.images_per_s);
  record.emplace_back("time_s", event.seconds);
  record.emplace_back("best", std::int64_t{event.best});
  write_(jsonl_line(record));
}

void JsonLinesObserver::on_note(const std::string& text) {
  write_(jsonl_line({{"event", "note"}, {"text", text}}));
}

}  // namespace vit
