#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vit/run/run_list.h"

namespace vit {

/// When the files of a run were last changed: whatever a run writes changes the folder's time (a
/// file that is put in place by renaming does) or its table.
struct RunStamp {
  std::int64_t folder = 0, table = 0;  ///< nanoseconds
  std::uint64_t table_size = 0;

  friend bool operator==(const RunStamp&, const RunStamp&) = default;
};

/// The stamp of a run as it is now; nothing where there is no such folder.
[[nodiscard]] std::optional<RunStamp> stamp_of(const RunDirectory& directory);

/// What was read of runs before, in `FOLDER/.index`: a line of JSON for each.
class RunIndex {
 public:
  /// Reads what is there. What cannot be understood is as if it was not there.
  explicit RunIndex(std::filesystem::path folder);

  /// Whether a run of this name was there, whatever has changed since.
  [[nodiscard]] bool knows(std::string_view name) const;
  /// What was read of a run that has not changed since; its state is that of then.
  [[nodiscard]] std::optional<RunEntry> find(std::string_view name, const RunStamp& stamp) const;
  /// Writes an index of these runs, where it is another than the one that was read. A run that has
  /// changed within the last second is left out: its next change might bear the same time.
  void save(const std::vector<std::pair<RunEntry, RunStamp>>& runs) const;

 private:
  std::filesystem::path folder_;
  std::string text_;
  std::unordered_map<std::string_view, std::string_view> lines_;  // of text_, by name
};

}  // namespace vit
