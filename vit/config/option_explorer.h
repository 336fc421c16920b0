#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// Some values of texts without choices, by their dotted keys, on which other options may depend.
using OptionExamples = std::map<std::string, std::vector<std::string>>;

/// Goes through every option that a description can describe: also those that it describes only
/// where another option has a certain value, of which it tries all (a text with choices or
/// examples), and those of each thing that a list of named things may hold.
///
/// The options must be fresh: their values are taken for the defaults, lists are emptied on the
/// way.
class OptionExplorer : public FieldVisitor {
 public:
  explicit OptionExplorer(OptionExamples examples = {}) : examples_(std::move(examples)) {}

  void explore(const std::function<void(FieldVisitor&)>& describe_options);

  void field(const Field& field) final;
  void section(std::string_view name, std::string_view help,
               const std::function<void(FieldVisitor&)>& body) final;

 protected:
  /// An option, each time that it is described; `only_if`: "optim.opt is sgd" where it is only
  /// described so, or "". Values stand at their defaults the first time.
  virtual void on_option(const std::string& path, const Field& field,
                         const std::string& only_if) = 0;
  /// A mapping of options.
  virtual void on_section(const std::string& path, std::string_view help,
                          const std::string& only_if) = 0;
  [[nodiscard]] const OptionExamples& examples() const { return examples_; }
  /// One of the things that the list of named things at `list` may hold.
  virtual void on_entry(const std::string& /*list*/, const std::string& /*name*/) {}
  /// An option that is not there for every value of another one.
  virtual void on_dependent(const std::string& /*path*/) {}

 private:
  /// A text on which the options after it may depend.
  struct Selector {
    std::string path;
    std::string* value;
    std::vector<std::string> choices;
    bool open = false;  ///< other values than the choices are allowed
  };
  struct Trial {
    std::string path, choice, condition;
  };

  void try_choices(const Selector& selector, const std::function<void(FieldVisitor&)>& body,
                   const std::set<std::string>& usual);
  void describe_record(const std::string& path, RecordList& list);
  void describe_entries(const std::string& path, NamedList& list);
  [[nodiscard]] std::string condition() const;

  OptionExamples examples_;
  std::string prefix_;
  std::vector<Trial> trials_;        ///< the choices that are being tried, the outermost first
  std::vector<Selector> selectors_;  ///< that were found in the mapping that is being described
  std::set<std::string> seen_;
  std::set<std::string> visited_;  ///< in this pass over the mapping
};

}  // namespace vit
