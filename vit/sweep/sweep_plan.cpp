#include "vit/sweep/sweep_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/run/built_experiment.h"

namespace vit {
namespace {

constexpr std::string_view kEpochsKey = "schedule.epochs=";

std::unique_ptr<Sampler> make_sampler(const SweepFile& sweep) {
  const auto seed = static_cast<std::uint64_t>(sweep.options.seed);
  const std::string& method =
      sweep.options.method == "asha" ? sweep.options.asha.sampler : sweep.options.method;
  if (method == "grid") return grid_sampler(sweep.space);
  if (method == "sobol") return sobol_sampler(sweep.space, seed);
  if (method == "tpe") return tpe_sampler(sweep.space, seed);
  return random_sampler(sweep.space, seed);
}

std::string without_eval(const std::string& metric) {
  return metric.starts_with("eval_") ? metric.substr(5) : metric;
}

SweepSubject subject_of_command(const SweepOptions& o) {
  return {o.metric, o.direction == "minimize" ? Better::smaller : Better::larger,
          std::max<std::int64_t>(o.epochs, 1), std::max<std::int64_t>(o.threads, 1)};
}

/// The metric that the sweep names, with its direction.
void choose_metric(const SweepOptions& o, const Metrics& metrics, SweepSubject& subject) {
  const Metric* chosen = metrics.empty() ? nullptr : &metrics.front();
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.push_back(metric.name);
  if (!o.metric.empty()) {
    const auto found = std::find(names.begin(), names.end(), without_eval(o.metric));
    chosen =
        found == names.end() ? nullptr : &metrics[static_cast<std::size_t>(found - names.begin())];
  }
  if (chosen == nullptr) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "eval_" : ", eval_") + name;
    const std::string near = nearest(without_eval(o.metric), names);
    throw Error(ErrorKind::usage, "metric",
                str("the task has no metric ", in_quotes(o.metric), "; it has ", all),
                near.empty() ? "" : "did you mean eval_" + near + "?");
  }
  subject.metric = chosen->name;
  subject.better = chosen->better;
  if (!o.direction.empty())
    subject.better = o.direction == "minimize" ? Better::smaller : Better::larger;
  if (subject.better == Better::neither)
    throw Error(ErrorKind::usage, "direction",
                str("is missing: of eval_", chosen->name, " neither direction is better by itself"),
                "write direction: maximize, or minimize");
}

/// A configuration in which a parameter counts and has this value; the others are in their middle.
Configuration with_value(const Space& space, std::size_t parameter, double value) {
  Configuration values(space.parameters.size());
  // What its conditions want, and what those want.
  std::vector<std::optional<double>> wanted(space.parameters.size());
  wanted[parameter] = value;
  for (std::size_t i = space.parameters.size(); i-- > 0;)
    if (wanted[i])
      for (const Condition& condition : space.parameters[i].when)
        if (!wanted[condition.parameter]) wanted[condition.parameter] = condition.values.front();
  for (std::size_t i = 0; i < space.parameters.size(); ++i)
    if (space.active(i, values)) values[i] = wanted[i] ? *wanted[i] : space.parameters[i].at(0.5);
  return values;
}

/// Every end of a range and every choice gives an experiment that can be read.
void check_values(const SweepFile& sweep, const std::filesystem::path& experiment) {
  for (std::size_t i = 0; i < sweep.space.parameters.size(); ++i) {
    const Parameter& parameter = sweep.space.parameters[i];
    std::vector<double> values = {parameter.low, parameter.high};
    if (parameter.kind == Parameter::Kind::choice) values = parameter.grid();
    for (const double value : values) {
      std::vector<std::string> sets = sweep.sets;
      // Others stay as the experiment has them, but for what this one needs: their middles need
      // not fit together.
      const Configuration whole = with_value(sweep.space, i, value);
      Configuration only(whole.size());
      only[i] = whole[i];
      for (std::size_t j = i; j-- > 0;)
        for (std::size_t k = j + 1; k <= i; ++k)
          if (only[k])
            for (const Condition& condition : sweep.space.parameters[k].when)
              if (condition.parameter == j) only[j] = whole[j];
      for (std::string& set : sweep.space.sets(only)) sets.push_back(std::move(set));
      try {
        static_cast<void>(load_experiment(experiment, sets));
      } catch (const Error& problem) {
        throw Error(problem.kind(), parameter.place.text(),
                    str("space.", parameter.name, ", with ", printable(parameter.text(value)), ": ",
                        problem.where(), ": ", problem.problem()),
                    problem.remedy());
      }
    }
  }
}

std::string examine_experiment(const SweepFile& sweep, const std::filesystem::path& experiment,
                               const std::string& name) {
  log::set_console_level(log::Level::error);
  SweepSubject subject;
  try {
    // From the file itself, whose lines a problem is then told by.
    const Experiment base = load_experiment(sweep.experiment(), sweep.sets);
    subject.epochs = base.schedule.epochs;
    subject.threads = sweep.options.threads > 0 ? sweep.options.threads
                                                : std::max<std::int64_t>(base.train.threads, 1);
    check_values(sweep, experiment);
    std::vector<std::string> sets = sweep.sets;
    const auto sampler = make_sampler(sweep);
    for (std::string& set : sweep.space.sets(sampler->sample(0, {})))
      sets.push_back(std::move(set));
    const BuiltExperiment first(load_experiment(experiment, sets));
    choose_metric(sweep.options, first.task->evaluation()->metrics(), subject);
  } catch (const Error& problem) {
    const bool placed = problem.where().find(':') != std::string::npos;
    throw Error(problem.kind(), placed ? problem.where() : name + ": " + problem.where(),
                problem.problem(), problem.remedy());
  }
  return subject.text();
}

}  // namespace

std::string SweepSubject::text() const {
  return nlohmann::ordered_json{{"metric", metric},
                                {"direction", better == Better::smaller ? "minimize" : "maximize"},
                                {"epochs", epochs},
                                {"threads", threads}}
      .dump();
}

SweepSubject SweepSubject::parse(const std::string& text) try {
  const auto object = nlohmann::json::parse(text);
  return {
      object.at("metric").get<std::string>(),
      object.at("direction").get<std::string>() == "minimize" ? Better::smaller : Better::larger,
      object.at("epochs").get<std::int64_t>(), object.at("threads").get<std::int64_t>()};
} catch (const nlohmann::json::exception&) {
  throw Error(ErrorKind::resource, "sweep.journal", "does not say what the sweep measures",
              "it is of another version: begin the sweep in another folder");
}

SweepSubject examine(const SweepFile& sweep, const std::filesystem::path& experiment,
                     const std::string& name) {
  if (!sweep.trains()) return subject_of_command(sweep.options);
  return SweepSubject::parse(
      ask_in_a_process([&] { return examine_experiment(sweep, experiment, name); }));
}

SweepPlan::SweepPlan(SweepFile sweep, SweepFolder folder, SweepSubject subject)
    : sweep_(std::move(sweep)), folder_(std::move(folder)), subject_(std::move(subject)) {
  const SweepOptions& o = sweep_.options;
  PlanOptions options;
  options.trials = o.trials.value_or(std::numeric_limits<std::int64_t>::max());
  options.parallel = o.parallel;
  options.eta = o.asha.eta;
  options.early = o.asha.promote == "early";
  if (o.method == "asha") {
    if (o.asha.min_epochs >= subject_.epochs)
      throw Error(
          ErrorKind::usage, "asha.min_epochs",
          str("is ", o.asha.min_epochs, ", and a whole trial has ", subject_.epochs, " epochs"),
          "lower it, or raise schedule.epochs");
    options.rungs = asha_rungs(o.asha.min_epochs, subject_.epochs, o.asha.eta);
  }
  options.epochs = [this](const Configuration& values) {
    // By itself or as a part of a choice, the space may say how long a trial is.
    std::int64_t epochs = subject_.epochs;
    for (const std::string& set : sweep_.space.sets(values))
      if (set.starts_with(kEpochsKey)) epochs = std::atoll(set.c_str() + kEpochsKey.size());
    return epochs;
  };
  planner_ = std::make_unique<Planner>(make_sampler(sweep_), std::move(options));
}

void SweepPlan::advance(const Journal& journal) {
  const auto& trials = journal.trials();
  planner_->advance([&](std::int64_t trial, std::int64_t epochs) -> std::optional<double> {
    if (trial >= static_cast<std::int64_t>(trials.size())) return std::nullopt;
    const JournalTrial& known = trials[static_cast<std::size_t>(trial)];
    if (const auto result = known.results.find(epochs); result != known.results.end())
      return subject_.loss(result->second.value);
    if (known.failure) return std::nan("");
    return std::nullopt;
  });
  for (; compared_ < std::min(trials.size(), planner_->configurations().size()); ++compared_) {
    const Configuration& values = planner_->configurations()[compared_];
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto found = trials[compared_].values.find(sweep_.space.parameters[i].name);
      const bool there = found != trials[compared_].values.end();
      if (there == values[i].has_value() && (!there || found->second == *values[i])) continue;
      throw Error(ErrorKind::usage, printable_path(journal.file()),
                  str("trial ", compared_, " has another ", sweep_.space.parameters[i].name,
                      " than the sweep would give it"),
                  "the sweep was begun by another version of vit or on another kind of machine: "
                  "go on there, or begin it in another folder");
    }
  }
}

TrialRecipe SweepPlan::recipe() const {
  const SweepOptions& o = sweep_.options;
  TrialRecipe recipe;
  recipe.experiment = folder_.experiment();
  recipe.command = o.command;
  recipe.metric = subject_.metric;
  recipe.better = subject_.better;
  recipe.best_epoch = o.pick == "best";
  recipe.latency = o.latency;
  recipe.also = sweep_.also;
  recipe.sets = {str("train.threads=", subject_.threads), "export.torchscript=false"};
  recipe.sets.insert(recipe.sets.end(), sweep_.sets.begin(), sweep_.sets.end());
  return recipe;
}

TrialTask SweepPlan::task(const Job& job) const {
  const Configuration& values = planner_->configurations()[static_cast<std::size_t>(job.trial)];
  TrialTask task{job, is_last(job), folder_.trial(job.trial), sweep_.space.sets(values), {}};
  for (std::size_t i = 0; i < values.size(); ++i)
    task.values.emplace_back(sweep_.space.parameters[i].name,
                             values[i] ? sweep_.space.parameters[i].text(*values[i]) : "");
  return task;
}

bool SweepPlan::is_last(const Job& job) const {
  return sweep_.options.method != "asha" || job.epochs == subject_.epochs;
}

bool SweepPlan::settled(const Journal& journal, const Job& job) {
  if (job.trial >= static_cast<std::int64_t>(journal.trials().size())) return false;
  const JournalTrial& trial = journal.trials()[static_cast<std::size_t>(job.trial)];
  return trial.failure || trial.results.contains(job.epochs);
}

}  // namespace vit
