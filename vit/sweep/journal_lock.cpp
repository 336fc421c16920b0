#include "vit/sweep/journal_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"
#include "vit/report/append_file.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// When a process of this machine started, in ticks since boot; nothing where there is none.
std::optional<std::int64_t> start_of(std::int64_t pid) {
  std::string text;
  try {
    text = text_if_there("/proc/" + std::to_string(pid) + "/stat");
  } catch (const Error&) {  // it ended while it was read
  }
  // The second field is the program's name in parentheses, which may hold anything.
  const std::size_t behind_name = text.rfind(')');
  if (behind_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(behind_name + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) {
    fields >> field;
    if (i == 3 && field == "Z") return std::nullopt;  // dead, and not yet buried by its parent
  }
  return std::atoll(field.c_str());
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

std::string ProcessId::text() const { return str(host, ":", pid, ":", started); }

std::optional<ProcessId> ProcessId::parse(const std::string& text) {
  ProcessId process;
  const std::size_t last = text.rfind(':');
  if (last == std::string::npos || last == 0) return std::nullopt;
  const std::size_t first = text.rfind(':', last - 1);
  if (first == std::string::npos) return std::nullopt;
  process.host = text.substr(0, first);
  process.pid = std::atoll(text.substr(first + 1, last - first - 1).c_str());
  process.started = std::atoll(text.substr(last + 1).c_str());
  if (process.pid <= 0) return std::nullopt;
  return process;
}

ProcessId own_process() {
  static ProcessId known;
  const std::int64_t pid = ::getpid();
  if (known.pid != pid) known = {host_name(), pid, start_of(pid).value_or(0)};  // also after a fork
  return known;
}

std::optional<bool> is_alive(const ProcessId& process) {
  if (process.host != host_name()) return std::nullopt;
  return start_of(process.pid) == process.started;
}

JournalLock::JournalLock(const fs::path& file) : lock_(file.native() + ".lock") {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kPatience(30);
  // A file of our own, which says whose lock it is, and is linked to the lock's name.
  const ProcessId self = own_process();
  const fs::path own = str(lock_.native(), ".", self.host, ".", self.pid);
  {
    const FileDescriptor fd(::open(own.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    const std::string text = self.text();
    if (!fd.valid() || ::write(fd.get(), text.data(), text.size()) < 0)
      throw file_error(own, "cannot write", errno);
  }
  std::string last_owner;
  Clock::time_point since = Clock::now();
  auto pause = std::chrono::milliseconds(1);
  while (::link(own.c_str(), lock_.c_str()) != 0) {
    if (errno != EEXIST) {
      const int reason = errno;
      ::unlink(own.c_str());
      throw file_error(lock_, "cannot make the lock", reason);
    }
    struct stat status {};
    const bool there = ::lstat(lock_.c_str(), &status) == 0;
    std::string owner;
    try {
      if (there && S_ISREG(status.st_mode)) owner = text_if_there(lock_);
    } catch (const Error&) {
    }
    const auto process = ProcessId::parse(owner);
    const bool dead = process && is_alive(*process) == std::optional(false);
    const std::string state = str(owner, " ", status.st_ino, " ", status.st_mtime);
    if (state != last_owner) last_owner = state, since = Clock::now();
    if (there && (dead || Clock::now() - since > kPatience)) {
      if (!dead)
        log::warn(lock_.string() + ": nobody has released this lock for 30 s; removing it");
      // Renamed first: of two that find it, one alone removes it, and not the next one's lock.
      const fs::path removed = own.native() + ".stale";
      if (::rename(lock_.c_str(), removed.c_str()) == 0) ::unlink(removed.c_str());
      last_owner.clear();
      continue;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
  ::unlink(own.c_str());
}

JournalLock::~JournalLock() { ::unlink(lock_.c_str()); }

}  // namespace vit
