#include "vit/sweep/crew.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"
#include "vit/report/append_file.h"
#include "vit/sweep/journal_lock.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

void write_small(const fs::path& file, const std::string& text) {
  const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid() ||
      ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw file_error(file, "cannot write", errno);
}

}  // namespace

Crew::Crew(SweepFolder folder, Role role)
    : folder_(std::move(folder)), self_(own_process().text()) {
  std::error_code error;
  fs::create_directories(folder_.claims(), error);
  if (error) throw file_error(folder_.claims(), "cannot make the folder", error.value());
  for (const auto& entry : fs::directory_iterator(folder_.workers(), error)) {
    if (!entry.is_regular_file(error)) continue;
    const std::string worker = entry.path().filename().string();
    if (!lives(worker)) {
      fs::remove(entry.path(), error);
    } else if (role == Role::sweep && worker != self_ && text_if_there(entry.path()) == "sweep") {
      const auto process = ProcessId::parse(worker);
      throw Error(ErrorKind::resource, printable_path(folder_.root()),
                  str("another sweep works in this folder: process ", process->pid, " on ",
                      printable(process->host)),
                  "wait for it, choose another --output, or help it with `vit sweep work " +
                      printable_path(folder_.root()) + "`");
    }
  }
  write_small(sign_of(self_), role == Role::sweep ? "sweep" : "worker");
  last_beat_ = Clock::now();
}

Crew::~Crew() {
  std::error_code ignored;
  fs::remove(sign_of(self_), ignored);
}

void Crew::beat() {
  constexpr std::chrono::seconds kInterval(5);
  if (Clock::now() - last_beat_ < kInterval) return;
  last_beat_ = Clock::now();
  std::error_code ignored;
  fs::last_write_time(sign_of(self_), fs::file_time_type::clock::now(), ignored);
}

bool Crew::claim(const Job& job) {
  const fs::path file = claim_of(job);
  const std::string owner = text_if_there(file);
  if (!owner.empty() && owner != self_ && lives(owner)) return false;
  write_small(file, self_);
  return true;
}

void Crew::release(const Job& job) {
  std::error_code ignored;
  fs::remove(claim_of(job), ignored);
}

bool Crew::lives(const std::string& worker) {
  constexpr std::chrono::seconds kPatience(60);
  const auto process = ProcessId::parse(worker);
  if (!process) return false;
  if (const auto known = is_alive(*process)) return *known;
  // Of another machine: it beats, or it does not.
  std::error_code error;
  const auto time = fs::last_write_time(sign_of(worker), error);
  if (error) return false;
  const auto [sign, first] = signs_.try_emplace(worker, Sign{time, Clock::now()});
  if (sign->second.time != time) sign->second = {time, Clock::now()};
  return Clock::now() - sign->second.since < kPatience;
}

fs::path Crew::sign_of(const std::string& worker) const { return folder_.workers() / worker; }

fs::path Crew::claim_of(const Job& job) const {
  return folder_.claims() / str(job.trial, "-", job.epochs);
}

}  // namespace vit
