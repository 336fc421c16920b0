#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/run/run_list.h"

namespace vit {

/// Which runs are meant: `status == done and top1 > 70 and not (model ~ vit_tiny* or optim.lr <
/// 1e-4)`.
///
/// Names: `name`, `status`, `task`, `model`, `data`, `started`, `seed`, `epochs` (that are done),
/// `time` (seconds), `best` and `last` (of the metric that decides), a metric (its best value),
/// `last.METRIC`, and every key of an experiment, such as `optim.lr`, as the run's config has it.
/// Operators: `==` (or `=`), `!=`, `<`, `<=`, `>`, `>=`, and `~` for a pattern with `*` and `?`;
/// `and`, `or`, `not` and parentheses. What a run does not have fulfils no comparison.
class RunFilter {
 public:
  /// Throws Error (usage), with the place, where the expression cannot be understood.
  explicit RunFilter(const std::string& expression);
  ~RunFilter();
  RunFilter(RunFilter&&) noexcept;
  RunFilter& operator=(RunFilter&&) noexcept;

  /// The runs that fulfil it, in their order. Throws Error (usage) where it names something that
  /// none of them has: a mistyped metric, say.
  [[nodiscard]] std::vector<RunEntry> of(std::vector<RunEntry> runs) const;

  struct Node;

 private:
  std::string expression_;
  std::unique_ptr<Node> root_;
};

}  // namespace vit
