#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "vit/sweep/planner.h"
#include "vit/sweep/sweep_folder.h"

namespace vit {

/// The processes that work on a sweep, on one machine or many: a file of each says that it lives,
/// and a file of each job whose it is. To be used while a JournalLock is held, but for beat().
class Crew {
 public:
  enum class Role { sweep, worker };

  /// Signs on. Throws Error (resource) where `role` is `sweep` and there is one already.
  Crew(SweepFolder folder, Role role);
  /// Signs off.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Shows that this process lives; to be called every few seconds.
  void beat();
  /// Takes a job; false where a process that lives has it.
  [[nodiscard]] bool claim(const Job& job);
  void release(const Job& job);
  [[nodiscard]] const std::string& self() const { return self_; }

 private:
  struct Sign {
    std::filesystem::file_time_type time;
    std::chrono::steady_clock::time_point since;
  };

  [[nodiscard]] bool lives(const std::string& worker);
  [[nodiscard]] std::filesystem::path sign_of(const std::string& worker) const;
  [[nodiscard]] std::filesystem::path claim_of(const Job& job) const;

  SweepFolder folder_;
  std::string self_;
  std::chrono::steady_clock::time_point last_beat_{};
  std::map<std::string, Sign> signs_;  ///< of other machines: when they last changed
};

}  // namespace vit
