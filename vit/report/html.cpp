#include "vit/report/html.h"

#include <algorithm>

#include "vit/core/str.h"
#include "vit/report/html_parts.h"
#include "vit/report/html_style.h"
#include "vit/report/humanize.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit {
namespace html_parts {

std::string short_name(const std::string& name, int columns) {
  const std::string shown = visible(name);
  const std::string text = shorten_middle(shown, columns);
  if (text == shown) return html_text(text);
  return "<span title=\"" + html_text(shorten_middle(shown, 300)) + "\">" + html_text(text) +
         "</span>";
}

std::string bar(double share, const char* kind) {
  const double width = share > 0 ? std::min(share, 1.0) * 100 : 0;
  return str("<span class=\"", kind, "\"><i style=\"width:", fixed(width, 1), "%\"></i></span>");
}

std::string page(const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
         // Whatever a name in the page may try: nothing is fetched and no script runs.
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src "
         "data:; style-src 'unsafe-inline'\">\n<title>" +
         html_text(shorten_middle(visible(title), 120)) + "</title>\n<style>" +
         std::string(html_style()) + "</style></head>\n<body><main>\n" + body +
         "</main></body></html>\n";
}

}  // namespace html_parts

namespace {

std::string header(const RunReport& report) {
  std::string out =
      "<h1>" + html_parts::short_name(report.title, 120) + "</h1>\n<p class=\"soft\">";
  std::vector<std::string> facts;
  if (!report.model.empty())
    facts.push_back("<code>" + html_parts::short_name(report.model, 100) + "</code>");
  if (!report.dataset.empty()) facts.push_back(html_parts::short_name(report.dataset, 100));
  for (const Section& section : report.sections)
    if (const auto* matrix = std::get_if<ConfusionMatrix>(&section.body))
      facts.push_back(str(matrix->classes.size(), " classes"));
  if (!report.finished.empty()) facts.push_back(html_parts::short_name(report.finished, 60));
  for (std::size_t i = 0; i < facts.size(); ++i) out += (i ? " · " : "") + facts[i];
  return out + "</p>\n";
}

std::string warnings(const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  std::string out = "<div class=\"warning\"><b>To be aware of</b><ul>";
  for (const std::string& text : texts)
    out += "<li>" + html_text(shorten_middle(visible(text), 1000)) + "</li>";
  return out + "</ul></div>\n";
}

/// What the experiment changes, the new values standing out.
std::string changes(const RunReport& report) {
  if (report.changes.empty()) return {};
  std::string out =
      "<h2>What the experiment changes</h2>\n<div class=\"card wide\"><table><tr>"
      "<th>Key</th><th>" +
      html_parts::short_name(report.changed, 60) + "</th><th>This run</th></tr>\n";
  for (const auto& [key, before, now] : report.changes)
    out += "<tr><td><code>" + html_text(shorten_middle(visible(key), 80)) + "</code></td><td>" +
           (before.empty() ? "-" : html_parts::short_name(before, 60)) +
           "</td><td class=\"changed\">" + (now.empty() ? "-" : html_parts::short_name(now, 60)) +
           "</td></tr>\n";
  return out + "</table></div>\n";
}

std::string time_split(const RunReport& report) {
  double all = 0;
  for (const auto& [name, seconds] : report.time_split) all += seconds;
  if (!(all > 0)) return {};
  std::string out = "<h2>Where the time went</h2>\n<div class=\"card\"><table>";
  for (const auto& [name, seconds] : report.time_split)
    out += "<tr><td>" + html_text(name) + "</td><td class=\"n\">" + human_duration(seconds) +
           "</td><td class=\"n\">" + percent(100 * seconds / all, 1) +
           "</td><td style=\"width:50%\">" + html_parts::bar(seconds / all) + "</td></tr>\n";
  return out + "</table></div>\n";
}

std::string commands(const RunReport& report) {
  std::string lines;
  for (const std::string& command : report.commands) lines += command + "\n";
  return lines.empty() ? ""
                       : "<h2>How to repeat it</h2>\n<div class=\"card\"><pre style=\"margin:0\">" +
                             html_lines(lines) + "</pre></div>\n";
}

std::string reproduction(const RunReport& report) {
  std::string out;
  if (!report.environment.empty()) {
    out += "<div class=\"card\"><table>";
    for (const auto& [name, value] : report.environment)
      out += "<tr><td class=\"soft\" style=\"width:34%\">" + html_parts::short_name(name, 60) +
             "</td><td>" + html_text(shorten_middle(visible(value), 1000)) + "</td></tr>\n";
    out += "</table></div>\n";
  }
  if (!report.config.empty())
    out += "<details class=\"card\"><summary>The resolved experiment</summary><pre>" +
           html_lines(report.config) + "</pre></details>\n";
  return out.empty() ? out : "<h2>Environment and configuration</h2>\n" + out;
}

}  // namespace

std::string html_report(const RunReport& report) {
  std::string sections;
  for (const Section& section : report.sections) sections += html_parts::section(section);
  return html_parts::page(
      report.title,
      header(report) + warnings(report.warnings) + html_parts::key_figures(report) +
          html_parts::curves(report) + sections + time_split(report) + changes(report) +
          commands(report) + reproduction(report) +
          "<footer>Written by vit. Numbers come from summary.csv, shares of classes from the "
          "evaluation set.</footer>\n");
}

}  // namespace vit
