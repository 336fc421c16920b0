#include <algorithm>

#include "vit/core/str.h"
#include "vit/report/html_parts.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"

namespace vit::html_parts {
namespace {

constexpr std::size_t kMostPairs = 12;
constexpr std::size_t kRowsInSight = 12;

struct ClassScore {
  std::size_t index = 0;
  std::int64_t pictures = 0;
  double accuracy = 0;  ///< of 1
};

/// The classes that have pictures, the least accurate first.
std::vector<ClassScore> class_scores(const ConfusionMatrix& matrix) {
  std::vector<ClassScore> scores;
  for (std::size_t i = 0; i < matrix.classes.size(); ++i) {
    const std::int64_t pictures = matrix.row_total(i);
    if (pictures > 0)
      scores.push_back(
          {i, pictures, static_cast<double>(matrix.counts[i][i]) / static_cast<double>(pictures)});
  }
  std::stable_sort(scores.begin(), scores.end(), [](const ClassScore& a, const ClassScore& b) {
    return a.accuracy < b.accuracy;
  });
  return scores;
}

std::string score_table(const ConfusionMatrix& matrix, const std::vector<ClassScore>& scores,
                        std::size_t first, std::size_t last) {
  std::string out =
      "<table><tr><th>Class</th><th class=\"n\">Pictures</th><th class=\"n\">Accuracy</th>"
      "<th style=\"width:34%\"></th></tr>\n";
  for (std::size_t i = first; i < std::min(last, scores.size()); ++i) {
    const ClassScore& score = scores[i];
    out += str("<tr><td>", short_name(matrix.classes[score.index]), "</td><td class=\"n\">",
               grouped(score.pictures), "</td><td class=\"n\">", percent(100 * score.accuracy, 1),
               "</td><td>", bar(score.accuracy), "</td></tr>\n");
  }
  return out + "</table>";
}

std::string pair_table(const ConfusionMatrix& matrix) {
  const std::vector<Confusion> pairs = most_confused(matrix, kMostPairs);
  if (pairs.empty()) return "<p>No picture was mistaken for another class.</p>";
  std::string out =
      "<table><tr><th>True class</th><th>Taken for</th><th class=\"n\">Pictures</th>"
      "<th class=\"n\">Of the class</th></tr>\n";
  for (const Confusion& pair : pairs)
    out += str("<tr><td>", short_name(matrix.classes[pair.truth], 28), "</td><td>",
               short_name(matrix.classes[pair.predicted], 28), "</td><td class=\"n\">",
               grouped(pair.count), "</td><td class=\"n\">", percent(100 * pair.share, 1),
               "</td></tr>\n");
  return out + "</table>";
}

}  // namespace

std::string classes(const ConfusionMatrix& matrix) {
  if (matrix.classes.empty() || matrix.total() == 0) return {};
  std::string out = "<h2>Confusion matrix</h2>\n";
  if (matrix.classes.size() <= kMaxHeatmapClasses)
    out += "<div class=\"card wide\">" + svg(matrix) + "</div>\n";
  else
    out += str("<p class=\"soft\">Not drawn for ", matrix.classes.size(), " classes.</p>\n");
  const std::vector<ClassScore> scores = class_scores(matrix);
  out +=
      "<div class=\"pair\"><div class=\"card\"><h3 style=\"margin-top:0\">" +
      std::string(scores.size() > kRowsInSight ? "Least accurate classes" : "Accuracy by class") +
      "</h3>" + score_table(matrix, scores, 0, kRowsInSight);
  if (scores.size() > kRowsInSight)
    out += str("<details><summary>The other ", scores.size() - kRowsInSight, " classes</summary>",
               score_table(matrix, scores, kRowsInSight, scores.size()), "</details>");
  return out + "</div><div class=\"card\"><h3 style=\"margin-top:0\">Most frequent mistakes</h3>" +
         pair_table(matrix) + "</div></div>\n";
}

}  // namespace vit::html_parts
