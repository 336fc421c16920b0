#include "vit/run/run_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "vit/core/error.h"
#include "vit/report/append_file.h"
#include "vit/run/run_index.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 6;  // of runs below the folder: RUNS/SWEEP/trials/NAME and more

std::vector<std::string_view> split_line(std::string_view line, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = line.find(at);
    parts.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return parts;
    line.remove_prefix(end + 1);
  }
}

/// summary.csv read for its numbers alone, as they are asked of every run: nothing in it is quoted,
/// and a line without its end is being written.
void read_table(const fs::path& file, RunEntry& run) {
  const std::string text = text_if_there(file);
  std::string_view left = text;
  const auto take_line = [&]() -> std::optional<std::string_view> {
    const std::size_t end = left.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(end + 1);
    return line;
  };
  const auto header = take_line();
  if (!header) return;
  const std::vector<std::string_view> names = split_line(*header, ',');
  const auto column_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  std::vector<std::size_t> columns;
  for (const Metric& metric : run.record.metrics)
    columns.push_back(column_of("eval_" + metric.name));
  const std::size_t time = column_of("time_s");
  while (const auto line = take_line()) {
    const std::vector<std::string_view> cells = split_line(*line, ',');
    const auto number = [&](std::size_t column) {
      double value = std::nan("");
      if (column < cells.size())
        std::from_chars(cells[column].data(), cells[column].data() + cells[column].size(), value);
      return value;
    };
    ++run.epochs;
    if (const double seconds = number(time); std::isfinite(seconds)) run.seconds += seconds;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const double value = number(columns[i]);
      RunMetric& metric = run.metrics[i];
      metric.last = std::isnan(value) ? std::nullopt : std::optional(value);
      if (is_better(run.record.metrics[i].better, value, metric.best)) metric.best = value;
    }
  }
}

bool is_run(const fs::path& folder) {
  std::error_code error;
  const RunDirectory directory(folder);
  return fs::exists(directory.config(), error) || fs::exists(directory.record(), error);
}

/// Every run below a folder, by its name in it.
class Finder {
 public:
  explicit Finder(const RunIndex& index) : index_(index) {}

  void look_into(const fs::path& folder, const std::string& prefix, int depth) {
    std::error_code error;
    for (const auto& item :
         fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, error)) {
      const std::string own = item.path().filename().string();
      if (own.starts_with('.') || !item.is_directory(error)) continue;
      const std::string name = prefix + own;
      if (index_.knows(name) || is_run(item.path()))
        found.emplace_back(name, item.path());
      else if (depth < kDeepest)
        look_into(item.path(), name + "/", depth + 1);
    }
  }

  std::vector<std::pair<std::string, fs::path>> found;

 private:
  const RunIndex& index_;
};

/// What a name's digits count for: `trial-9` stands before `trial-10`.
bool comes_before(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto digits = [&](std::string_view text, std::size_t& at) {
    while (at < text.size() && text[at] == '0') ++at;
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return text.substr(first, at - first);
  };
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view x = digits(a, i), y = digits(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j || (a.size() - i == b.size() - j && a < b);
}

template <class Key>
void sort_by(std::vector<RunEntry>& runs, const Key& key) {
  std::stable_sort(runs.begin(), runs.end(),
                   [&](const RunEntry& a, const RunEntry& b) { return key(a) < key(b); });
}

}  // namespace

std::optional<std::size_t> RunEntry::metric(const std::string& named) const {
  for (std::size_t i = 0; i < record.metrics.size(); ++i)
    if (record.metrics[i].name == named || "eval_" + record.metrics[i].name == named) return i;
  return std::nullopt;
}

std::optional<RunEntry> run_entry(const fs::path& run, const std::string& name) {
  const RunDirectory directory(run);
  auto record = read_run_record(directory);
  if (!record) {
    if (!is_run(run)) return std::nullopt;
    record.emplace();  // of another version: that it is there can be told at least
  }
  RunEntry entry{.path = run, .name = name, .record = std::move(*record)};
  entry.metrics.resize(entry.record.metrics.size());
  entry.state = run_state(directory, entry.record);
  try {
    read_table(directory.summary(), entry);
  } catch (const Error&) {  // a table that cannot be read tells nothing
  }
  return entry;
}

std::vector<RunEntry> list_runs(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw Error(ErrorKind::usage, folder.string(), "is no folder of runs",
                "name one that `vit train` or `vit sweep` has written into");
  if (is_run(folder)) {
    auto one = run_entry(folder, fs::absolute(folder).lexically_normal().filename().string());
    return one ? std::vector<RunEntry>{std::move(*one)} : std::vector<RunEntry>{};
  }
  const RunIndex index(folder);
  Finder finder(index);
  finder.look_into(folder, "", 0);
  std::sort(finder.found.begin(), finder.found.end(),
            [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
  std::vector<std::pair<RunEntry, RunStamp>> runs;
  runs.reserve(finder.found.size());
  for (const auto& [name, path] : finder.found) {
    const RunDirectory directory(path);
    const auto stamp = stamp_of(directory);  // before the files are read: they may change meanwhile
    if (!stamp) continue;
    auto run = index.find(name, *stamp);
    if (run) {
      run->path = path;
      // Whether a process is in it shows in no file.
      if (run->state != RunState::done) run->state = run_state(directory, run->record);
    } else {
      run = run_entry(path, name);
    }
    if (run) runs.emplace_back(std::move(*run), *stamp);
  }
  index.save(runs);
  std::vector<RunEntry> entries;
  entries.reserve(runs.size());
  for (auto& [run, stamp] : runs) entries.push_back(std::move(run));
  return entries;
}

void sort_runs(std::vector<RunEntry>& runs, const std::string& column) {
  if (column == "name")
    std::stable_sort(runs.begin(), runs.end(), [](const RunEntry& a, const RunEntry& b) {
      return comes_before(a.name, b.name);
    });
  else if (column == "task")
    sort_by(runs, [](const RunEntry& run) -> const std::string& { return run.record.task; });
  else if (column == "model")
    sort_by(runs, [](const RunEntry& run) -> const std::string& { return run.record.model; });
  else if (column == "data")
    sort_by(runs, [](const RunEntry& run) -> const std::string& { return run.record.data; });
  else if (column == "started")
    sort_by(runs, [](const RunEntry& run) -> const std::string& { return run.record.started; });
  else if (column == "status")
    sort_by(runs, [](const RunEntry& run) { return run.state; });
  else if (column == "epochs")
    sort_by(runs, [](const RunEntry& run) { return run.epochs; });
  else if (column == "seed")
    sort_by(runs, [](const RunEntry& run) { return run.record.seed; });
  else if (column == "time")
    sort_by(runs, [](const RunEntry& run) { return run.seconds; });
  else {
    // Runs of different tasks may mean different things by a name; each is sorted by its own
    // direction then.
    bool found = false;
    std::vector<std::pair<double, std::size_t>> keys;  // the least is the best
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto at = runs[i].metric(column);
      found = found || at;
      const auto best = at ? runs[i].metrics[*at].best : std::nullopt;
      const bool smaller = at && runs[i].record.metrics[*at].better == Better::smaller;
      keys.emplace_back(best ? (smaller ? *best : -*best) : INFINITY, i);
    }
    if (!found && !runs.empty())
      throw Error(
          ErrorKind::usage, "--sort " + column, "no run has a metric of this name",
          "sort by name, status, task, model, data, epochs, seed, time, started, or a "
          "metric such as " +
              (runs.front().record.metrics.empty() ? std::string("top1")
                                                   : runs.front().record.metrics.front().name));
    std::stable_sort(keys.begin(), keys.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<RunEntry> sorted;
    sorted.reserve(runs.size());
    for (const auto& [key, i] : keys) sorted.push_back(std::move(runs[i]));
    runs = std::move(sorted);
  }
}

}  // namespace vit
