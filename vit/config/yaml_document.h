#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/config/yaml_node.h"
#include "vit/config/yaml_problem.h"

namespace vit {

/// An experiment as it was written: a file, the files it inherits from, the layers and `--set`s
/// upon it. What the keys mean is the business of YamlReader.
///
/// - `base: other.yaml` (relative to the file that says it) inherits: mappings merge deeply, lists
///   and scalars replace. Of `base: [one.yaml, other.yaml]`, each with bases of its own, the later
///   lies over the earlier, and the file over all of them.
/// - `lay` does the same with a file that is chosen on the command line (`-c`).
/// - `set("a.b.c=value")` does the same to one key; the value is YAML, and so may be JSON. An entry
///   of a list is chosen by its number or, in a list of named things, by its name:
///   `augment.train.0.padding=2`, `augment.train.random_crop.padding=2`.
/// - A null written over an inherited value takes it away, should the key have become unknown (by a
///   change of `model.name`, say); over an inherited mapping it says nothing.
class YamlDocument {
 public:
  /// The empty document: every option has its default.
  YamlDocument() = default;

  /// Reads a file and its bases. Throws Error(usage) where one does not exist, is not YAML (see
  /// parse_yaml) or inherits from itself; Error(resource) where it cannot be read.
  [[nodiscard]] static YamlDocument load(const std::filesystem::path& file);
  /// The same from memory; there is no folder for a `base` then, so that it is an error.
  [[nodiscard]] static YamlDocument parse(std::string_view bytes, const std::string& name);

  /// Lays a file with its bases over what there is. Throws as `load` does.
  void lay(const std::filesystem::path& file);
  /// Lays values under all that there is; `name` is where they come from, for messages.
  void lay_under(std::string_view bytes, const std::string& name);
  /// Takes a key out of the top of the document.
  std::optional<YamlNode> take(std::string_view key);
  /// The document of a tree that was taken from another one.
  [[nodiscard]] static YamlDocument of(YamlNode root);

  /// Applies `--set KEY=VALUE`; later ones win. Throws Error(usage) where it is not of this form.
  void set(std::string_view assignment);
  /// The same for a value that `source` gives and no command line.
  void set(std::string_view assignment, const std::string& source);

  [[nodiscard]] const YamlNode& root() const { return root_; }
  /// What was found wrong so far (keys written twice); YamlReader reports it with the rest.
  [[nodiscard]] const std::vector<YamlProblem>& problems() const { return problems_; }
  /// The files that were read, the experiment first and its bases after it.
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  YamlNode read_with_bases(const std::filesystem::path& file, const YamlPlace& wanted_at,
                           std::vector<std::filesystem::path>& open);

  YamlNode root_;
  std::vector<YamlProblem> problems_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace vit
