#include "vit/run/clean_runs.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

#include "vit/core/error.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"
#include "vit/io/temporary.h"
#include "vit/run/run_list.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// What a file gives back: nothing where it has another name too, as `best` and `last` of the same
/// moment have.
std::uint64_t bytes_of(const fs::path& file) {
  struct stat found {};
  if (::lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_nlink > 1) return 0;
  return static_cast<std::uint64_t>(found.st_blocks) * 512;
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t sum = 0;
  std::error_code error;
  for (const auto& item : fs::recursive_directory_iterator(folder, error))
    sum += bytes_of(item.path());
  return sum;
}

/// `NAME.tmp.PID`
bool is_temporary(const std::string& name) {
  const std::size_t mark = name.rfind(".tmp.");
  return mark != std::string::npos && mark + 5 < name.size() &&
         name.find_first_not_of("0123456789", mark + 5) == std::string::npos;
}

/// Whether the process that wrote it is gone.
bool is_left_over(const fs::path& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return fd.valid() && lock_temporary(fd.get());
}

void add_temporaries(const fs::path& folder, std::vector<Removable>& found) {
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error))
    if (is_temporary(item.path().filename().string()) && item.is_regular_file(error) &&
        is_left_over(item.path()))
      found.push_back(
          {item.path(), "half-written, by a process that is gone", bytes_of(item.path())});
}

/// Whether everything in the folder is a run's own.
bool holds_only_a_run(const RunDirectory& run) {
  // Not `trouble`: what is kept of an update that was not finite is there to be looked into.
  constexpr std::array<std::string_view, 12> kNames = {
      "config.yaml",     "env.json",      "run.json",    "summary.csv",
      "metrics.jsonl",   "log.txt",       "report.html", ".lock",
      "predictions.csv", "updates.crc32", "run.sha256",  "checkpoints"};
  std::error_code error;
  for (const auto& item : fs::directory_iterator(run.root(), error)) {
    const std::string name = item.path().filename().string();
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end() &&
        !name.starts_with("events.out.tfevents.") && !is_temporary(name))
      return false;
  }
  return !error;
}

bool has_checkpoint(const RunDirectory& run) {
  std::error_code error;
  for (const auto& item : fs::directory_iterator(run.root() / "checkpoints", error))
    if (item.path().extension() == ".safetensors") return true;
  return false;
}

}  // namespace

std::vector<Removable> removable_in(const fs::path& folder) {
  std::vector<Removable> found;
  for (const RunEntry& entry : list_runs(folder)) {
    if (entry.state == RunState::running) continue;
    const RunDirectory run(entry.path);
    const bool ended = entry.state == RunState::killed || entry.state == RunState::failed;
    if (ended && !has_checkpoint(run) && holds_only_a_run(run)) {
      found.push_back({entry.path, str(run_state_name(entry.state), " before its first checkpoint"),
                       bytes_below(entry.path)});
      continue;
    }
    add_temporaries(run.root(), found);
    add_temporaries(run.root() / "checkpoints", found);
    if (entry.state == RunState::done)
      for (const fs::path& older : run.kept_checkpoints())
        found.push_back(
            {older, "older than the last checkpoint of a complete run", bytes_of(older)});
  }
  return found;
}

bool remove(const Removable& one) {
  std::error_code error;
  const bool is_folder = fs::is_directory(fs::symlink_status(one.path, error));
  if (is_folder) {
    const RunDirectory run(one.path);
    std::optional<RunLock> lock;  // nobody starts in it meanwhile
    try {
      lock.emplace(run);
    } catch (const Error&) {
      return false;
    }
    fs::remove_all(one.path, error);
  } else {
    fs::remove(one.path, error);
  }
  if (error) throw file_error(one.path, "cannot remove", error.value());
  return true;
}

}  // namespace vit
