#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vit/image/image.h"
#include "vit/report/heatmap.h"
#include "vit/report/line_chart.h"

namespace vit {

/// A number with its name, as a card shows it. The texts may hold anything.
struct KeyFigure {
  std::string name, value, more{};
};
using KeyFigures = std::vector<KeyFigure>;

/// The number that a run is judged by.
struct Headline {
  std::string title;                 ///< `Best top-1 accuracy`
  double percent = 0;                ///< 0 to 100
  std::optional<double> chance{};    ///< what a guess would reach, in percent
  std::int64_t count = 0;            ///< what it was measured on; 0: not known
  std::string counted = "pictures";  ///< what `count` counts
  bool proportion = false;           ///< of `count` independent answers: it has an interval
};

/// A class and the probability that a model gave it.
struct Guess {
  std::string label;
  double probability = 0;
};

/// An image of the evaluation set and what the model made of it.
struct ReportSample {
  Image picture;
  std::string truth;
  std::vector<Guess> guesses{};  ///< the most probable first
  bool correct = false;
  std::string source{};  ///< the file it came from
};

/// Images of an evaluation that were classified: the mistaken ones and the others.
struct ClassifiedSamples {
  std::vector<ReportSample> samples;
};

/// Images with a caption below each.
struct Gallery {
  struct Item {
    Image image;
    std::string caption, source{};
  };
  std::string about;  ///< a sentence above them
  std::vector<Item> items;
};

/// A bar for each name, the values being 0 to 100.
struct Bars {
  std::string about;
  std::vector<std::pair<std::string, double>> bars;
};

/// Rows of texts; columns of numbers stand to the right.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// A part of the page that is HTML already.
struct Html {
  std::string text;
};

/// A part of a report with a title; "": none.
struct Section {
  std::string title;
  std::variant<KeyFigures, LineChart, Table, ConfusionMatrix, ClassifiedSamples, Gallery, Bars,
               Html>
      body;
};

/// What an evaluation has to show.
struct EvaluationReport {
  std::optional<Headline> headline{};
  KeyFigures figures{};
  std::vector<Section> sections{};
};

}  // namespace vit
