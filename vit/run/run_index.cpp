#include "vit/run/run_index.h"

#include <sys/stat.h>

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/report/number.h"

namespace vit {
namespace {

// A line is a JSON array that begins with the name, so that a run is found without reading the rest
// of its line, and whose numbers need no names: ten thousand lines are read in some 30 ms.
constexpr std::string_view kFirstLine = "[\"vit runs\",1]\n";

std::int64_t nanoseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

std::string number_text(std::optional<double> value) { return value ? shortest(*value) : "null"; }

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string line_of(const RunEntry& run, const RunStamp& stamp) {
  const RunRecord& record = run.record;
  std::string line = "[" + quoted(run.name);
  for (const std::string& text : {record.task, record.model, record.data, record.started,
                                  std::string(run_state_name(record.end)), record.problem})
    line += "," + quoted(text);
  for (const std::int64_t number :
       {stamp.folder, stamp.table, static_cast<std::int64_t>(stamp.table_size), record.seed,
        record.epochs, static_cast<std::int64_t>(run.state), run.epochs})
    line += "," + std::to_string(number);
  line += "," + shortest(run.seconds);
  for (std::size_t i = 0; i < record.metrics.size(); ++i) {
    const Metric& metric = record.metrics[i];
    line += "," + quoted(metric.name) + "," + quoted(metric.title) + "," +
            std::to_string(static_cast<int>(metric.better)) + (metric.percent ? ",1," : ",0,") +
            number_text(run.metrics[i].best) + "," + number_text(run.metrics[i].last);
  }
  return line + "]\n";
}

/// Reads the values of such a line one after the other; false once one is not there.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : left_(line) {}

  bool text(std::string& into) {
    if (!next() || left_.empty() || left_.front() != '"') return false;
    std::size_t end = 1;
    bool escaped = false;
    for (; end < left_.size() && left_[end] != '"'; ++end)
      if (left_[end] == '\\') escaped = true, ++end;
    if (end >= left_.size()) return false;
    const std::string_view all = left_.substr(0, end + 1);
    left_.remove_prefix(end + 1);
    if (!escaped) {
      into = all.substr(1, all.size() - 2);
      return true;
    }
    const auto json = nlohmann::json::parse(all, nullptr, /*allow_exceptions=*/false);
    if (!json.is_string()) return false;
    into = json.get<std::string>();
    return true;
  }
  template <class Number>
  bool number(Number& into) {
    if (!next()) return false;
    const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), into);
    if (error != std::errc()) return false;
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
    return true;
  }
  bool number(std::optional<double>& into) {
    const LineReader before = *this;
    double value = 0;
    if (number(value)) {
      into = value;
      return true;
    }
    *this = before;
    if (!next() || !left_.starts_with("null")) return false;
    left_.remove_prefix(4);
    return true;
  }
  [[nodiscard]] bool at_end() const { return left_ == "]"; }

 private:
  bool next() {
    if (left_.empty() || (left_.front() != ',' && left_.front() != '[')) return false;
    left_.remove_prefix(1);
    return true;
  }
  std::string_view left_;
};

struct IndexedRun {
  RunEntry run;
  RunStamp stamp;
};

std::optional<IndexedRun> read_line(std::string_view line) {
  IndexedRun found;
  RunRecord& record = found.run.record;
  LineReader reader(line);
  std::string end;
  int state = 0;
  std::int64_t table_size = 0;
  if (!(reader.text(found.run.name) && reader.text(record.task) && reader.text(record.model) &&
        reader.text(record.data) && reader.text(record.started) && reader.text(end) &&
        reader.text(record.problem) && reader.number(found.stamp.folder) &&
        reader.number(found.stamp.table) && reader.number(table_size) &&
        reader.number(record.seed) && reader.number(record.epochs) && reader.number(state) &&
        reader.number(found.run.epochs) && reader.number(found.run.seconds)))
    return std::nullopt;
  found.stamp.table_size = static_cast<std::uint64_t>(table_size);
  for (int known = 0; known <= static_cast<int>(RunState::killed); ++known)
    if (run_state_name(static_cast<RunState>(known)) == end)
      record.end = static_cast<RunState>(known);
  if (state < 0 || state > static_cast<int>(RunState::killed)) return std::nullopt;
  found.run.state = static_cast<RunState>(state);
  while (!reader.at_end()) {
    Metric metric;
    RunMetric values;
    int better = 0, percent = 0;
    if (!(reader.text(metric.name) && reader.text(metric.title) && reader.number(better) &&
          reader.number(percent) && reader.number(values.best) && reader.number(values.last)) ||
        better < 0 || better > static_cast<int>(Better::neither))
      return std::nullopt;
    metric.better = static_cast<Better>(better);
    metric.percent = percent != 0;
    record.metrics.push_back(std::move(metric));
    found.run.metrics.push_back(values);
  }
  return found;
}

std::filesystem::path index_file(const std::filesystem::path& folder) { return folder / ".index"; }

}  // namespace

std::optional<RunStamp> stamp_of(const RunDirectory& directory) {
  struct stat folder {
  }, table{};
  if (::stat(directory.root().c_str(), &folder) != 0) return std::nullopt;
  RunStamp stamp{nanoseconds(folder.st_mtim), 0, 0};
  if (::stat(directory.summary().c_str(), &table) == 0) {
    stamp.table = nanoseconds(table.st_mtim);
    stamp.table_size = static_cast<std::uint64_t>(table.st_size);
  }
  return stamp;
}

RunIndex::RunIndex(std::filesystem::path folder) : folder_(std::move(folder)) {
  try {
    text_ = read_text_file(index_file(folder_));
  } catch (const Error&) {  // there is none yet, or it is not ours to read
    return;
  }
  std::string_view left = text_;
  if (!left.starts_with(kFirstLine)) return;
  left.remove_prefix(kFirstLine.size());
  while (!left.empty()) {
    const std::size_t end = left.find('\n');
    if (end == std::string_view::npos) return;
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(end + 1);
    const std::size_t name_end = line.find("\",");
    if (line.starts_with("[\"") && name_end != std::string_view::npos)
      lines_.emplace(line.substr(2, name_end - 2), line);
  }
}

bool RunIndex::knows(std::string_view name) const { return lines_.contains(name); }

std::optional<RunEntry> RunIndex::find(std::string_view name, const RunStamp& stamp) const {
  const auto line = lines_.find(name);
  if (line == lines_.end()) return std::nullopt;
  auto found = read_line(line->second);
  if (!found || found->run.name != name || found->stamp != stamp) return std::nullopt;
  return std::move(found->run);
}

void RunIndex::save(const std::vector<std::pair<RunEntry, RunStamp>>& runs) const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t settled =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - 1'000'000'000;
  std::string text(kFirstLine);
  for (const auto& [run, stamp] : runs)
    if (stamp.folder < settled && stamp.table < settled) text += line_of(run, stamp);
  if (text == text_) return;
  try {
    write_file_atomically(index_file(folder_), text);
  } catch (const Error&) {  // it only saves time
  }
}

}  // namespace vit
