#include "vit/sweep/sweep.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "vit/config/yaml_document.h"
#include "vit/config/yaml_flow.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/file_error.h"
#include "vit/report/table.h"
#include "vit/sweep/journal_lock.h"
#include "vit/sweep/page.h"
#include "vit/sweep/pool.h"
#include "vit/train/environment.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// What the bits of a result depend on beside its config, as JSON.
std::string machine_text() {
  nlohmann::ordered_json machine;
  for (const auto& [key, value] : numeric_environment()) machine[key] = value;
  return machine.dump();
}

/// Refuses a machine on which results would differ in their last bits, unless that is allowed.
void check_machine(const std::string& begun_on, const fs::path& folder, bool allowed) {
  const auto before = nlohmann::json::parse(begun_on, nullptr, /*allow_exceptions=*/false);
  std::string differences;
  for (const auto& [key, value] : numeric_environment()) {
    const std::string was =
        before.is_object() && before.contains(key) ? before.at(key).get<std::string>() : "";
    if (was != value) differences += str("\n  ", key, ": was ", was, ", is ", value);
  }
  if (differences.empty()) return;
  if (!allowed)
    throw Error(ErrorKind::usage, printable_path(folder),
                "the sweep was begun where results have other last bits:" + differences,
                "work on it there, or take --any-machine: the leaderboard then depends on which "
                "machine trained which trial");
  log::warn("this machine's results differ in their last bits from those of the sweep's first:" +
            differences);
}

/// What may be changed while a sweep is under way: it decides nothing that has been decided.
bool may_change(const std::string& key) {
  return key == "trials" || key == "on_error" || key == "title";
}

std::map<std::string, std::string> keys_of(const std::string& yaml, const std::string& name) {
  std::map<std::string, std::string> keys;
  const YamlDocument document = YamlDocument::parse(yaml, name);
  for (const YamlEntry& entry : document.root().entries) keys[entry.key] = yaml_flow(entry.value);
  return keys;
}

void check_unchanged(const SweepFolder& folder, const SweepFile& sweep,
                     const std::string& experiment) {
  auto before = keys_of(read_text_file(folder.sweep()), folder.sweep().string());
  auto now = keys_of(sweep.text, "the sweep");
  std::string list;
  for (const auto& [key, value] : now) before.try_emplace(key);
  for (const auto& [key, value] : before) {
    if (value == now[key] || may_change(key)) continue;
    // Where the file is does not matter, only what is in it.
    if (key == "experiment") continue;
    list += str("\n  ", key, ": was ", value.empty() ? "not there" : value, ", is ",
                now[key].empty() ? "not there" : now[key]);
  }
  if (sweep.trains() && experiment != read_text_file(folder.experiment())) {
    auto old_keys = keys_of(read_text_file(folder.experiment()), "the experiment");
    auto new_keys = keys_of(experiment, "the experiment");
    for (const auto& [key, value] : new_keys) old_keys.try_emplace(key);
    for (const auto& [key, value] : old_keys)
      if (value != new_keys[key])
        list += str("\n  experiment, ", key, ": was ", value.empty() ? "not there" : value, ", is ",
                    new_keys[key].empty() ? "not there" : new_keys[key]);
  }
  if (!list.empty())
    throw Error(ErrorKind::usage, printable_path(folder.root()),
                "the sweep has changed since it began here:" + list,
                "undo the change, or begin it in another --output");
}

/// The experiment that a sweep varies as one document.
std::string experiment_text(const SweepFile& sweep) {
  if (!sweep.trains()) return {};
  YamlDocument document = YamlDocument::load(sweep.experiment());
  for (const YamlProblem& problem : document.problems())
    throw Error(ErrorKind::usage, problem.place.text(), problem.path + ": " + problem.text,
                problem.remedy);
  return yaml_lines(document.root());
}

/// What a sweep would try, as far as nothing has to be known for it.
std::string preview(SweepPlan& plan, const Journal& journal) {
  constexpr std::size_t kMost = 20;
  plan.advance(journal);
  const auto& parameters = plan.sweep().space.parameters;
  std::vector<TableColumn> columns = {{"trial", Align::right}};
  for (const Parameter& parameter : parameters) columns.push_back({parameter.name, Align::right});
  TextTable table(columns);
  const auto& configurations = plan.planner().configurations();
  for (std::size_t i = 0; i < std::min(configurations.size(), kMost); ++i) {
    std::vector<std::string> row = {std::to_string(i)};
    for (std::size_t j = 0; j < parameters.size(); ++j)
      row.push_back(configurations[i][j] ? parameters[j].text(*configurations[i][j]) : "");
    table.add(std::move(row));
  }
  const SweepSubject& subject = plan.subject();
  std::string text =
      str(plan.planner().trials(), " trials by ", plan.sweep().options.method, ", each ",
          plan.sweep().trains() ? str("up to ", subject.epochs, " epochs with ", subject.threads,
                                      subject.threads == 1 ? " thread" : " threads")
                                : str("a command"),
          "; ", subject.better == Better::smaller ? "the smallest " : "the largest ",
          subject.metric, " wins\n", table.text());
  if (configurations.size() > kMost)
    text += str("\n… and ", configurations.size() - kMost, " more");
  if (static_cast<std::int64_t>(configurations.size()) < plan.planner().trials())
    text += "\nwhat follows depends on the results";
  return text;
}

SweepOutcome outcome_of(const SweepPlan& plan, const Journal& journal, Pool::End end) {
  SweepOutcome outcome;
  outcome.folder = plan.folder().root();
  outcome.metric = (plan.sweep().trains() ? "eval_" : "") + plan.subject().metric;
  outcome.interrupted = end == Pool::End::interrupted;
  outcome.trials = standings(plan, journal);
  const JournalTrial* failed = nullptr;
  for (Standing& standing : outcome.trials) {
    if (standing.state == "failed") {
      if (failed == nullptr) failed = standing.record;
      ++outcome.failed;
    }
    standing.record = nullptr;
  }
  if (!outcome.interrupted && failed != nullptr &&
      outcome.failed == static_cast<std::int64_t>(outcome.trials.size())) {
    const int code = failed->failure->code;
    throw Error(
        code >= 2 && code <= 6 ? static_cast<ErrorKind>(code) : ErrorKind::resource,
        printable_path(outcome.folder),
        str("all ", outcome.failed, " trials failed; the first: ", failed->failure->message),
        "trials/*/output.txt and log.txt say more; begin again in another --output");
  }
  return outcome;
}

/// Works until the end and leaves the leaderboard and the page.
SweepOutcome work(SweepPlan& plan, Journal& journal, Crew& crew, std::int64_t workers,
                  const std::atomic<bool>* stop) {
  const std::int64_t cores = std::max(1U, std::thread::hardware_concurrency());
  if (workers * plan.subject().threads > cores)
    log::warn(str(workers, workers == 1 ? " worker" : " workers", " with ", plan.subject().threads,
                  plan.subject().threads == 1 ? " thread" : " threads", " each are more than the ",
                  cores, " cores of this machine"));
  if (plan.planner().learns() && workers > plan.sweep().options.parallel)
    log::warn(str("`parallel` of the sweep is ", plan.sweep().options.parallel,
                  ", so that more workers find nothing to do"));
  const Pool::End end = Pool(plan, journal, crew, workers, stop).run();
  write_leaderboard(plan, journal);
  write_file_atomically(plan.folder().report(), sweep_page(plan, journal));
  return outcome_of(plan, journal, end);
}

/// Examines an experiment that is in no file yet, in one that is gone again afterwards.
SweepSubject look_at(const SweepFile& sweep, const std::string& experiment,
                     const std::string& name) {
  const fs::path scratch =
      fs::temp_directory_path() / str("vit-sweep-", own_process().pid, ".yaml");
  struct Removed {
    const fs::path& file;
    ~Removed() {
      std::error_code ignored;
      fs::remove(file, ignored);
    }
  } const removed{scratch};
  if (sweep.trains()) write_file_atomically(scratch, experiment);
  return examine(sweep, scratch, name);
}

/// Writes what a new sweep is made from; the journal's first lines say that it is whole.
void begin(const SweepFolder& folder, const SweepFile& sweep, const std::string& experiment,
           const SweepSubject& subject, Journal& journal) {
  write_file_atomically(folder.sweep(), sweep.text);
  if (sweep.trains()) write_file_atomically(folder.experiment(), experiment);
  if (!journal.exists())
    journal.create_study(fs::absolute(folder.root()).filename().string(), subject.better);
  journal.set_attribute("vit:subject", subject.text());
  journal.set_attribute("vit:machine", machine_text());
  journal.append();
}

}  // namespace

SweepOutcome run_sweep(const SweepRequest& request, const std::atomic<bool>* stop) {
  SweepFile sweep = load_sweep(request.file, request.sets);
  const std::string experiment = experiment_text(sweep);
  const SweepFolder folder(request.output.value_or(fs::path("sweeps") / request.file.stem()));
  Journal journal(folder.journal());
  std::error_code error;
  std::optional<SweepSubject> subject;
  if (request.dry_run || !fs::exists(folder.journal(), error)) {
    subject = look_at(sweep, experiment, request.file.string());
    // What the plan itself refuses is refused before anything is there.
    SweepPlan plan(sweep, folder, *subject);
    if (request.dry_run) {
      log::info(preview(plan, Journal("")));
      return {};
    }
  }
  if (fs::exists(folder.root() / "config.yaml", error))
    throw Error(ErrorKind::usage, printable_path(folder.root()), "holds a run already",
                "choose another --output");
  fs::create_directories(folder.root(), error);
  if (error) throw file_error(folder.root(), "cannot make the folder", error.value());
  std::optional<Crew> crew;
  {
    const JournalLock lock(folder.journal());
    crew.emplace(folder, Crew::Role::sweep);
    journal.read();
    journal.repair();
    if (journal.attribute("vit:subject").empty()) {
      if (!subject) subject = look_at(sweep, experiment, request.file.string());
      begin(folder, sweep, experiment, *subject, journal);
    } else {
      check_unchanged(folder, sweep, experiment);
      if (sweep.trains())
        check_machine(journal.attribute("vit:machine"), folder.root(), request.any_machine);
      write_file_atomically(folder.sweep(), sweep.text);
      subject = SweepSubject::parse(journal.attribute("vit:subject"));
      log::info(str("going on with the sweep in ", printable_path(folder.root()), ": ",
                    journal.trials().size(), " trials were begun"));
    }
  }
  SweepPlan plan(std::move(sweep), folder, *subject);
  if (request.workers == 0) {
    plan.advance(journal);
    return outcome_of(plan, journal, Pool::End::interrupted);
  }
  return work(plan, journal, *crew, request.workers, stop);
}

SweepOutcome work_on_sweep(const fs::path& root, std::int64_t workers, bool any_machine,
                           const std::atomic<bool>* stop) {
  const SweepFolder folder(root);
  Journal journal(folder.journal());
  journal.read();
  if (!journal.exists() || journal.attribute("vit:subject").empty())
    throw Error(ErrorKind::usage, printable_path(root), "holds no sweep",
                "begin one with `vit sweep SWEEP.yaml --output " + printable_path(root) +
                    "`; with --workers 0 it is only set up");
  SweepFile sweep = load_sweep(folder.sweep());
  if (sweep.trains()) check_machine(journal.attribute("vit:machine"), root, any_machine);
  SweepPlan plan(std::move(sweep), folder, SweepSubject::parse(journal.attribute("vit:subject")));
  std::optional<Crew> crew;
  {
    const JournalLock lock(folder.journal());
    crew.emplace(folder, Crew::Role::worker);
  }
  return work(plan, journal, *crew, workers, stop);
}

fs::path report_sweep(const fs::path& root) {
  const SweepFolder folder(root);
  Journal journal(folder.journal());
  journal.read();
  if (!journal.exists() || journal.attribute("vit:subject").empty())
    throw Error(ErrorKind::usage, printable_path(root), "holds no sweep",
                "name a folder that `vit sweep` has written");
  SweepPlan plan(load_sweep(folder.sweep()), folder,
                 SweepSubject::parse(journal.attribute("vit:subject")));
  plan.advance(journal);
  write_leaderboard(plan, journal);
  write_file_atomically(folder.report(), sweep_page(plan, journal));
  return folder.report();
}

}  // namespace vit
