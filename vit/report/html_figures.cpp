#include <algorithm>
#include <cmath>

#include "vit/core/str.h"
#include "vit/report/html_parts.h"
#include "vit/report/humanize.h"
#include "vit/report/line_chart.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit::html_parts {
namespace {

struct Interval {
  double low, high;
};

/// The 95 % interval of a proportion after E. B. Wilson (1927), in percent. Unlike the normal
/// approximation it stays inside 0 to 100.
Interval wilson_interval(double top1, double count) {
  constexpr double z = 1.959964;
  const double p = top1 / 100, z2 = z * z / count;
  const double centre = (p + z2 / 2) / (1 + z2);
  const double half = z / (1 + z2) * std::sqrt(p * (1 - p) / count + z2 / (4 * count));
  return {100 * (centre - half), 100 * (centre + half)};
}

std::string fact(const std::string& name, const std::string& value, const std::string& more = {}) {
  const bool is_long = display_width(value) > 16;
  return str("<div class=\"card fact", is_long ? " long" : "", "\"><span>", name, "</span><b>",
             html_text(shorten_middle(visible(value), 120)), "</b>",
             more.empty() ? "" : "<em>" + html_text(more) + "</em>", "</div>\n");
}

std::string hero(const RunReport& report) {
  const Headline& judged = *report.headline;
  std::string out = str("<div class=\"card hero\"><span class=\"soft\">", html_text(judged.title),
                        "</span><b>", fixed(judged.percent, 2), " <small>%</small></b>");
  out +=
      "<div class=\"meter\"><i style=\"width:" + fixed(std::clamp(judged.percent, 0.0, 100.0), 2) +
      "%\"></i>";
  if (judged.chance) {
    const std::string chance = fixed(*judged.chance, *judged.chance < 1 ? 2 : 1);
    out +=
        str("<u style=\"left:", fixed(std::clamp(*judged.chance, 0.0, 100.0), 2),
            "%\"></u></div><p class=\"soft small\">The mark is chance level: ", chance, " %</p>");
  } else {
    out += "</div>";
  }
  std::string remark;
  if (report.best_epoch) remark = str("Epoch ", *report.best_epoch);
  if (judged.count > 0) {
    remark += str(remark.empty() ? "On " : ", on ", grouped(judged.count), " ", judged.counted);
    if (judged.proportion && judged.percent >= 0 && judged.percent <= 100) {
      const Interval interval = wilson_interval(judged.percent, static_cast<double>(judged.count));
      remark +=
          str("; 95 % interval ", fixed(interval.low, 1), " to ", fixed(interval.high, 1), " %");
    }
  }
  return out + "<p class=\"soft small\">" + remark + "</p></div>\n";
}

Series column_series(const CsvTable& history, const std::string& column, const std::string& name) {
  Series series{name, {}, {}};
  for (std::size_t row = 0; row < history.rows.size(); ++row) {
    const auto y = history.number(row, column);
    series.x.push_back(history.number(row, "epoch").value_or(static_cast<double>(row)));
    series.y.push_back(y.value_or(std::nan("")));
  }
  return series;
}

bool has_numbers(const Series& series) {
  return std::any_of(series.y.begin(), series.y.end(), [](double y) { return std::isfinite(y); });
}

std::string epoch_card(LineChart chart) {
  chart.x_label = "epoch";
  chart.whole_x = true;
  return chart_card(std::move(chart));
}

/// A chart of those columns that hold numbers; "" where none does.
std::string chart_of(LineChart chart, const CsvTable& history,
                     const std::vector<std::pair<std::string, std::string>>& columns) {
  for (const auto& [column, name] : columns) {
    Series series = column_series(history, column, name);
    if (has_numbers(series)) chart.series.push_back(std::move(series));
  }
  return chart.series.empty() ? std::string() : epoch_card(std::move(chart));
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
}

/// A chart of each schedule; where they are not known, of the learning rates in the history.
std::string schedule_cards(const RunReport& report) {
  if (report.schedules.empty())
    return chart_of({.title = "Learning rate", .y_low = 0.0, .height = 230}, report.history,
                    {{"lr", "learning rate"}});
  std::string cards;
  for (const Series& series : report.schedules) {
    LineChart chart{.title = capitalised(series.name), .series = {series}};
    chart.height = 230;
    const auto [least, largest] = std::minmax_element(series.y.begin(), series.y.end());
    if (*least >= 0 && *least < 0.5 * *largest) chart.y_low = 0.0;
    cards += epoch_card(std::move(chart));
  }
  return cards;
}

/// The row with the best value of a metric; the first one of several.
std::optional<std::size_t> best_row(const CsvTable& history, const Metric& judged) {
  std::optional<std::size_t> best;
  std::optional<double> best_value;
  for (std::size_t row = 0; row < history.rows.size(); ++row) {
    const auto value = history.number(row, "eval_" + judged.name);
    if (!value || !std::isfinite(*value) || !is_better(judged.better, *value, best_value)) continue;
    best = row;
    best_value = *value;
  }
  return best;
}

/// What the run is judged by, and what else is in percent.
std::string metric_charts(const RunReport& report, std::optional<std::size_t> best) {
  if (report.metrics.empty()) return {};
  const Metric& judged = report.metrics.front();
  LineChart chart{.title = judged.percent ? "Accuracy" : capitalised(judged.shown_as())};
  if (judged.percent) {
    chart.y_label = "%";
    chart.y_low = 0.0;
    if (best) chart.y_high = 100.0;
  }
  if (best) {
    const double epoch = report.history.number(*best, "epoch").value_or(static_cast<double>(*best));
    const double value = *report.history.number(*best, "eval_" + judged.name);
    chart.markers.push_back(
        {epoch, value,
         judged.percent ? "best " + fixed(value, 2) + " %" : "best " + significant(value, 4)});
    if (report.chance) chart.levels.push_back({*report.chance, "chance"});
  }
  std::vector<std::pair<std::string, std::string>> columns;
  for (const Metric& metric : report.metrics)
    if (&metric == &judged || (judged.percent && metric.percent)) {
      columns.emplace_back("eval_" + metric.name, metric.shown_as());
      if (report.history.column("train_" + metric.name))
        columns.emplace_back("train_" + metric.name, metric.shown_as() + ", training");
    }
  return chart_of(chart, report.history, columns);
}

/// The named parts of the training loss, but for what is a metric too and stands beside it.
std::string part_chart(const CsvTable& history) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const std::string& column : history.header)
    if (column.starts_with("train_") && column != "train_loss" &&
        !history.column("eval_" + column.substr(6)))
      columns.emplace_back(column, column.substr(6));
  return chart_of({.title = "Parts of training"}, history, columns);
}

std::string history_table(const CsvTable& history, std::optional<std::size_t> best) {
  std::string out = str("<details><summary>All ", history.rows.size(),
                        " epochs as numbers</summary><div class=\"card wide\"><table "
                        "class=\"history\"><tr>");
  for (const std::string& name : history.header)
    out += "<th class=\"n\">" + html_text(shorten_middle(visible(name), 40)) + "</th>";
  out += "</tr>\n";
  for (std::size_t row = 0; row < history.rows.size(); ++row) {
    out += best == row ? "<tr class=\"best\">" : "<tr>";
    for (const std::string& cell : history.rows[row]) {
      const auto number = parse_number(cell);
      const bool whole = number && *number == std::round(*number);
      out += "<td class=\"n\">" +
             html_text(number && !whole ? significant(*number, 5)
                                        : shorten_middle(visible(cell), 40)) +
             "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</table></div></details>\n";
}

}  // namespace

std::string facts(const KeyFigures& figures) {
  std::string out;
  for (const KeyFigure& figure : figures)
    out += fact(html_text(shorten_middle(visible(figure.name), 40)), figure.value, figure.more);
  return out;
}

std::string chart_card(LineChart chart) {
  std::string wide = "<div class=\"card chart\"><div class=\"on-wide\">" + svg(chart) + "</div>";
  constexpr int kPhoneWidth = 330, kPhoneHeight = 250;
  chart.width = kPhoneWidth;
  chart.height = std::min(chart.height, kPhoneHeight);
  return wide + "<div class=\"on-phone\">" + svg(chart) + "</div></div>\n";
}

std::string key_figures(const RunReport& r) {
  std::string facts = html_parts::facts(r.figures);
  if (r.epochs) facts += fact("Epochs", grouped(*r.epochs));
  if (r.training_seconds) {
    const bool per_epoch = r.epochs && *r.epochs > 0;
    facts += fact("Training time", human_duration(*r.training_seconds),
                  per_epoch ? human_duration(*r.training_seconds / static_cast<double>(*r.epochs)) +
                                  " an epoch"
                            : "");
  }
  if (r.images_per_s) facts += fact("Throughput", human_throughput(*r.images_per_s));
  if (r.parameters)
    facts +=
        fact("Parameters", human_count(static_cast<double>(*r.parameters)), grouped(*r.parameters));
  if (r.seed) facts += fact("Seed", std::to_string(*r.seed));
  if (!r.device.empty())
    facts += fact("Device", r.device,
                  r.threads ? str(*r.threads, *r.threads == 1 ? " thread" : " threads") : "");
  if (!r.versions.empty()) facts += fact("Versions", r.versions);
  const bool is_judged = r.headline && std::isfinite(r.headline->percent);
  if (facts.empty() && !is_judged) return {};
  if (!is_judged) return "<div class=\"facts\" style=\"margin-top:22px\">" + facts + "</div>\n";
  return "<div class=\"figures\">" + hero(r) + "<div class=\"facts\">" + facts + "</div></div>\n";
}

std::string curves(const RunReport& report) {
  const CsvTable& history = report.history;
  if (history.rows.empty()) return {};
  const auto best =
      report.metrics.empty() ? std::nullopt : best_row(history, report.metrics.front());

  LineChart loss{.title = "Loss", .y_label = "loss"};
  LineChart speed{.title = "Throughput", .y_label = "img/s", .y_low = 0.0, .height = 230};

  const std::string charts =
      metric_charts(report, best) +
      chart_of(loss, history, {{"train_loss", "training"}, {"eval_loss", "evaluation"}}) +
      part_chart(history) + schedule_cards(report) +
      chart_of(speed, history, {{"images_per_s", "images a second"}});
  return "<h2>Training</h2>\n<div class=\"charts\">" + charts + "</div>\n" +
         history_table(history, best);
}

}  // namespace vit::html_parts
