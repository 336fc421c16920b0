#include "vit/sweep/page.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <numeric>

#include "vit/core/error.h"
#include "vit/experiment/config_difference.h"
#include "vit/report/html.h"
#include "vit/report/html_parts.h"
#include "vit/report/humanize.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/parallel_chart.h"
#include "vit/report/scatter_chart.h"
#include "vit/report/timeline_chart.h"
#include "vit/sweep/importance.h"
#include "vit/sweep/leaderboard.h"
#include "vit/sweep/replicates.h"
#include "vit/train/run_directory.h"

namespace vit {
namespace {

/// A number of the space as a person reads it: `0.00123`.
std::string short_value(const Parameter& parameter, double value) {
  return parameter.kind == Parameter::Kind::real ? significant(value, 3) : parameter.text(value);
}

/// Seconds since the epoch of `2026-03-01T12:00:00.123456+00:00`; nothing for anything else.
std::optional<double> seconds_of(const std::string& time) {
  std::tm parts{};
  const char* rest = ::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  double fraction = 0;
  if (*rest == '.') {
    std::string digits = "0.";
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest) digits += *rest;
    fraction = parse_number(digits).value_or(0);
  }
  return static_cast<double>(::timegm(&parts)) + fraction;
}

class SweepPage {
 public:
  SweepPage(const SweepPlan& plan, const Journal& journal)
      : plan_(plan),
        journal_(journal),
        parameters_(plan.sweep().space.parameters),
        all_(standings(plan, journal)),
        metric_((plan.sweep().trains() ? "eval_" : "") + plan.subject().metric) {
    for (const Standing& s : all_)
      if (s.value && s.state != "failed") scored_.push_back(&s);
    // What is compared was trained equally long: ASHA's early results are told by the leaderboard.
    std::int64_t longest = 0;
    for (const Standing* s : scored_) longest = std::max(longest, s->epochs);
    for (const Standing* s : scored_)
      if (plan.sweep().options.method != "asha" || s->epochs == longest) finished_.push_back(s);
  }

  [[nodiscard]] std::string text() const {
    const std::string& title = plan_.sweep().options.title;
    const std::string name =
        title.empty() ? std::filesystem::absolute(plan_.folder().root()).filename().string()
                      : title;
    return html_parts::page(
        name,
        header(name) + figures() + replicates() + leaderboard() + parallel() + importances() +
            slices() + pareto() + timeline() + best_configuration() +
            "<footer>Written by vit. Numbers come from sweep.journal, which optuna-dashboard opens "
            "too; leaderboard.csv has them all.</footer>\n");
  }

 private:
  [[nodiscard]] std::string header(const std::string& name) const {
    const SweepOptions& o = plan_.sweep().options;
    return "<h1>" + html_parts::short_name(name, 120) + "</h1>\n<p class=\"soft\">" +
           html_text(o.method) + " · " +
           html_text(o.command.empty() ? o.experiment : o.command.front()) + " · " +
           html_text(metric_) +
           (plan_.subject().better == Better::smaller ? ", smaller is better"
                                                      : ", larger is better") +
           "</p>\n";
  }

  [[nodiscard]] std::string figures() const {
    KeyFigures figures;
    if (!scored_.empty())
      figures.push_back({"Best " + metric_, significant(*scored_.front()->value, 5),
                         str("trial ", scored_.front()->trial)});
    const auto failed = std::count_if(all_.begin(), all_.end(),
                                      [](const Standing& s) { return s.state == "failed"; });
    figures.push_back({"Trials", std::to_string(all_.size()),
                       failed > 0 ? str(failed, " failed") : str("of ", plan_.planner().trials())});
    double seconds = 0;
    std::int64_t epochs = 0;
    for (const JournalTrial& trial : journal_.trials())
      for (const auto& [done, result] : trial.results) seconds += result.seconds;
    for (const Standing& s : all_) epochs += s.epochs;
    if (plan_.sweep().trains()) figures.push_back({"Epochs trained", grouped(epochs)});
    figures.push_back({"Work", human_duration(seconds), "of all workers together"});
    return "<div class=\"facts\" style=\"margin-top:22px\">" + html_parts::facts(figures) +
           "</div>\n";
  }

  [[nodiscard]] std::string value_text(const JournalTrial& trial, const Parameter& p) const {
    const auto value = trial.values.find(p.name);
    return value == trial.values.end() ? "–" : short_value(p, value->second);
  }

  [[nodiscard]] std::string leaderboard() const {
    constexpr std::size_t kMost = 30;
    Table table{{"rank", "trial", metric_}, {}};
    const bool asha = plan_.sweep().options.method == "asha";
    if (asha) table.header.emplace_back("epochs");
    for (const Parameter& p : parameters_) table.header.push_back(p.name);
    table.header.emplace_back("");
    std::size_t rank = 0;
    for (const Standing& s : all_) {
      if (table.rows.size() == kMost) break;
      const bool counts = s.value && s.state != "failed";
      std::vector<std::string> row = {counts ? std::to_string(++rank) : "–",
                                      std::to_string(s.trial),
                                      counts ? significant(*s.value, 5) : "–"};
      if (asha) row.push_back(std::to_string(s.epochs));
      for (const Parameter& p : parameters_) row.push_back(value_text(*s.record, p));
      row.push_back(s.record->failure       ? "failed: " + s.record->failure->message
                    : s.state == "complete" ? ""
                                            : s.state);
      table.rows.push_back(std::move(row));
    }
    std::string more;
    if (all_.size() > kMost)
      more = str("<p class=\"soft small\">The first ", kMost, " of ", all_.size(),
                 "; the others are in leaderboard.csv.</p>\n");
    return "<h2>Leaderboard</h2>\n" + html_parts::table(table) + more;
  }

  /// `97.2 ± 0.4` of a figure beside the metric.
  static std::string mean_text(const Replicates& group, const std::string& name) {
    std::vector<double> values;
    for (const Standing* trial : group.trials)
      if (const auto value = figure_of(*trial->record, name)) values.push_back(*value);
    if (values.empty()) return "–";
    const auto [mean, half_width] = mean_and_half_width(values);
    return significant(mean, 5) + (values.size() > 1 ? " ± " + significant(half_width, 2) : "");
  }

  /// Where the seed is one of the parameters, its trials are repetitions.
  [[nodiscard]] std::string replicates() const {
    const auto seed = plan_.sweep().space.find("seed");
    if (!seed || finished_.empty()) return {};
    const std::vector<Replicates> groups =
        replicates_over(*seed, plan_.sweep().space, finished_, plan_.subject().better);
    Table table;
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      if (i != *seed) table.header.push_back(parameters_[i].name);
    for (const char* name : {"mean", "95 % interval", "lowest", "highest", "seeds"})
      table.header.emplace_back(name);
    for (const AlsoEvaluated& other : plan_.sweep().also) table.header.push_back(other.name);
    ScatterChart chart{.title = metric_ + " over seeds", .y_label = metric_};
    ScatterChart::Group means{"mean"}, ends{"95 % interval"}, each{"a seed"};
    for (const Replicates& group : groups) {
      std::vector<std::string> row;
      std::string name;
      for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (i == *seed) continue;
        row.push_back(group.values[i] ? short_value(parameters_[i], *group.values[i]) : "–");
        name += (name.empty() ? "" : ", ") + row.back();
      }
      const auto place = static_cast<double>(chart.x_names.size());
      chart.x_names.push_back(name);
      means.points.push_back({place, group.mean, name + ": mean " + significant(group.mean, 5)});
      for (const double end : {group.mean - group.half_width, group.mean + group.half_width})
        if (group.results.size() > 1)
          ends.points.push_back({place, end, name + ": end of the interval"});
      for (const double result : group.results)
        each.points.push_back({place, result, name + ": " + significant(result, 5)});
      row.push_back(significant(group.mean, 5));
      row.push_back(group.results.size() > 1 ? "± " + significant(group.half_width, 2)
                                             : std::string("–"));
      const auto [low, high] = std::minmax_element(group.results.begin(), group.results.end());
      row.push_back(significant(*low, 5));
      row.push_back(significant(*high, 5));
      row.push_back(std::to_string(group.results.size()));
      for (const AlsoEvaluated& other : plan_.sweep().also)
        row.push_back(mean_text(group, other.name));
      table.rows.push_back(std::move(row));
    }
    chart.groups = {std::move(each), std::move(means), std::move(ends)};
    chart.width = 720;
    chart.height = 380;
    std::string drawn;
    if (groups.size() <= 24)
      drawn = "<div class=\"card wide\" style=\"margin-top:14px\">" + svg(chart) + "</div>\n";
    return "<h2>Mean over seeds</h2>\n" + html_parts::table(table) + drawn +
           "<p class=\"soft small\">The interval is that of the mean by Student's t "
           "distribution: of such intervals 95 of 100 hold the mean of very many seeds, if results "
           "are about normal. Few seeds make it wide.</p>\n";
  }

  [[nodiscard]] std::string note_of(const Standing& s) const {
    std::string note = str("trial ", s.trial, ": ", significant(*s.value, 5));
    for (const Parameter& p : parameters_) note += "\n" + p.name + " " + value_text(*s.record, p);
    return note;
  }

  [[nodiscard]] std::string parallel() const {
    constexpr std::size_t kMostLines = 1000, kMostAxes = 12;
    if (finished_.size() < 2) return {};
    ParallelChart chart{.title = "Each line is a trial; the best tenth stands out"};
    const std::size_t axes = std::min(parameters_.size(), kMostAxes);
    for (std::size_t i = 0; i < axes; ++i) {
      ParallelChart::Coordinate coordinate{parameters_[i].name, parameters_[i].log,
                                           parameters_[i].kind == Parameter::Kind::integer};
      for (const Choice& choice : parameters_[i].choices) coordinate.names.push_back(choice.label);
      chart.coordinates.push_back(std::move(coordinate));
    }
    chart.coordinates.push_back({metric_});
    const std::size_t best = std::max<std::size_t>(1, (finished_.size() + 9) / 10);
    for (std::size_t k = 0; k < std::min(finished_.size(), kMostLines); ++k) {
      const Standing& s = *finished_[k];
      ParallelChart::Line line{{}, note_of(s), k < best};
      for (std::size_t i = 0; i < axes; ++i) {
        const auto value = s.record->values.find(parameters_[i].name);
        line.values.push_back(value == s.record->values.end() ? std::nullopt
                                                              : std::optional(value->second));
      }
      line.values.push_back(s.value);
      chart.lines.push_back(std::move(line));
    }
    chart.width = std::max(720, std::min(1100, 150 * static_cast<int>(axes + 1)));
    return "<h2>Parallel coordinates</h2>\n<div class=\"card wide\">" + svg(chart) + "</div>\n";
  }

  [[nodiscard]] std::string importances() const {
    constexpr std::size_t kLeast = 10;
    if (parameters_.size() < 2) return {};
    if (finished_.size() < kLeast)
      return str("<h2>Importance</h2>\n<p class=\"soft\">It takes ", kLeast,
                 " finished trials to say which parameter matters; there are ", finished_.size(),
                 ".</p>\n");
    std::vector<ScoredTrial> trials;
    for (const Standing* s : finished_) {
      ScoredTrial trial{Configuration(parameters_.size()), plan_.subject().loss(*s->value)};
      for (std::size_t i = 0; i < parameters_.size(); ++i)
        if (const auto value = s->record->values.find(parameters_[i].name);
            value != s->record->values.end())
          trial.values[i] = value->second;
      trials.push_back(std::move(trial));
    }
    const std::vector<double> found = importance(plan_.sweep().space, trials);
    const double sum = std::accumulate(found.begin(), found.end(), 0.0);
    Bars bars{"Share of what separates the best tenth of the trials from the others (PED-ANOVA).",
              {}};
    for (std::size_t i = 0; i < found.size(); ++i)
      bars.bars.emplace_back(parameters_[i].name, sum > 0 ? 100 * found[i] / sum : 0);
    std::stable_sort(bars.bars.begin(), bars.bars.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return html_parts::section({"Importance", bars});
  }

  static std::string card_of(const ScatterChart& chart) {
    return "<div class=\"card chart\">" + svg(chart) + "</div>\n";
  }

  [[nodiscard]] std::string slices() const {
    if (finished_.size() < 2) return {};
    std::string cards;
    for (const Parameter& p : parameters_) {
      ScatterChart chart{.title = p.name, .y_label = metric_};
      ScatterChart::Group group{metric_};
      for (const Standing* s : finished_) {
        const auto value = s->record->values.find(p.name);
        if (value == s->record->values.end()) continue;
        group.points.push_back({value->second, *s->value, note_of(*s)});
      }
      if (group.points.empty()) continue;
      chart.log_x = p.log;
      chart.whole_x = p.kind == Parameter::Kind::integer;
      for (const Choice& choice : p.choices) chart.x_names.push_back(choice.label);
      chart.groups = {std::move(group)};
      cards += card_of(chart);
    }
    return cards.empty() ? cards : "<h2>Slices</h2>\n<div class=\"charts\">" + cards + "</div>\n";
  }

  /// What accuracy costs, where the trials differ in a cost.
  [[nodiscard]] std::string pareto() const {
    std::string cards;
    for (const auto& [name, title] : {std::pair("multiply_adds", "multiply-adds of an image"),
                                      std::pair("parameters", "parameters"),
                                      std::pair("latency_ms", "milliseconds an image")}) {
      std::vector<std::pair<double, const Standing*>> points;
      for (const Standing* s : finished_)
        if (const auto cost = figure_of(*s->record, name); cost && *cost > 0)
          points.emplace_back(*cost, s);
      std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) {
        return std::pair(a.first, plan_.subject().loss(*a.second->value)) <
               std::pair(b.first, plan_.subject().loss(*b.second->value));
      });
      if (points.size() < 2 || points.front().first == points.back().first) continue;
      // In a unit that leaves the axis a few digits.
      const double largest = points.back().first;
      const double unit = largest >= 1e7 ? 1e6 : largest >= 1e4 ? 1e3 : 1;
      const std::string x_label = title + std::string(unit == 1e6   ? ", millions"
                                                      : unit == 1e3 ? ", thousands"
                                                                    : "");
      ScatterChart::Group others{"other trials"}, front{"nothing cheaper is as good", {}, true};
      double best = std::numeric_limits<double>::infinity();
      for (const auto& [cost, s] : points) {
        const double loss = plan_.subject().loss(*s->value);
        (loss < best ? front : others).points.push_back({cost / unit, *s->value, note_of(*s)});
        best = std::min(best, loss);
      }
      ScatterChart chart{.title = metric_ + " against " + title,
                         .x_label = x_label,
                         .y_label = metric_,
                         .groups = {std::move(front), std::move(others)}};
      chart.log_x = points.back().first > 10 * points.front().first;
      cards += card_of(chart);
    }
    return cards.empty() ? cards
                         : "<h2>What it costs</h2>\n<div class=\"charts\">" + cards + "</div>\n";
  }

  [[nodiscard]] std::string timeline() const {
    constexpr std::size_t kMostWorkers = 40;
    struct Piece {
      double begin, end;
      std::string note;
      bool wrong;
    };
    std::map<std::string, std::vector<Piece>> by_worker;
    double first = std::numeric_limits<double>::infinity();
    for (std::size_t trial = 0; trial < journal_.trials().size(); ++trial)
      for (const TrialSpan& span : journal_.trials()[trial].spans) {
        const auto begin = seconds_of(span.begin), end = seconds_of(span.end);
        if (!begin || !end) continue;
        first = std::min(first, *begin);
        const auto& failure = journal_.trials()[trial].failure;
        by_worker[span.worker].push_back({*begin, *end,
                                          str("trial ", trial, ", up to ", span.epochs,
                                              " epochs: ", human_duration(*end - *begin)),
                                          failure && failure->epochs == span.epochs});
      }
    if (by_worker.empty() || by_worker.size() > kMostWorkers) return {};
    TimelineChart chart{.title = "Who worked on what, and when"};
    for (auto& [worker, pieces] : by_worker) {
      std::sort(pieces.begin(), pieces.end(),
                [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
      // A process that runs several trials at a time has a row for each.
      std::vector<TimelineChart::Row> rows;
      const std::string name = worker.substr(0, worker.rfind(':'));
      for (const Piece& piece : pieces) {
        auto row = std::find_if(rows.begin(), rows.end(), [&](const TimelineChart::Row& r) {
          return r.bars.back().end <= piece.begin - first + 1e-3;
        });
        if (row == rows.end()) row = rows.insert(rows.end(), {name, {}});
        row->bars.push_back({piece.begin - first, piece.end - first, piece.note, piece.wrong});
      }
      for (TimelineChart::Row& row : rows) chart.rows.push_back(std::move(row));
    }
    return "<h2>Timeline</h2>\n<div class=\"card wide\">" + svg(chart) + "</div>\n";
  }

  [[nodiscard]] std::string best_configuration() const {
    if (scored_.empty()) return {};
    const Standing& best = *scored_.front();
    std::string out = str("<h2>The best configuration</h2>\n<p>Trial ", best.trial,
                          ", against the experiment that was varied:</p>\n");
    Table table{{"key", "base", "best"}, {}};
    if (plan_.sweep().trains()) {
      try {
        const RunDirectory run(plan_.folder().trial(best.trial));
        const std::vector<std::string> unresolved = {
            "model.num_classes",  "data.mean",        "data.std",
            "data.interpolation", "data.crop_pct",    "data.crop_mode",
            "data.crop_fill",     "data.crop_offset", "export.torchscript"};
        for (const ConfigChange& change : config_changes(
                 load_experiment(plan_.folder().experiment()), load_experiment(run.config())))
          if (std::find(unresolved.begin(), unresolved.end(), change.key) == unresolved.end())
            table.rows.push_back({change.key, change.before.empty() ? "–" : change.before,
                                  change.now.empty() ? "–" : change.now});
      } catch (const Error&) {  // its run directory was removed
      }
    }
    if (table.rows.empty())
      for (const Parameter& p : parameters_)
        if (const auto value = best.record->values.find(p.name); value != best.record->values.end())
          table.rows.push_back({p.name, "–", p.text(value->second)});
    out += html_parts::table(table);
    if (plan_.sweep().trains())
      out += "<p class=\"soft small\">Its run: <code>" +
             html_text(plan_.folder().trial(best.trial).string()) + "</code></p>\n";
    return out;
  }

  const SweepPlan& plan_;
  const Journal& journal_;
  const std::vector<Parameter>& parameters_;
  std::vector<Standing> all_;
  std::string metric_;
  std::vector<const Standing*> scored_;    // the best first
  std::vector<const Standing*> finished_;  // those that can be compared
};

}  // namespace

std::string sweep_page(const SweepPlan& plan, const Journal& journal) {
  return SweepPage(plan, journal).text();
}

}  // namespace vit
