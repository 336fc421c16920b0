#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// The dotted keys that an experiment has, to say which one was meant by one that it has not, also
/// by other tools' names (other_names.h).
class YamlKeyNames {
 public:
  void add(std::string path) { paths_.insert(std::move(path)); }

  /// The keys that a word of a command line probably means: `lr` and `optim.learning-rate` mean
  /// `optim.lr`, `epochs` means `schedule.epochs`. Of several, those nearest to the top.
  [[nodiscard]] std::vector<std::string> meant_by(std::string_view word) const;

  /// "did you mean lr?", "did you mean schedule.epochs?", or the keys that there are. `section` is
  /// the dotted path of the mapping with the unknown `key`, `known` what it may hold instead,
  /// `mapping` whether the key has options of its own, so that a section was meant.
  [[nodiscard]] std::string suggest(std::string_view section, std::string_view key,
                                    const std::vector<std::string>& known,
                                    bool mapping = false) const;

 private:
  [[nodiscard]] std::vector<std::string> paths_ending_in(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> translated(std::string_view name) const;

  std::set<std::string> paths_;
};

}  // namespace vit
