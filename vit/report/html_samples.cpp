#include <algorithm>

#include "vit/core/str.h"
#include "vit/image/resize.h"
#include "vit/report/html_parts.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit::html_parts {
namespace {

constexpr int kLongestSide = 292;  // twice what is shown, for dense screens
constexpr int kTinySide = 96;      // pictures up to this size are shown pixel by pixel

std::string sample_card(const ReportSample& sample) {
  std::string out = str("<div class=\"card sample", sample.correct ? "" : " wrong", "\">");
  if (!sample.picture.empty()) {
    const bool tiny = std::max(sample.picture.width, sample.picture.height) <= kTinySide;
    out += str("<img", tiny ? " class=\"tiny\"" : "", " alt=\"",
               html_text(shorten_middle(visible(sample.truth), 80)), "\" title=\"",
               html_text(shorten_middle(visible(sample.source), 300)), "\" src=\"",
               data_uri(sample.picture, kLongestSide), "\">");
  }
  out += "<div class=\"truth\">" + short_name(sample.truth, 34) + "</div>";
  for (const Guess& guess : sample.guesses)
    out += str("<div class=\"guess", guess.label == sample.truth ? " hit" : "", "\"><span>",
               short_name(guess.label, 30), "</span><span>", percent(100 * guess.probability, 0),
               "</span>", bar(guess.probability, guess.label == sample.truth ? "bar" : "bar wrong"),
               "</div>");
  return out + "</div>\n";
}

std::string group(const std::vector<ReportSample>& samples, bool correct, const char* title) {
  std::string cards;
  for (const ReportSample& sample : samples)
    if (sample.correct == correct) cards += sample_card(sample);
  if (cards.empty()) return {};
  return str("<h3>", title, "</h3>\n<div class=\"samples\">", cards, "</div>\n");
}

}  // namespace

std::string data_uri(const Image& image, int longest_side) {
  const int longest = std::max(image.width, image.height);
  if (longest <= kTinySide || image.channels == 4) return png_data_uri(image);
  if (longest <= longest_side) return jpeg_data_uri(image);
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(static_cast<double>(side) * longest_side / longest + 0.5));
  };
  return jpeg_data_uri(resize(image, scaled(image.width), scaled(image.height), Filter::lanczos));
}

std::string samples(const std::vector<ReportSample>& samples) {
  if (samples.empty()) return {};
  return "<h2>Samples</h2>\n<p class=\"soft small\">In bold the true class; below it what the "
         "model "
         "takes the picture for, and with what probability.</p>\n" +
         group(samples, false, "Mistaken, the most confident first") +
         group(samples, true, "Correct");
}

}  // namespace vit::html_parts
