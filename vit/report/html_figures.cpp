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

std::string metric_fact(const std::string& name, double value) {
  struct Known {
    const char *name, *title, *more;
  };
  constexpr Known kKnown[] = {{"loss", "Evaluation loss", "cross entropy, without smoothing"},
                              {"precision", "Precision", "mean over classes"},
                              {"recall", "Recall", "mean over classes"},
                              {"f1", "F1", "mean over classes"},
                              {"ece", "Calibration error", "expected (ECE), 0 is best"}};
  for (const Known& known : kKnown)
    if (name == known.name) return fact(known.title, fixed(value, 4), known.more);
  return fact(html_text(shorten_middle(visible(name), 40)), significant(value, 5));
}

std::string hero(const RunReport& report) {
  const double top1 = *report.best_top1;
  std::string out =
      str("<div class=\"card hero\"><span class=\"soft\">Best top-1 accuracy</span><b>",
          fixed(top1, 2), " <small>%</small></b>");
  out += "<div class=\"meter\"><i style=\"width:" + fixed(std::clamp(top1, 0.0, 100.0), 2) +
         "%\"></i>";
  if (report.chance_top1) {
    const std::string chance = fixed(*report.chance_top1, *report.chance_top1 < 1 ? 2 : 1);
    out +=
        str("<u style=\"left:", fixed(std::clamp(*report.chance_top1, 0.0, 100.0), 2),
            "%\"></u></div><p class=\"soft small\">The mark is chance level: ", chance, " %</p>");
  } else {
    out += "</div>";
  }
  std::string remark;
  if (report.best_epoch) remark = str("Epoch ", *report.best_epoch);
  const auto count = static_cast<double>(report.confusion.total());
  if (count > 0 && top1 >= 0 && top1 <= 100) {
    const Interval interval = wilson_interval(top1, count);
    remark += str(remark.empty() ? "On " : ", on ", grouped(report.confusion.total()),
                  " pictures; 95 % interval ", fixed(interval.low, 1), " to ",
                  fixed(interval.high, 1), " %");
  }
  return out + "<p class=\"soft small\">" + remark + "</p></div>\n";
}

Series column_series(const CsvTable& history, const char* column, const std::string& name) {
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

/// A chart as wide screens show it, and as phones do: reduced to their width, the first one's texts
/// could not be read.
std::string card(LineChart chart) {
  chart.x_label = "epoch";
  chart.whole_x = true;
  std::string wide = "<div class=\"card chart\"><div class=\"on-wide\">" + svg(chart) + "</div>";
  constexpr int kPhoneWidth = 330, kPhoneHeight = 250;
  chart.width = kPhoneWidth;
  chart.height = std::min(chart.height, kPhoneHeight);
  return wide + "<div class=\"on-phone\">" + svg(chart) + "</div></div>\n";
}

/// A chart of those columns that hold numbers; "" where none does.
std::string chart_card(LineChart chart, const CsvTable& history,
                       const std::vector<std::pair<const char*, std::string>>& columns) {
  for (const auto& [column, name] : columns) {
    Series series = column_series(history, column, name);
    if (has_numbers(series)) chart.series.push_back(std::move(series));
  }
  return chart.series.empty() ? std::string() : card(std::move(chart));
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] -= 'a' - 'A';
  return text;
}

/// A chart of each schedule; where they are not known, of the learning rates in the history.
std::string schedule_cards(const RunReport& report) {
  if (report.schedules.empty())
    return chart_card({.title = "Learning rate", .y_low = 0.0, .height = 230}, report.history,
                      {{"lr", "learning rate"}});
  std::string cards;
  for (const Series& series : report.schedules) {
    LineChart chart{.title = capitalised(series.name), .series = {series}};
    chart.height = 230;
    const auto [least, largest] = std::minmax_element(series.y.begin(), series.y.end());
    if (*least >= 0 && *least < 0.5 * *largest) chart.y_low = 0.0;
    cards += card(std::move(chart));
  }
  return cards;
}

/// The row with the best top-1 accuracy; the first one of several.
std::optional<std::size_t> best_row(const CsvTable& history) {
  std::optional<std::size_t> best;
  for (std::size_t row = 0; row < history.rows.size(); ++row) {
    const auto top1 = history.number(row, "eval_top1");
    if (top1 && std::isfinite(*top1) && (!best || *top1 > *history.number(*best, "eval_top1")))
      best = row;
  }
  return best;
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

std::string key_figures(const RunReport& r) {
  std::string facts;
  if (r.best_top5) facts += fact("Top-5 accuracy", percent(*r.best_top5, 2));
  for (const auto& [name, value] : r.metrics) facts += metric_fact(name, value);
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
  const bool has_accuracy = r.best_top1 && std::isfinite(*r.best_top1);
  if (facts.empty() && !has_accuracy) return {};
  if (!has_accuracy) return "<div class=\"facts\" style=\"margin-top:22px\">" + facts + "</div>\n";
  return "<div class=\"figures\">" + hero(r) + "<div class=\"facts\">" + facts + "</div></div>\n";
}

std::string curves(const RunReport& report) {
  const CsvTable& history = report.history;
  if (history.rows.empty()) return {};
  const auto best = best_row(history);

  LineChart accuracy{.title = "Accuracy", .y_label = "%", .y_low = 0.0};
  if (best) {
    const double epoch = history.number(*best, "epoch").value_or(static_cast<double>(*best));
    const double top1 = *history.number(*best, "eval_top1");
    accuracy.markers.push_back({epoch, top1, "best " + fixed(top1, 2) + " %"});
    if (report.chance_top1) accuracy.levels.push_back({*report.chance_top1, "chance"});
  }
  if (best) accuracy.y_high = 100.0;
  LineChart loss{.title = "Loss", .y_label = "loss"};
  LineChart speed{.title = "Throughput", .y_label = "img/s", .y_low = 0.0, .height = 230};

  const std::string charts =
      chart_card(accuracy, history, {{"eval_top1", "top-1"}, {"eval_top5", "top-5"}}) +
      chart_card(loss, history, {{"train_loss", "training"}, {"eval_loss", "evaluation"}}) +
      schedule_cards(report) + chart_card(speed, history, {{"images_per_s", "images a second"}});
  return "<h2>Training</h2>\n<div class=\"charts\">" + charts + "</div>\n" +
         history_table(history, best);
}

}  // namespace vit::html_parts
