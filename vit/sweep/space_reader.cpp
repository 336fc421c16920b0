#include <algorithm>
#include <cmath>
#include <set>

#include "vit/config/yaml_flow.h"
#include "vit/config/yaml_problem.h"
#include "vit/config/yaml_scalar.h"
#include "vit/core/error.h"
#include "vit/sweep/sweep_file.h"

namespace vit {
namespace {

const std::vector<std::string> kRanges = {"log", "float", "int", "log_int", "choice"};
const std::vector<std::string> kKeys = {"log",    "float",  "int",  "log_int",
                                        "choice", "points", "step", "when"};

class SpaceReader {
 public:
  explicit SpaceReader(std::vector<YamlProblem>& problems) : problems_(problems) {}

  Space read(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::null) return std::move(space_);
    if (node.kind != YamlNode::Kind::mapping) {
      problems_.push_back({node.place, "space", "expected parameters, found " + node.described(),
                           "write space: {optim.lr: {log: [1e-4, 1e-2]}}"});
      return std::move(space_);
    }
    for (const YamlEntry& entry : node.entries) read_parameter(entry);
    return std::move(space_);
  }

 private:
  void report(const YamlPlace& place, const std::string& path, std::string text,
              std::string remedy = {}) {
    problems_.push_back({place, "space." + path, std::move(text), std::move(remedy)});
  }

  void read_parameter(const YamlEntry& entry) {
    Parameter parameter;
    parameter.name = entry.key;
    parameter.place = entry.place;
    const YamlNode& node = entry.value;
    if (node.kind == YamlNode::Kind::sequence) {  // short for choice
      read_choices(node, parameter);
    } else if (node.kind != YamlNode::Kind::mapping) {
      report(node.place, entry.key, "expected a range, found " + node.described(),
             "write {log: [LOW, HIGH]}, {float: …}, {int: …}, {log_int: …} or {choice: [A, B]}; a "
             "value for every trial belongs into `set`");
      return;
    } else {
      if (!read_mapping(node, parameter)) return;
    }
    space_.parameters.push_back(std::move(parameter));
  }

  bool read_mapping(const YamlNode& node, Parameter& parameter) {
    const YamlEntry* range = nullptr;
    const std::size_t before = problems_.size();
    for (const YamlEntry& entry : node.entries) {
      if (std::find(kKeys.begin(), kKeys.end(), entry.key) == kKeys.end()) {
        const std::string near = nearest(entry.key, kKeys);
        report(entry.place, parameter.name, "has no key " + shown(entry.key),
               near.empty() ? "it has one of log, float, int, log_int and choice; then points, "
                              "step and when"
                            : "did you mean " + near + "?");
      } else if (std::find(kRanges.begin(), kRanges.end(), entry.key) != kRanges.end()) {
        if (range != nullptr)
          report(entry.place, parameter.name,
                 str("has a range twice, ", range->key, " and ", entry.key));
        range = &entry;
      }
    }
    if (problems_.size() != before) return false;
    if (range == nullptr) {
      report(node.place, parameter.name, "has no range", "write {log: [LOW, HIGH]}, for example");
      return false;
    }
    if (range->key == "choice")
      read_choices(range->value, parameter);
    else
      read_range(*range, node, parameter);
    if (const YamlEntry* points = node.find("points")) read_points(points->value, parameter);
    if (const YamlEntry* when = node.find("when")) read_when(when->value, parameter);
    return problems_.size() == before;
  }

  /// A finite number, whole where it has to be.
  std::optional<double> read_number(const YamlNode& node, const std::string& path, bool whole) {
    double value = 0;
    std::int64_t integer = 0;
    std::optional<ScalarMismatch> wrong;
    if (node.kind != YamlNode::Kind::scalar || node.quoted)
      wrong = {"expected a number, found " + node.described(), ""};
    else
      wrong = whole ? parse_scalar(node.text, integer) : parse_scalar(node.text, value);
    if (!wrong && !whole && !std::isfinite(value))
      wrong = {"expected a finite number, found " + node.described(), ""};
    if (!wrong) return whole ? static_cast<double>(integer) : value;
    report(node.place, path, wrong->text, wrong->remedy);
    return std::nullopt;
  }

  void read_range(const YamlEntry& range, const YamlNode& node, Parameter& parameter) {
    const bool whole = range.key == "int" || range.key == "log_int";
    parameter.kind = whole ? Parameter::Kind::integer : Parameter::Kind::real;
    parameter.log = range.key.starts_with("log");
    const YamlNode& ends = range.value;
    if (ends.kind != YamlNode::Kind::sequence || ends.items.size() != 2) {
      report(ends.place, parameter.name,
             str(range.key, ": expected [LOW, HIGH], found ",
                 ends.kind == YamlNode::Kind::sequence ? str("a list of ", ends.items.size())
                                                       : ends.described()));
      return;
    }
    const auto low = read_number(ends.items[0], parameter.name, whole);
    const auto high = read_number(ends.items[1], parameter.name, whole);
    if (!low || !high) return;
    parameter.low = *low;
    parameter.high = *high;
    if (*low > *high)
      report(ends.place, parameter.name,
             str(range.key, ": the range is the wrong way round: ", yaml_flow(ends)),
             "write the smaller end first");
    if (*low == *high)
      report(ends.place, parameter.name, str(range.key, ": the range is empty: ", yaml_flow(ends)),
             "a value for every trial belongs into `set`");
    if (parameter.log && *low <= 0)
      report(ends.place, parameter.name,
             str(range.key, ": a logarithmic range begins above 0, found ", yaml_flow(ends)),
             "raise its lower end");
    if (const YamlEntry* step = node.find("step")) {
      const auto value = read_number(step->value, parameter.name, true);
      if (!value) return;
      if (*value < 1 || range.key != "int")
        report(step->place, parameter.name, "step is a whole number from 1 on, and of int alone");
      else
        parameter.step = *value;
      // The last value that can be reached.
      parameter.high =
          parameter.low +
          std::floor((parameter.high - parameter.low) / parameter.step) * parameter.step;
    }
  }

  void read_choices(const YamlNode& node, Parameter& parameter) {
    parameter.kind = Parameter::Kind::choice;
    std::set<std::string> labels;
    const auto add = [&](const YamlPlace& place, Choice choice) {
      if (!labels.insert(choice.label).second)
        report(place, parameter.name, "has the choice " + shown(choice.label) + " twice");
      parameter.choices.push_back(std::move(choice));
    };
    if (node.kind == YamlNode::Kind::mapping) {
      // Each label stands for several keys.
      for (const YamlEntry& entry : node.entries) {
        if (entry.value.kind != YamlNode::Kind::mapping) {
          report(entry.place, parameter.name,
                 str("choice ", shown(entry.key), ": expected keys with values, found ",
                     entry.value.described()),
                 "write {small: {model.depth: 4, model.embed_dim: 64}}, or a list of values");
          return;
        }
        Choice choice{entry.key, {}};
        for (const YamlEntry& set : entry.value.entries)
          choice.sets.push_back(set.key + "=" + yaml_flow(set.value));
        add(entry.place, std::move(choice));
      }
    } else if (node.kind == YamlNode::Kind::sequence) {
      for (const YamlNode& item : node.items) {
        const std::string value = yaml_flow(item);
        add(item.place, {item.kind == YamlNode::Kind::scalar ? item.text : value,
                         {parameter.name + "=" + value}});
      }
    } else {
      report(node.place, parameter.name, "choice: expected a list, found " + node.described());
      return;
    }
    if (parameter.choices.size() < 2)
      report(node.place, parameter.name,
             str("choice: ", parameter.choices.empty() ? "is empty" : "has one value"),
             "a value for every trial belongs into `set`");
    parameter.low = 0;
    parameter.high = static_cast<double>(parameter.choices.size()) - 1;
  }

  void read_points(const YamlNode& node, Parameter& parameter) {
    const auto points = read_number(node, parameter.name, true);
    if (!points) return;
    if (*points < 1 || *points > 10000 || parameter.kind == Parameter::Kind::choice)
      report(node.place, parameter.name, "points is from 1 to 10000, and of no choice");
    else
      parameter.points = static_cast<std::int64_t>(*points);
  }

  void read_when(const YamlNode& node, Parameter& parameter) {
    if (node.kind != YamlNode::Kind::mapping || node.entries.empty()) {
      report(node.place, parameter.name, "when: expected {PARAMETER: VALUE}",
             "write when: {optim.opt: sgd}");
      return;
    }
    for (const YamlEntry& entry : node.entries) {
      const auto other = space_.find(entry.key);
      if (!other || space_.parameters[*other].kind == Parameter::Kind::real) {
        std::vector<std::string> known;
        for (const Parameter& p : space_.parameters)
          if (p.kind != Parameter::Kind::real) known.push_back(p.name);
        const std::string near = nearest(entry.key, known);
        report(entry.place, parameter.name,
               str("when: there is no choice or whole number ", shown(entry.key),
                   " above it in the space"),
               near.empty() ? "" : "did you mean " + near + "?");
        continue;
      }
      read_condition(entry, *other, parameter);
    }
  }

  void read_condition(const YamlEntry& entry, std::size_t other, Parameter& parameter) {
    const Parameter& of = space_.parameters[other];
    Condition condition{other, {}};
    std::vector<YamlNode> values = entry.value.items;
    if (entry.value.kind != YamlNode::Kind::sequence) values = {entry.value};
    for (const YamlNode& value : values) {
      std::optional<double> found;
      std::vector<std::string> labels;
      if (of.kind == Parameter::Kind::choice) {
        const std::string label =
            value.kind == YamlNode::Kind::scalar ? value.text : yaml_flow(value);
        for (std::size_t i = 0; i < of.choices.size(); ++i) {
          labels.push_back(of.choices[i].label);
          if (of.choices[i].label == label) found = static_cast<double>(i);
        }
      } else {
        found = read_number(value, parameter.name, true);
        if (!found) continue;
        if (*found < of.low || *found > of.high) found.reset();
      }
      if (found) {
        condition.values.push_back(*found);
        continue;
      }
      const std::string near = nearest(value.text, labels);
      report(value.place, parameter.name, str("when: ", of.name, " is never ", value.described()),
             near.empty() ? "" : "did you mean " + near + "?");
    }
    parameter.when.push_back(std::move(condition));
  }

  std::vector<YamlProblem>& problems_;
  Space space_;
};

}  // namespace

Space read_space(const YamlNode& node, std::vector<YamlProblem>& problems) {
  return SpaceReader(problems).read(node);
}

}  // namespace vit
