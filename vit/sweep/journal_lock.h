#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace vit {

/// A process of a machine, told from a later one with the same number.
struct ProcessId {
  std::string host;
  std::int64_t pid = 0, started = 0;  ///< started: by the machine's clock, in ticks since it booted

  friend bool operator==(const ProcessId&, const ProcessId&) = default;
  /// `host:pid:started`
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<ProcessId> parse(const std::string& text);
};

/// This process.
[[nodiscard]] ProcessId own_process();
/// Whether a process lives; nothing where it is of another machine, of which nothing is known.
[[nodiscard]] std::optional<bool> is_alive(const ProcessId& process);

/// Keeps others out of a journal while it lives, also on network file systems: a link `FILE.lock`,
/// which is made by a call that fails where the name is there. Optuna's JournalFileBackend respects
/// the same name. What a dead process of this machine has left is removed at once, of another
/// machine after 30 seconds in which nothing has changed.
class JournalLock {
 public:
  /// Waits until it has it. Throws Error (resource) where the folder cannot be written to.
  explicit JournalLock(const std::filesystem::path& file);
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

 private:
  std::filesystem::path lock_;
};

}  // namespace vit
