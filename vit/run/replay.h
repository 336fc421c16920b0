#pragma once

#include <filesystem>
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

}  // namespace vit
