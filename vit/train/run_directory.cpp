#include "vit/train/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "vit/core/error.h"
#include "vit/core/str.h"
#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file_error.h"
#include "vit/io/temporary.h"

namespace vit {

bool RunDirectory::used() const {
  std::error_code error;
  return std::filesystem::exists(config(), error) ||
         std::filesystem::exists(last_checkpoint(), error);
}

std::filesystem::path RunDirectory::kept_checkpoint(std::int64_t update) const {
  // Twelve digits, so that names sort as numbers do.
  const std::string digits = std::to_string(update);
  return root_ /
         ("checkpoints/update-" + std::string(12 - std::min<std::size_t>(12, digits.size()), '0') +
          digits + ".safetensors");
}

std::vector<std::filesystem::path> RunDirectory::kept_checkpoints() const {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root_ / "checkpoints", error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("update-") && name.ends_with(".safetensors"))
      found.push_back(entry.path());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

std::filesystem::path RunDirectory::trouble_checkpoint(std::int64_t update) const {
  return root_ / ("trouble/update-" + std::to_string(update) + ".safetensors");
}

std::filesystem::path RunDirectory::trouble_samples(std::int64_t update) const {
  return root_ / ("trouble/update-" + std::to_string(update) + ".json");
}

void RunDirectory::create() const {
  std::error_code error;
  std::filesystem::create_directories(last_checkpoint().parent_path(), error);
  if (error) throw file_error(root_, "cannot make the run directory", error.value());
  for (const std::filesystem::path& folder : {root_, last_checkpoint().parent_path()})
    remove_stale_temporaries_in(folder);
  const std::filesystem::path probe = root_ / ".writable";
  write_file_atomically(probe, "");
  std::filesystem::remove(probe, error);
}

namespace {

std::filesystem::path lock_file(const RunDirectory& run) { return run.root() / ".lock"; }

}  // namespace

RunLock::RunLock(const RunDirectory& run)
    : fd_(::open(lock_file(run).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!fd_.valid()) throw file_error(lock_file(run), "cannot open", errno);
  // Who asks whether a run goes on (is_locked) holds the lock for some microseconds.
  constexpr int kTries = 20;
  for (int i = 0; i < kTries; ++i) {
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0) {
      tell_owner();
      return;
    }
    if (errno != EWOULDBLOCK) return;  // a file system without locks
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::array<char, 300> owner{};
  const ssize_t length = ::pread(fd_.get(), owner.data(), owner.size() - 1, 0);
  const std::string who(owner.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  throw Error(ErrorKind::resource, run.root().string(),
              "another process is training in this run directory" +
                  (who.empty() ? "" : ": " + printable(who)),
              "wait for it, or choose another directory with --output");
}

void RunLock::tell_owner() const {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  const std::string who = str("process ", ::getpid(), " on ", host.data());
  // For whoever comes upon it; it does not matter where it cannot be written.
  if (::ftruncate(fd_.get(), 0) == 0) (void)!::pwrite(fd_.get(), who.data(), who.size(), 0);
}

bool is_locked(const RunDirectory& run) {
  const FileDescriptor fd(::open(lock_file(run).c_str(), O_RDONLY | O_CLOEXEC));
  // A shared lock: two who ask do not take each other for a run. It goes with the descriptor.
  return fd.valid() && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::filesystem::path free_run_directory(const std::filesystem::path& parent,
                                         const std::string& name) {
  std::error_code error;
  std::filesystem::path candidate = parent / name;
  for (int number = 2; std::filesystem::exists(candidate, error); ++number)
    candidate = parent / (name + "-" + std::to_string(number));
  return candidate;
}

}  // namespace vit
