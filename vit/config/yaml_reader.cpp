#include "vit/config/yaml_reader.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "vit/config/yaml_value.h"
#include "vit/core/error.h"
#include "vit/core/join.h"
#include "vit/io/home_path.h"

namespace vit {
namespace {

using Kind = YamlNode::Kind;

std::string join(const std::string& section, std::string_view name) {
  return section.empty() ? std::string(name) : str(section, ".", name);
}

/// Whether the options after this one may depend on it: `name`, or a text with choices.
bool is_choice(const Field& field) {
  return std::holds_alternative<std::string*>(field.ref) &&
         (field.name == "name" || !field.choices.empty());
}

bool same_source(const YamlPlace& a, const YamlPlace& b) {
  return a.source == b.source || (a.source && b.source && *a.source == *b.source);
}

bool is_set(const YamlPlace& place) { return place.source && place.source->starts_with("--set "); }

}  // namespace

YamlReader::YamlReader(YamlDocument document)
    : document_(std::move(document)), problems_(document_.problems()) {}

void YamlReader::read(const std::function<void(FieldVisitor&)>& describe_options) {
  const YamlNode& root = document_.root();
  describe_mapping({&root, "", {root.place.source, 0, 0}, {}}, describe_options);
  report_unknown_keys();
  throw_problems(std::exchange(problems_, {}));
}

void YamlReader::leave_out_unchosen() {
  const auto& source = document_.root().place.source;
  if (source) leave_out_unchosen(*source);
}

bool YamlReader::given(std::string_view path) const { return given_.contains(path); }

std::map<std::string, std::string, std::less<>> YamlReader::places() const {
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& [path, place] : given_) texts.emplace(path, place.text());
  return texts;
}

std::string YamlReader::left_out() const {
  std::string text;
  for (const auto& [choice, keys] : left_out_)
    text += str(text.empty() ? "" : "; ", keys, " (", choice, ")");
  return text;
}

std::string YamlReader::place_of(std::string_view path) const {
  const auto found = given_.find(path);
  return found == given_.end() ? "" : found->second.text();
}

void YamlReader::report(const YamlPlace& place, std::string path, std::string text,
                        std::string remedy) {
  problems_.push_back({place, std::move(path), std::move(text), std::move(remedy)});
}

/// Notes that `name` is known here, and returns its entry where the document has one.
const YamlEntry* YamlReader::visit(std::string_view name) {
  Frame& frame = frames_.back();
  frame.known.emplace_back(name);
  const std::string path = join(frame.path, name);
  key_names_.add(path);
  const YamlEntry* entry = frame.node != nullptr ? frame.node->find(name) : nullptr;
  if (entry != nullptr) given_[path] = entry->value.place;
  return entry;
}

void YamlReader::field(const Field& field) {
  const YamlEntry* entry = visit(field.name);
  if (entry == nullptr) return;
  Frame& frame = frames_.back();
  frame.last = entry;
  const std::string path = join(frame.path, field.name);
  if (NamedList* const* list = std::get_if<NamedList*>(&field.ref)) {
    read_list(*entry, path, **list);
    return;
  }
  if (RecordList* const* list = std::get_if<RecordList*>(&field.ref)) {
    read_records(*entry, path, **list);
    return;
  }
  const bool choice = is_choice(field);
  if (choice && frame.selector == nullptr) frame.selector = entry;
  const std::size_t known_problems = problems_.size();
  std::vector<YamlProblem> found = read_value(entry->value, field);
  if (!found.empty() && gives_way(*entry, frame.path, frame.selector)) {
    given_.erase(path);
    return;
  }
  for (YamlProblem& problem : found) {
    problem.path = path;
    problems_.push_back(std::move(problem));
    if (choice) frame.doubtful = true;
  }
  if (problems_.size() == known_problems && !choice) expand_home_of(entry->value, path, field);
}

/// A text that begins with `~/` or `~user/` is a path, whatever the option is called.
void YamlReader::expand_home_of(const YamlNode& node, const std::string& path, const Field& field) {
  std::string* text = nullptr;
  if (std::string* const* plain = std::get_if<std::string*>(&field.ref)) text = *plain;
  if (std::optional<std::string>* const* given =
          std::get_if<std::optional<std::string>*>(&field.ref);
      given != nullptr && (**given).has_value())
    text = &***given;
  if (text == nullptr || text->find('/') == std::string::npos) return;
  try {
    *text = expand_home(*text);
  } catch (const Error& problem) {
    report(node.place, path, problem.problem(), problem.remedy());
  }
}

void YamlReader::section(std::string_view name, std::string_view,
                         const std::function<void(FieldVisitor&)>& body) {
  const YamlEntry* entry = visit(name);
  const std::string path = join(frames_.back().path, name);
  const YamlNode* node = entry != nullptr ? &entry->value : nullptr;
  YamlPlace place = entry != nullptr ? entry->place : frames_.back().place;
  if (node == nullptr || node->kind == Kind::mapping || node->kind == Kind::null) {
    describe_mapping({node, path, std::move(place), {}}, body);
    return;
  }
  const auto known = describe_mapping({nullptr, path, std::move(place), {}}, body);
  const bool is_name =
      node->kind == Kind::scalar && std::find(known.begin(), known.end(), "name") != known.end();
  report(node->place, path, "expected a section of options, found " + node->described(),
         is_name ? str("write ", name, ": {name: ", shown(node->text), "}") : "");
}

/// Lets `body` describe one mapping; returns the names of its options.
std::vector<std::string> YamlReader::describe_mapping(
    Frame frame, const std::function<void(FieldVisitor&)>& body) {
  frame.doubtful = !frames_.empty() && frames_.back().doubtful;
  frames_.push_back(std::move(frame));
  const std::size_t depth = frames_.size();
  try {
    body(*this);
  } catch (const Error& problem) {
    if (problem.kind() != ErrorKind::usage) throw;
    frames_.resize(depth);
    Frame& here = frames_.back();
    here.doubtful = true;
    std::string path = here.last != nullptr ? join(here.path, here.last->key) : here.path;
    std::string text = problem.where().empty() || problem.where() == path
                           ? problem.problem()
                           : str(problem.where(), ": ", problem.problem());
    report(here.last != nullptr ? here.last->value.place : here.place, std::move(path),
           std::move(text), problem.remedy());
  }
  const Frame done = std::move(frames_.back());
  frames_.pop_back();
  if (done.node == nullptr || done.doubtful) return done.known;
  for (const YamlEntry& entry : done.node->entries) {
    const bool known =
        std::find(done.known.begin(), done.known.end(), entry.key) != done.known.end();
    const bool taken_away = entry.value.kind == Kind::null && entry.value.removes;
    if (!known && !taken_away) unknown_.push_back({&entry, done.path, done.known, done.selector});
  }
  return done.known;
}

void YamlReader::read_list(const YamlEntry& entry, const std::string& path, NamedList& list) {
  const YamlNode& node = entry.value;
  if (node.kind != Kind::sequence) {
    report(node.place, path,
           "expected a list of names with their options, found " + node.described(),
           node.kind == Kind::null     ? "write [] for an empty one"
           : node.kind == Kind::scalar ? "write [" + shown(node.text) + "]"
                                       : "write [name, name: {option: value}]");
    return;
  }
  list.clear();
  for (const YamlNode& item : node.items) read_list_entry(item, path, list);
}

void YamlReader::read_records(const YamlEntry& entry, const std::string& path, RecordList& list) {
  const YamlNode& node = entry.value;
  if (node.kind != Kind::sequence) {
    report(node.place, path, "expected a list of mappings, found " + node.described(),
           node.kind == Kind::null ? "write [] for an empty one" : "write [{key: value}]");
    return;
  }
  list.clear();
  for (const YamlNode& item : node.items) {
    if (item.kind != Kind::mapping) {
      report(item.place, path, "expected a mapping, found " + item.described(),
             "write {key: value}");
      continue;
    }
    list.add();
    const std::size_t index = list.size() - 1;
    describe_mapping({&item, path, item.place, {}},
                     [&](FieldVisitor& visitor) { list.describe_at(index, visitor); });
  }
}

void YamlReader::read_list_entry(const YamlNode& item, const std::string& path, NamedList& list) {
  const bool plain = item.kind == Kind::scalar;
  if (!plain && (item.kind != Kind::mapping || item.entries.empty())) {
    report(item.place, path,
           "expected a name, or `name: {option: value}`, found " + item.described());
    return;
  }
  if (!plain && item.entries.size() > 1) {
    const std::string& first = item.entries[0].key;
    report(item.entries[1].place, path,
           str("an entry has one name, and a second key ", shown(item.entries[1].key), " follows ",
               shown(first)),
           item.entries[0].value.kind == Kind::null
               ? str("indent the options of ", shown(first), " further than its name")
               : str("write - ", shown(item.entries[1].key), " as an entry of its own"));
    return;
  }
  const std::string& name = plain ? item.text : item.entries[0].key;
  const YamlPlace& place = plain ? item.place : item.entries[0].place;
  const std::vector<std::string> known = list.known();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    const std::string near = nearest(name, known);
    report(place, path, "unknown name " + shown(name),
           near.empty() ? "known are " + joined(known) : "did you mean " + near + "?");
    return;
  }
  list.add(name);
  const std::size_t index = list.size() - 1;
  const std::string entry_path = join(path, name);
  given_[entry_path] = place;
  const YamlNode* options = plain ? nullptr : &item.entries[0].value;
  if (options != nullptr && options->kind != Kind::mapping && options->kind != Kind::null) {
    report(options->place, entry_path,
           str("expected the options of ", name, ", found ", options->described()),
           str("write ", name, ": {option: value}"));
    options = nullptr;
  }
  describe_mapping({options, entry_path, place, {}},
                   [&](FieldVisitor& visitor) { list.describe(index, visitor); });
}

/// Whether this key, which does not fit, is one that may be left out; it is noted then.
bool YamlReader::gives_way(const YamlEntry& entry, const std::string& section,
                           const YamlEntry* selector) {
  if (selector == nullptr || same_source(selector->value.place, entry.place) ||
      !entry.value.place.source ||
      std::find(giving_way_.begin(), giving_way_.end(), *entry.value.place.source) ==
          giving_way_.end())
    return false;
  std::string& keys = left_out_[str(join(section, selector->key), " is ", selector->value.text)];
  keys += (keys.empty() ? "" : ", ") + join(section, entry.key);
  return true;
}

void YamlReader::report_unknown_keys() {
  // Suggestions cost time; a file with more mistakes than anybody reads gets none for the rest.
  constexpr std::size_t kMostSuggestions = 100;
  for (std::size_t i = 0; i < unknown_.size(); ++i) {
    const auto& [entry, section, known, selector] = unknown_[i];
    std::string text = "unknown key", remedy;
    const bool changed_elsewhere =
        selector != nullptr && !same_source(selector->value.place, entry->place);
    if (gives_way(*entry, section, selector)) continue;
    // An option of a choice that was changed elsewhere, unless it looks like a slip of the fingers
    // or was itself written last.
    if (changed_elsewhere && !is_set(entry->value.place) && nearest(entry->key, known).empty()) {
      const std::string choice = join(section, selector->key);
      text = str("unknown key where ", choice, " is ", shown(selector->value.text), " (",
                 selector->value.place.text(), ")");
      remedy =
          str("remove it, or take it away with --set ", join(section, shown(entry->key)), "=null");
    } else if (i < kMostSuggestions) {
      remedy = key_names_.suggest(section, entry->key, known, entry->value.kind == Kind::mapping);
    }
    report(entry->place, join(section, entry->key), std::move(text), std::move(remedy));
  }
  unknown_.clear();
}

}  // namespace vit
