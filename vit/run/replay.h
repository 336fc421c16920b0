#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/report/events.h"

namespace vit {

/// An update that was taken again.
struct ReplayedUpdate {
  UpdateEvent event;
  std::vector<std::string> sources;  ///< of event.samples: their files
};

/// Takes one update of a run again (counted from 0), from the nearest checkpoint before it, and
/// tells what it was: the run itself stays as it is. The same numbers as then, to the bit. `sets`
/// are laid over the run's config.
ReplayedUpdate replay_update(const std::filesystem::path& run, std::int64_t update,
                             const std::vector<std::string>& sets = {});

/// What came of repeating a run.
struct ReplayedRun {
  bool equal = false;                        ///< to the byte, in all files
  std::int64_t updates = 0;                  ///< that were taken again
  std::vector<std::string> same, different;  ///< files
  /// Where it went another way: the first update that differs (counted from 0), or what differs
  /// first in the files; "" where nothing does.
  std::optional<std::int64_t> first_update;
  std::string difference;
  /// What differs in machine, program or data: `threads: 8 then, 2 now`.
  std::vector<std::string> environment;
};

/// Repeats a whole run, by its config, in a temporary folder or in `output`, and holds every update
/// and file against the run's; the first update that differs ends it. The run itself stays as it
/// is. Throws Error (usage) where the run is not complete, Error (data) where its files are no
/// longer those that it ended with, Error (interrupted).
[[nodiscard]] ReplayedRun replay_run(const std::filesystem::path& run,
                                     const std::vector<std::string>& sets = {},
                                     const std::optional<std::filesystem::path>& output = {},
                                     std::vector<Observer*> observers = {},
                                     const std::atomic<bool>* stop = nullptr);

}  // namespace vit
