#include "vit/sweep/sweep_file.h"

#include <algorithm>
#include <utility>

#include "vit/config/yaml_document.h"
#include "vit/config/yaml_flow.h"
#include "vit/config/yaml_problem.h"
#include "vit/config/yaml_reader.h"
#include "vit/core/error.h"
#include "vit/io/folder.h"

namespace vit {
namespace {

void describe_asha(FieldVisitor& visitor, AshaOptions& o) {
  visitor.field({"min_epochs", &o.min_epochs, "epochs of the first rung", kAtLeastOne});
  visitor.field({"eta",
                 &o.eta,
                 "of so many trials of a rung one goes on, for so many times as long",
                 {2, 100}});
  visitor.field({"promote",
                 &o.promote,
                 "late: once all trials have begun, as successive halving; early: as soon as a few "
                 "can be compared, for sweeps that are looked at while they run, or never end",
                 {},
                 {"late", "early"}});
  visitor.field({"sampler", &o.sampler, "what draws the trials", {}, {"random", "sobol"}});
}

/// Takes the value of a key out of the document; the key stays, with nothing in it, so that it is
/// known where another one is misspelt.
YamlNode take(YamlNode& root, std::string_view key) {
  YamlEntry* entry = root.find(key);
  YamlNode empty;
  empty.kind = YamlNode::Kind::null;
  if (entry == nullptr) return empty;
  YamlNode value = std::move(entry->value);
  entry->value = YamlNode{.kind = YamlNode::Kind::mapping, .place = value.place};
  return value;
}

/// Adds `key=value` to the mapping `set` of the document, in place of what it had for that key.
void add_set(YamlNode& root, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorKind::usage, "--set " + shown(assignment), "is not of the form KEY=VALUE",
                "write --set schedule.epochs=3");
  const std::string key = assignment.substr(0, equals);
  const YamlDocument value =
      YamlDocument::parse("value: " + assignment.substr(equals + 1), "--set " + key);
  if (root.find("set") == nullptr || root.find("set")->value.kind == YamlNode::Kind::null) {
    std::erase_if(root.entries, [](const YamlEntry& entry) { return entry.key == "set"; });
    root.entries.push_back({"set", {}, {}});
  }
  YamlNode& sets = root.find("set")->value;
  std::erase_if(sets.entries, [&](const YamlEntry& entry) { return entry.key == key; });
  sets.entries.push_back({key, {}, value.root().find("value")->value});
}

/// `{schedule.epochs: 3, augment: {reprob: 0.1}}` as `--set`s, the value of `key`.
std::vector<std::string> read_sets(const YamlNode& node, const std::string& key,
                                   std::vector<YamlProblem>& problems) {
  std::vector<std::string> sets;
  if (node.kind == YamlNode::Kind::null) return sets;
  if (node.kind != YamlNode::Kind::mapping) {
    problems.push_back({node.place, key,
                        "expected keys of the experiment with values, found " + node.described(),
                        "write " + key + ": {schedule.epochs: 3}"});
    return sets;
  }
  for (const YamlEntry& entry : node.entries)
    sets.push_back(entry.key + "=" + yaml_flow(entry.value));
  return sets;
}

std::vector<AlsoEvaluated> read_also(const YamlNode& node, std::vector<YamlProblem>& problems) {
  std::vector<AlsoEvaluated> also;
  if (node.kind == YamlNode::Kind::null) return also;
  if (node.kind != YamlNode::Kind::mapping) {
    problems.push_back(
        {node.place, "also",
         "expected names of evaluations with what they set, found " + node.described(),
         "write also: {at 288 pixels: {model.img_size: 288}}"});
    return also;
  }
  for (const YamlEntry& entry : node.entries) {
    also.push_back({entry.key, read_sets(entry.value, entry.key, problems)});
    if (also.back().sets.empty() && entry.value.kind == YamlNode::Kind::null)
      problems.push_back({entry.place, "also." + entry.key,
                          "sets nothing, so that it is the "
                          "evaluation that every trial has",
                          "write what is different, as {model.img_size: 288}"});
  }
  return also;
}

std::vector<std::string> read_constraints(const YamlNode& node, Space& space,
                                          std::vector<YamlProblem>& problems) {
  std::vector<std::string> texts;
  if (node.kind == YamlNode::Kind::null) return texts;
  const auto dictionary = [&](const std::string& word) {
    if (space.find(word)) return Constraint::Word::parameter;
    for (const Parameter& parameter : space.parameters)
      for (const Choice& choice : parameter.choices)
        if (choice.label == word) return Constraint::Word::text;
    return Constraint::Word::unknown;
  };
  std::vector<YamlNode> items = node.items;
  if (node.kind == YamlNode::Kind::scalar) items = {node};
  if (node.kind == YamlNode::Kind::mapping)
    problems.push_back({node.place, "constraints", "expected a list of conditions, found a mapping",
                        "write constraints: [\"model.embed_dim % model.num_heads == 0\"]"});
  for (const YamlNode& item : items) {
    if (item.kind != YamlNode::Kind::scalar) {
      problems.push_back(
          {item.place, "constraints", "expected a condition, found " + item.described(), ""});
      continue;
    }
    try {
      space.constraints.emplace_back(item.text, dictionary, "constraints");
      texts.push_back(item.text);
    } catch (const Error& problem) {
      problems.push_back({item.place, "constraints", problem.problem(), problem.remedy()});
    }
  }
  return texts;
}

/// What options say together.
void check_together(const SweepFile& sweep, const YamlReader& reader,
                    std::vector<YamlProblem>& problems) {
  const SweepOptions& o = sweep.options;
  const auto at = [&](const char* key, std::string text, std::string remedy) {
    const std::string place = reader.place_of(key);
    problems.push_back({YamlPlace{std::make_shared<const std::string>(
                            place.empty() ? sweep.folder.string() : place)},
                        key, std::move(text), std::move(remedy)});
  };
  if (o.experiment.empty() == o.command.empty())
    at("experiment",
       o.experiment.empty() ? "is missing" : "and `command` are two ways to run a trial",
       "name an experiment file that is trained, or a command that prints the metric");
  for (const Parameter& parameter : sweep.space.parameters)
    for (const std::string& set : sweep.sets)
      if (set.substr(0, set.find('=')) == parameter.name)
        problems.push_back({parameter.place, "space." + parameter.name,
                            "is varied here, and has one value for all in `set`",
                            "take it out of one of the two"});
  if (sweep.space.parameters.empty())
    at("space", "is empty: there is nothing to vary",
       "write space: {optim.lr: {log: [1e-4, 1e-2]}}");
  if (!o.command.empty() && o.metric.empty())
    at("metric", "is missing", "say which number of the command's output counts, as metric: loss");
  if (!o.command.empty() && o.direction.empty())
    at("direction", "is missing", "write direction: maximize, or minimize");
  if (!o.command.empty() && !sweep.also.empty())
    at("also", "evaluates a trained model, and a command is run", "let the command print figures");
  if (!o.command.empty() && !sweep.sets.empty())
    at("set", "changes an experiment, and a command is run", "write the values into the command");
  if (!o.command.empty() && o.method == "asha" && o.epochs == 0)
    at("epochs", "is missing", "say how long a command is to run for at most, in its own epochs");
  if (o.command.empty() && o.epochs != 0)
    at("epochs", "is of a command", "write set: {schedule.epochs: N} for an experiment");
  if (o.method != "grid" && !o.trials)
    at("trials", "is missing", "say how many configurations are tried, as trials: 20");
  if (o.method == "grid")
    for (const Parameter& parameter : sweep.space.parameters)
      if (parameter.count() == 0 && parameter.points == 0)
        problems.push_back({parameter.place, "space." + parameter.name,
                            "a grid has no end of values here",
                            "write how many it takes, as {log: [1e-4, 1e-2], points: 5}"});
  const bool varies_length = std::any_of(
      sweep.space.parameters.begin(), sweep.space.parameters.end(), [](const Parameter& p) {
        if (p.name == "schedule.epochs") return true;
        return std::any_of(p.choices.begin(), p.choices.end(), [](const Choice& choice) {
          return std::any_of(choice.sets.begin(), choice.sets.end(), [](const std::string& set) {
            return set.starts_with("schedule.epochs=");
          });
        });
      });
  if (o.method == "asha" && varies_length)
    at("method", "is asha, which decides itself how long a trial is trained",
       "take schedule.epochs out of the space");
}

}  // namespace

void describe(FieldVisitor& visitor, SweepOptions& o) {
  visitor.field({"experiment", &o.experiment, "experiment file that is varied"});
  visitor.field({"command", &o.command,
                 "instead of an experiment: a program and its arguments, in which {NAME} stands "
                 "for a parameter, {trial}, {dir} and {epochs} for what they say; the last line of "
                 "its output is the metric, or a JSON object with it"});
  visitor.field(
      {"method", &o.method, "what is tried next", {}, {"grid", "random", "sobol", "tpe", "asha"}});
  visitor.field(
      {"trials", &o.trials, "configurations that are tried; grid: all, unless given", {1, 100000}});
  visitor.field({"seed", &o.seed, "of every value that is drawn", kNonNegative});
  visitor.field({"metric", &o.metric, "what counts; empty: the task's first"});
  visitor.field({"direction",
                 &o.direction,
                 "what of it is better; empty: as the metric has it",
                 {},
                 {"", "maximize", "minimize"}});
  visitor.field({"pick",
                 &o.pick,
                 "the epoch whose metric counts: the best of a trial, or the last",
                 {},
                 {"best", "last"}});
  visitor.field({"threads",
                 &o.threads,
                 "of each trial; results depend on it, and not on the number of workers; 0: "
                 "train.threads of the experiment, or 1",
                 {0, 1024}});
  visitor.field({"parallel",
                 &o.parallel,
                 "tpe, asha: trials that are under way when the next one is decided, however many "
                 "workers there are",
                 {1, 1024}});
  visitor.field({"on_error",
                 &o.on_error,
                 "a trial fails: continue with the others, or stop the sweep",
                 {},
                 {"continue", "stop"}});
  visitor.field({"latency", &o.latency, "also measure the time of one image in each trial"});
  visitor.field(
      {"epochs", &o.epochs, "asha of a command: the most that {epochs} is", kNonNegative});
  visitor.field({"title", &o.title, "of the page"});
  visitor.section("asha", "when trials are compared",
                  [&](FieldVisitor& inner) { describe_asha(inner, o.asha); });
  // Their values have keys of any name, and are read by hand.
  for (const char* name : {"space", "set", "also", "constraints"})
    visitor.section(name, "", [](FieldVisitor&) {});
}

SweepFile load_sweep(const std::filesystem::path& file, const std::vector<std::string>& more) {
  YamlDocument document = YamlDocument::load(file);
  YamlNode root = document.root();
  for (const std::string& assignment : more) add_set(root, assignment);
  SweepFile sweep;
  sweep.folder = folder_of(file);
  sweep.text = yaml_lines(root);
  std::vector<YamlProblem> problems = document.problems();
  const YamlNode space = take(root, "space");
  const YamlNode sets = take(root, "set");
  const YamlNode also = take(root, "also");
  const YamlNode constraints = take(root, "constraints");
  sweep.space = read_space(space, problems);
  sweep.sets = read_sets(sets, "set", problems);
  sweep.also = read_also(also, problems);
  sweep.constraints = read_constraints(constraints, sweep.space, problems);
  YamlReader reader(YamlDocument::of(std::move(root)));
  try {
    reader.read([&](FieldVisitor& visitor) { describe(visitor, sweep.options); });
  } catch (const Error& problem) {
    if (problems.empty()) throw;
    problems.push_back({YamlPlace{std::make_shared<const std::string>(problem.where())}, "",
                        problem.problem(), problem.remedy()});
  }
  if (problems.empty()) check_together(sweep, reader, problems);
  throw_problems(std::move(problems));
  return sweep;
}

}  // namespace vit
