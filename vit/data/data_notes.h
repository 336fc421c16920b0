#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/core/error.h"

namespace vit {

/// One thing that a reader left out or mended, and where.
struct DataNote {
  std::string what;                   ///< `files of other types are left out (.gif)`
  std::int64_t count = 0;             ///< how often
  std::vector<std::string> places{};  ///< the first kMostNotePlaces of them
};
inline constexpr std::size_t kMostNotePlaces = 10;

/// What was left out or mended while a data set was opened: nothing is lost in silence.
class DataNotes {
 public:
  /// One more `place` where `what` was done; notes of the same words are counted together.
  void add(const std::string& what, const std::string& place);
  /// All notes of `other`, too.
  void add(const DataNotes& other);

  [[nodiscard]] const std::vector<DataNote>& all() const noexcept { return notes_; }
  [[nodiscard]] bool empty() const noexcept { return notes_.empty(); }
  /// All in one line, without places: `empty boxes are left out: 3; …`; "" where there are none.
  [[nodiscard]] std::string line() const;

 private:
  std::vector<DataNote> notes_;
};

/// Faults of annotations: collected, so that one run tells all of them.
class DataFaults {
 public:
  /// Runs `read`, and keeps its Error (data) instead of passing it on. Other errors pass.
  template <class Read>
  void collect(const Read& read) {
    try {
      read();
    } catch (const Error& fault) {
      if (fault.kind() != ErrorKind::data) throw;
      add(fault);
    }
  }
  /// One more; the same fault at the same place counts once.
  void add(const Error& fault);
  /// Throws where there were faults: one as it is; of several an Error (data) at `where` that lists
  /// the first fifty with their places, and says how many there are.
  void require_none(const std::string& where) const;

 private:
  std::vector<Error> faults_;  // as many as are listed
  std::int64_t count_ = 0;
};

}  // namespace vit
