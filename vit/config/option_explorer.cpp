#include "vit/config/option_explorer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "vit/core/error.h"
#include "vit/core/str.h"

namespace vit {

void OptionExplorer::explore(const std::function<void(FieldVisitor&)>& body) {
  const auto outer = std::exchange(selectors_, {});
  const auto outer_visited = std::exchange(visited_, {});
  body(*this);
  const std::vector<Selector> mine = std::exchange(selectors_, outer);
  const std::set<std::string> usual = std::exchange(visited_, {});
  // The last first: a `name`, which stands before its options, replaces what they point into.
  for (auto selector = mine.rbegin(); selector != mine.rend(); ++selector)
    try_choices(*selector, body, usual);
  visited_ = outer_visited;
  visited_.insert(usual.begin(), usual.end());
}

void OptionExplorer::try_choices(const Selector& selector,
                                 const std::function<void(FieldVisitor&)>& body,
                                 const std::set<std::string>& usual) {
  const std::string fallback = *selector.value, prefix = prefix_;
  const std::size_t depth = trials_.size();
  const auto attempt = [&](const std::string& choice) {
    trials_.push_back({selector.path, choice,
                       str(selector.path, selector.open ? " is, for example, " : " is ", choice)});
    try {
      explore(body);
      for (const std::string& path : usual)
        if (!visited_.contains(path)) on_dependent(path);
    } catch (const Error&) {
      // A choice that does not fit the other defaults adds nothing here.
      prefix_ = prefix;
    }
    trials_.resize(depth);
    selectors_.clear();
    visited_.clear();
  };
  const auto outer = std::exchange(selectors_, {});
  for (const std::string& choice : selector.choices)
    if (choice != fallback) attempt(choice);
  attempt(fallback);  // sets what follows from it back as well
  selectors_ = outer;
}

std::string OptionExplorer::condition() const {
  return trials_.empty() ? "" : trials_.back().condition;
}

void OptionExplorer::field(const Field& field) {
  std::string* const* text = std::get_if<std::string*>(&field.ref);
  const std::string path = prefix_ + std::string(field.name);
  visited_.insert(path);
  const auto trial = std::find_if(trials_.begin(), trials_.end(),
                                  [&](const Trial& each) { return each.path == path; });
  if (text != nullptr && trial != trials_.end()) {
    **text = trial->choice;
    return;
  }
  on_option(path, field, condition());
  if (!seen_.insert(path).second) return;
  if (text != nullptr && !field.choices.empty())
    selectors_.push_back({path, *text, {field.choices.begin(), field.choices.end()}});
  else if (const auto some = examples_.find(path); text != nullptr && some != examples_.end())
    selectors_.push_back({path, *text, some->second, true});
  if (NamedList* const* list = std::get_if<NamedList*>(&field.ref)) describe_entries(path, **list);
  if (RecordList* const* records = std::get_if<RecordList*>(&field.ref))
    describe_record(path, **records);
}

void OptionExplorer::section(std::string_view name, std::string_view help,
                             const std::function<void(FieldVisitor&)>& body) {
  const std::string outer = prefix_;
  const std::string path = prefix_ + std::string(name);
  visited_.insert(path);
  seen_.insert(path);
  on_section(path, help, condition());
  prefix_ = path + ".";
  explore(body);
  prefix_ = outer;
}

void OptionExplorer::describe_record(const std::string& path, RecordList& list) {
  const std::string outer = prefix_;
  list.clear();
  list.add();
  prefix_ = path + ".";
  explore([&](FieldVisitor& visitor) { list.describe_at(0, visitor); });
  list.clear();
  prefix_ = outer;
}

void OptionExplorer::describe_entries(const std::string& path, NamedList& list) {
  const std::string outer = prefix_;
  list.clear();
  for (const std::string& name : list.known()) {
    on_entry(path, name);
    prefix_ = str(path, ".", name, ".");
    list.add(name);
    explore([&](FieldVisitor& visitor) { list.describe(list.size() - 1, visitor); });
  }
  list.clear();
  prefix_ = outer;
}

}  // namespace vit
