#include "vit/report/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "vit/core/str.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainSeconds = 10, kPlainShare = 0.1, kPlainMostSeconds = 60;
constexpr int kLeastBar = 8, kMostBar = 30;
constexpr const char* kEraseLine = "\r\x1b[2K";

double share_of(const StepStatus& status) {
  if (status.steps <= 0) return 0;
  return std::clamp(static_cast<double>(status.step) / static_cast<double>(status.steps), 0.0, 1.0);
}

/// `1:20` or `2:05:10`: shorter than human_duration, and of steady width while it counts down.
std::string clock_time(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "?";
  const auto total = static_cast<std::int64_t>(std::llround(seconds));
  const auto two = [](std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
  };
  const std::string tail = two(total % 60);
  if (total < 3600) return str(total / 60, ":", tail);
  return str(total / 3600, ":", two(total / 60 % 60), ":", tail);
}

std::string progress_bar(double share, int columns, bool unicode) {
  const auto done = static_cast<int>(std::floor(share * columns));
  std::string bar;
  for (int i = 0; i < columns; ++i) bar += i < done ? (unicode ? "━" : "#") : (unicode ? "─" : ".");
  return bar;
}

/// A part of the line, and how soon it is left out where the line is too long (0: last).
struct Part {
  std::string text;
  int left_out;
};

/// The first `most` that are in percent.
std::vector<const Metric*> in_percent(const Metrics& metrics, std::size_t most) {
  std::vector<const Metric*> found;
  for (const Metric& metric : metrics)
    if (metric.percent && found.size() < most) found.push_back(&metric);
  return found;
}

std::vector<Part> parts_of(const StepStatus& s, bool unicode) {
  std::vector<Part> parts;
  parts.push_back({str(s.evaluating ? "eval " : "epoch ", s.epoch, "/", s.epochs), 0});
  parts.push_back({pad_left(fixed(std::floor(100 * share_of(s)), 0), 3) + "%", 1});
  parts.push_back({str("step ", s.step, "/", s.steps), 7});
  parts.push_back({str("loss ", fixed(s.loss, 4)), 2});
  constexpr int kSparkColumns = 16;
  if (const std::string curve = sparkline(s.losses, kSparkColumns, unicode); !curve.empty())
    parts.push_back({curve, 8});
  for (const Metric* part : in_percent(s.parts, 1))
    parts.push_back({str(part->shown_as(), " ", fixed(part->value, 1), "%"), 4});
  if (s.images_per_s) parts.push_back({human_throughput(*s.images_per_s), 6});
  if (s.wait_share)
    parts.push_back({str("data wait ", fixed(std::floor(100 * *s.wait_share), 0), "%"), 9});
  if (s.memory && *s.memory > 0) parts.push_back({human_bytes(*s.memory), 10});
  if (s.seconds_left) parts.push_back({clock_time(*s.seconds_left) + " left", 3});
  return parts;
}

constexpr int kBarLeftOut = 5;

int width_of(const std::vector<Part>& parts) {
  int width = 2 * (static_cast<int>(parts.size()) - 1);
  for (const Part& part : parts) width += display_width(part.text);
  return width;
}

std::string joined(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) text += (text.empty() ? "" : "  ") + part.text;
  return text;
}

}  // namespace

void CurveHistory::add(double value) {
  constexpr std::size_t kMost = 64;
  if (!std::isfinite(value)) return;
  sum_ += value;
  if (++count_ < each_) return;
  means_.push_back(sum_ / static_cast<double>(count_));
  sum_ = 0;
  count_ = 0;
  if (means_.size() < kMost) return;
  for (std::size_t i = 0; i < kMost / 2; ++i) means_[i] = (means_[2 * i] + means_[2 * i + 1]) / 2;
  means_.resize(kMost / 2);
  each_ *= 2;
}

std::vector<double> CurveHistory::values() const {
  std::vector<double> all = means_;
  if (count_ > 0) all.push_back(sum_ / static_cast<double>(count_));
  return all;
}

std::string sparkline(const std::vector<double>& values, int columns, bool unicode) {
  constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<const char*, 8> kPlain = {"_", ".", "-", "~", "=", "+", "*", "#"};
  if (values.size() < 2 || columns < 2) return {};
  const std::size_t width = std::min(values.size(), static_cast<std::size_t>(columns));
  std::vector<double> shown;  // the mean of what falls into each column
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t from = i * values.size() / width, to = (i + 1) * values.size() / width;
    double sum = 0;
    for (std::size_t k = from; k < to; ++k) sum += values[k];
    shown.push_back(sum / static_cast<double>(to - from));
  }
  const auto [low, high] = std::minmax_element(shown.begin(), shown.end());
  const double range = *high - *low;
  std::string line;
  for (const double value : shown) {
    const double share = range > 0 ? (value - *low) / range : 0;
    const auto level = static_cast<std::size_t>(std::lround(share * 7));
    line += unicode ? kBlocks.at(level) : kPlain.at(level);
  }
  return line;
}

std::string status_line(const StepStatus& status, int columns, bool unicode) {
  std::vector<Part> parts = parts_of(status, unicode);
  bool with_bar = true;
  const auto least = [&] { return width_of(parts) + (with_bar ? kLeastBar + 2 : 0); };
  while (least() > columns && parts.size() > 1) {
    const auto next =
        std::max_element(parts.begin(), parts.end(),
                         [](const Part& a, const Part& b) { return a.left_out < b.left_out; });
    if (with_bar && next->left_out < kBarLeftOut)
      with_bar = false;
    else
      parts.erase(next);
  }
  if (with_bar) {
    const int room = std::clamp(columns - width_of(parts) - 2, kLeastBar, kMostBar);
    parts.insert(parts.begin() + 1, {progress_bar(share_of(status), room, unicode), 0});
  }
  return shorten(joined(parts), std::max(1, columns));
}

std::string epoch_line(const EpochSummary& s) {
  constexpr int kColumns = 79;
  const std::string epochs = std::to_string(s.epochs);
  std::vector<Part> parts;
  parts.push_back({str("epoch ", pad_left(std::to_string(s.epoch), static_cast<int>(epochs.size())),
                       "/", epochs),
                   0});
  parts.push_back({"loss " + fixed(s.train_loss, 4), 0});
  if (const auto loss = value_of(s.metrics, "loss"))
    parts.push_back({"eval " + fixed(*loss, 4), 0});
  int left_out = 0;
  for (const Metric* metric : in_percent(s.metrics, 2))
    parts.push_back(
        {metric->shown_as() + " " + fixed(metric->value, 2) + "%", std::exchange(left_out, 3)});
  if (s.images_per_s) parts.push_back({human_throughput(*s.images_per_s), 2});
  if (s.seconds) parts.push_back({human_duration(*s.seconds), 1});
  if (s.best) parts.push_back({"best", 0});
  while (width_of(parts) > kColumns) {
    const auto next =
        std::max_element(parts.begin(), parts.end(),
                         [](const Part& a, const Part& b) { return a.left_out < b.left_out; });
    if (next->left_out == 0) break;
    parts.erase(next);
  }
  return joined(parts);
}

Progress::Progress(Terminal terminal)
    : terminal_(std::move(terminal)), shown_at_(terminal_.seconds()) {
  if (terminal_.live) shown_at_ -= kRedrawSeconds;
}

Progress::~Progress() {
  try {
    clear();
  } catch (...) {  // a terminal that is gone must not end the run
  }
}

bool Progress::is_due(const StepStatus& status, double now) const {
  const double waited = now - shown_at_;
  if (terminal_.live) return waited >= kRedrawSeconds || status.step == status.steps;
  const bool first = !shown_ || shown_->epoch != status.epoch;
  const double advanced = first ? share_of(status) : share_of(status) - share_of(*shown_);
  return (waited >= kPlainSeconds && (!shown_ || advanced >= kPlainShare)) ||
         waited >= kPlainMostSeconds;
}

void Progress::step(const StepStatus& status) {
  const std::lock_guard lock(mutex_);
  const double now = terminal_.seconds();
  if (!is_due(status, now)) return;
  shown_ = status;
  shown_at_ = now;
  if (terminal_.live)
    redraw();
  else
    terminal_.write(status_line(status, 200, terminal_.unicode) + "\n");
}

void Progress::redraw() {
  // The last column stays free: many terminals wrap when it is written.
  const int columns = std::max(2, terminal_.columns()) - 1;
  std::string line = status_line(*shown_, columns, terminal_.unicode);
  if (terminal_.colour) {
    const std::string done = terminal_.unicode ? "━" : "#";
    const auto first = line.find(done), last = line.rfind(done);
    if (first != std::string::npos) {
      line.insert(last + done.size(), "\x1b[0m");
      line.insert(first, "\x1b[36m");
    }
  }
  terminal_.write(std::string(line_is_up_ ? kEraseLine : "") + line);
  line_is_up_ = true;
}

void Progress::epoch(const EpochSummary& summary) {
  const std::lock_guard lock(mutex_);
  std::string line = epoch_line(summary);
  if (terminal_.colour && summary.best) line.replace(line.size() - 4, 4, "\x1b[1;32mbest\x1b[0m");
  if (!terminal_.live) shown_at_ = terminal_.seconds();
  shown_.reset();  // the epoch that the live line showed is over
  print_above(line + "\n");
}

void Progress::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::string lines;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    lines += visible(text.substr(0, length)) + "\n";
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  print_above(lines);
}

void Progress::clear() {
  const std::lock_guard lock(mutex_);
  if (line_is_up_) terminal_.write(kEraseLine);
  line_is_up_ = false;
}

void Progress::print_above(const std::string& lines) {
  terminal_.write((line_is_up_ ? kEraseLine : "") + lines);
  const bool was_up = std::exchange(line_is_up_, false);
  if (was_up && shown_) redraw();
}

}  // namespace vit
