#include <algorithm>
#include <cmath>

#include "vit/core/str.h"
#include "vit/report/html_parts.h"
#include "vit/report/humanize.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/run/compare_runs.h"

namespace vit {
namespace {

using html_parts::short_name;

/// A column of a run over its epochs.
Series column_of(const CsvTable& history, const std::string& column, std::size_t colour) {
  Series series{.colour = colour, .faint = true};
  for (std::size_t row = 0; row < history.rows.size(); ++row) {
    series.x.push_back(history.number(row, "epoch").value_or(static_cast<double>(row + 1)));
    series.y.push_back(history.number(row, column).value_or(std::nan("")));
  }
  return series;
}

/// The mean at each epoch that all of them have.
Series mean_of(const std::vector<Series>& all) {
  Series mean = all.front();
  mean.faint = false;
  for (const Series& series : all) {
    mean.x.resize(std::min(mean.x.size(), series.x.size()));
    mean.y.resize(mean.x.size());
  }
  for (std::size_t i = 0; i < mean.x.size(); ++i) {
    mean.y[i] = 0;
    for (const Series& series : all) mean.y[i] += series.y[i] / static_cast<double>(all.size());
  }
  return mean;
}

/// The curves of all groups over each other: each group's mean, and behind it its runs.
std::string chart_of_groups(const Comparison& comparison, const std::string& title,
                            const std::string& column, const std::string& unit) {
  LineChart chart{.title = title, .x_label = "epoch", .y_label = unit, .whole_x = true};
  std::vector<Series> means;
  for (std::size_t g = 0; g < comparison.groups.size(); ++g) {
    const RunGroup& group = comparison.groups[g];
    std::vector<Series> runs;
    for (const std::size_t i : group.runs) {
      Series series = column_of(comparison.runs[i].history, column, g);
      const bool any =
          std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
      if (any) runs.push_back(std::move(series));
    }
    if (runs.empty()) continue;
    Series& mean = means.emplace_back(mean_of(runs));
    mean.name = group.name;
    if (runs.size() == 1) continue;
    mean.name += str(" (mean of ", runs.size(), ")");
    std::move(runs.begin(), runs.end(), std::back_inserter(chart.series));
  }
  if (means.empty()) return {};
  std::move(means.begin(), means.end(), std::back_inserter(chart.series));  // before the others
  return html_parts::chart_card(std::move(chart));
}

std::string group_table(const Comparison& comparison) {
  const Metric& metric = comparison.metric;
  std::string out =
      str("<div class=\"card wide\"><table><tr><th>Experiment</th><th "
          "class=\"n\">Best ",
          html_text(metric.shown_as()),
          "</th><th class=\"n\">Seeds</th><th class=\"n\">Epochs</th><th "
          "class=\"n\">Time a run</th><th>Runs</th></tr>\n");
  std::optional<double> best;
  for (const RunGroup& group : comparison.groups)
    if (!group.values.empty() && is_better(metric.better, group.mean, best)) best = group.mean;
  for (const RunGroup& group : comparison.groups) {
    std::string runs;
    double seconds = 0;
    std::int64_t epochs = 0;
    for (const std::size_t i : group.runs) {
      const RunEntry& run = comparison.runs[i].entry;
      runs += (runs.empty() ? "" : ", ") + short_name(run.name);
      if (run.state != RunState::done) runs += str(" (", run_state_name(run.state), ")");
      seconds += run.seconds / static_cast<double>(group.runs.size());
      epochs = std::max(epochs, run.epochs);
    }
    out += str(best && group.mean == *best ? "<tr class=\"best\">" : "<tr>", "<td>",
               short_name(group.name), "</td><td class=\"n\">", group_value_text(metric, group),
               "</td><td class=\"n\">", group.runs.size(), "</td><td class=\"n\">", epochs,
               "</td><td class=\"n\">", human_duration(seconds), "</td><td>", runs, "</td></tr>\n");
  }
  return out + "</table></div>\n";
}

std::string difference_table(const Comparison& comparison) {
  if (comparison.groups.size() < 2) return "<p>The runs differ by their seed alone.</p>\n";
  std::string out = "<div class=\"card wide\"><table><tr><th>Key</th>";
  for (const RunGroup& group : comparison.groups) out += "<th>" + short_name(group.name) + "</th>";
  out += "</tr>\n";
  for (const GroupDifference& row : comparison.differences) {
    out += "<tr><td><code>" + html_text(row.key) + "</code></td>";
    for (const std::string& value : row.values)
      out += str(value == row.values.front() ? "<td>" : "<td class=\"changed\">",
                 value.empty() ? "-" : short_name(value, 60), "</td>");
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

}  // namespace

std::string comparison_page(const Comparison& comparison) {
  const Metric& metric = comparison.metric;
  std::string title = comparison.groups.front().name;
  for (std::size_t g = 1; g < comparison.groups.size(); ++g)
    title += (g + 1 == comparison.groups.size() ? " and " : ", ") + comparison.groups[g].name;
  std::string body = "<h1>" + short_name(title, 120) + "</h1>\n<p class=\"soft\">" +
                     str(comparison.runs.size(), " runs by ", html_text(metric.shown_as()),
                         metric.better == Better::smaller ? ", smaller is better" : "",
                         ", each by its best epoch") +
                     "</p>\n<h2>Results</h2>\n" + group_table(comparison);
  if (!comparison.comparisons.empty()) {
    body += "<div class=\"card\" style=\"margin-top:14px\">";
    for (const GroupComparison& one : comparison.comparisons) {
      const std::vector<std::string> lines = comparison_text(comparison, one);
      for (std::size_t i = 0; i < lines.size(); ++i)
        body += str(i == 0 ? "<p>" : "<p class=\"soft small\">", html_text(lines[i]), "</p>\n");
    }
    body += "</div>\n";
  }
  body += "<h2>What differs in the configs</h2>\n" + difference_table(comparison);
  std::string charts = chart_of_groups(comparison, metric.shown_as(), "eval_" + metric.name,
                                       metric.percent ? "%" : "");
  charts += chart_of_groups(comparison, "training loss", "train_loss", "loss");
  if (metric.name != "loss")
    charts += chart_of_groups(comparison, "evaluation loss", "eval_loss", "loss");
  charts += chart_of_groups(comparison, "learning rate", "lr", "");
  charts += chart_of_groups(comparison, "throughput", "images_per_s", "img/s");
  if (!charts.empty()) body += "<h2>Curves</h2>\n<div class=\"charts\">" + charts + "</div>\n";
  return html_parts::page(title, body + "<footer>Written by vit.</footer>\n");
}

}  // namespace vit
