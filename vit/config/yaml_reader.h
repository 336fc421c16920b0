#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vit/config/yaml_document.h"
#include "vit/config/yaml_key_names.h"
#include "vit/core/fields.h"

namespace vit {

/// Reads a document into described options:
///
///     YamlReader reader(YamlDocument::load("experiment.yaml"));
///     reader.read([&](FieldVisitor& visitor) { describe(visitor, experiment); });
///
/// Options that the document does not name keep their values; of a text, `~/` is the home folder.
/// Everything that is wrong is reported together: wrong types, ranges and choices, and the keys
/// that a mapping's description did not visit. An Error(usage) that a description throws (because
/// values that it has read do not fit together) is reported at the value it had read last. Options
/// of which something is wrong keep their values.
class YamlReader final : public FieldVisitor {
 public:
  explicit YamlReader(YamlDocument document);

  /// Throws one Error(usage) with all the problems.
  void read(const std::function<void(FieldVisitor&)>& describe_options);

  /// From now on, a key from `source` that does not apply because something else was chosen
  /// elsewhere (another `data.name` by a `--set`, say) is no problem.
  void leave_out_unchosen(std::string source) { giving_way_.push_back(std::move(source)); }
  /// The same of the document itself: for configs in which every value stands.
  void leave_out_unchosen();
  /// The keys that were left out so, and why: "data.image_size, data.num_val (data.name is
  /// folder)", or "".
  [[nodiscard]] std::string left_out() const;

  /// Whether the document named this key, such as `model.num_classes`; also for sections.
  [[nodiscard]] bool given(std::string_view path) const;
  /// The `file:line:column` of its value, or "" where it was not given.
  [[nodiscard]] std::string place_of(std::string_view path) const;
  /// The same of every key that was given, also of the entries of lists.
  [[nodiscard]] std::map<std::string, std::string, std::less<>> places() const;

  void field(const Field& field) override;
  void section(std::string_view name, std::string_view help,
               const std::function<void(FieldVisitor&)>& body) override;

 private:
  /// A mapping that is being described.
  struct Frame {
    const YamlNode* node;  ///< null where the document has no such section
    std::string path;      ///< dotted, "" at the top
    YamlPlace place;
    std::vector<std::string> known;       ///< the names described so far
    const YamlEntry* last = nullptr;      ///< the last value that was read
    const YamlEntry* selector = nullptr;  ///< the first choice that was read, such as `name`
    bool doubtful = false;  ///< which names are known depended on a value that is wrong
  };
  struct UnknownKey {
    const YamlEntry* entry;
    std::string section;
    std::vector<std::string> known;
    const YamlEntry* selector;
  };

  [[nodiscard]] const YamlEntry* visit(std::string_view name);
  bool gives_way(const YamlEntry& entry, const std::string& section, const YamlEntry* selector);
  std::vector<std::string> describe_mapping(Frame frame,
                                            const std::function<void(FieldVisitor&)>& body);
  void expand_home_of(const YamlNode& node, const std::string& path, const Field& field);
  void read_list(const YamlEntry& entry, const std::string& path, NamedList& list);
  void read_records(const YamlEntry& entry, const std::string& path, RecordList& list);
  void read_list_entry(const YamlNode& item, const std::string& path, NamedList& list);
  void report(const YamlPlace& place, std::string path, std::string text, std::string remedy = {});
  void report_unknown_keys();

  YamlDocument document_;
  std::vector<Frame> frames_;
  std::vector<YamlProblem> problems_;
  std::vector<UnknownKey> unknown_;
  YamlKeyNames key_names_;
  std::vector<std::string> giving_way_;          ///< sources whose keys need not apply
  std::map<std::string, std::string> left_out_;  ///< keys, by what left them out
  std::map<std::string, YamlPlace, std::less<>> given_;
};

}  // namespace vit
