#include "vit/tasks/caption/saying.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "vit/core/str.h"
#include "vit/image/resize.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/picture_grid.h"

namespace vit {
namespace {

constexpr int kTile = 160;  // pixels of an image in the grid

Image in_three_channels(const Image& image) {
  if (image.channels == 3) return image;
  Image rgb(image.width, image.height);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < 3; ++c)
        rgb.pixel(x, y)[c] = image.pixel(x, y)[image.channels == 4 ? c : 0];
  return rgb;
}

/// About as large as it is shown: whole factors up, or reduced.
Image at_tile_size(const Image& image) {
  const int longest = std::max(image.width, image.height);
  if (longest <= kTile) {
    const int factor = kTile / longest;
    return resize(image, image.width * factor, image.height * factor, Filter::nearest);
  }
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * kTile / longest)));
  };
  return resize(image, scaled(image.width), scaled(image.height), Filter::lanczos);
}

/// A value between the cells' centres, with the border's beyond them.
double between_cells(const Saying& saying, const std::vector<float>& cells, double row,
                     double column) {
  const auto clamped = [](double value, std::int64_t count) {
    return std::clamp(value, 0.0, static_cast<double>(count - 1));
  };
  const double y = clamped(row, saying.rows), x = clamped(column, saying.columns);
  const auto top = static_cast<std::int64_t>(y), left = static_cast<std::int64_t>(x);
  const std::int64_t below = std::min(top + 1, saying.rows - 1),
                     right = std::min(left + 1, saying.columns - 1);
  const double down = y - static_cast<double>(top), across = x - static_cast<double>(left);
  const auto at = [&](std::int64_t r, std::int64_t c) {
    return static_cast<double>(cells[static_cast<std::size_t>(r * saying.columns + c)]);
  };
  return (at(top, left) * (1 - across) + at(top, right) * across) * (1 - down) +
         (at(below, left) * (1 - across) + at(below, right) * across) * down;
}

/// `shown`: the image, in any size. What lies outside of the input is dark.
Image warmed(Image shown, const Saying& saying, const std::vector<float>& looked) {
  const double most = std::max(1e-12F, *std::max_element(looked.begin(), looked.end()));
  const Size2 file = saying.placement.original.width > 0
                         ? saying.placement.original
                         : Size2{saying.input.height, saying.input.width};
  const double per_x = static_cast<double>(file.width) / shown.width,
               per_y = static_cast<double>(file.height) / shown.height;
  const auto input_width = static_cast<double>(saying.input.width),
             input_height = static_cast<double>(saying.input.height);
  constexpr std::array<double, 3> kWarm{255, 140, 0};
  for (int y = 0; y < shown.height; ++y)
    for (int x = 0; x < shown.width; ++x) {
      const auto [u, v] = saying.placement.input_point((x + 0.5) * per_x, (y + 0.5) * per_y);
      const bool seen = u >= 0 && v >= 0 && u < input_width && v < input_height;
      const double heat =
          seen ? between_cells(saying, looked,
                               v / input_height * static_cast<double>(saying.rows) - 0.5,
                               u / input_width * static_cast<double>(saying.columns) - 0.5) /
                     most
               : 0;
      std::uint8_t* pixel = shown.pixel(x, y);
      for (std::size_t c = 0; c < 3; ++c) {
        const double tinted =
            pixel[c] * (0.3 + 0.7 * heat) * (1 - 0.45 * heat) + 0.45 * heat * kWarm[c];
        pixel[c] = static_cast<std::uint8_t>(std::clamp(std::lround(tinted), 0L, 255L));
      }
    }
  return shown;
}

struct Tree {
  const std::vector<BeamNode>& nodes;
  std::vector<std::vector<std::size_t>> children;
  std::string text;

  explicit Tree(const std::vector<BeamNode>& all) : nodes(all), children(all.size() + 1) {
    for (std::size_t i = 0; i < all.size(); ++i)
      children[static_cast<std::size_t>(all[i].parent + 1)].push_back(i);
  }

  /// The node's line, which goes on while it has one continuation, and what branches from there.
  void add(std::size_t node, const std::string& before, bool last) {
    std::string line;
    std::size_t end = node;
    for (;; end = children[end + 1][0]) {
      line += nodes[end].text;
      if (children[end + 1].size() != 1) break;
    }
    const bool ended = nodes[end].text.empty(), gone = children[end + 1].empty() && !ended;
    text += before + (last ? "└ " : "├ ") +
            line.substr(std::min(line.find_first_not_of(' '), line.size()));
    if (ended) text += str("  ", fixed(nodes[end].score, 2), nodes[end].said ? "  ← said" : "");
    if (gone) text += " ×";
    text += "\n";
    branch(end + 1, before + (last ? "  " : "│ "));
  }

  void branch(std::size_t parent, const std::string& before) {
    for (std::size_t i = 0; i < children[parent].size(); ++i)
      add(children[parent][i], before, i + 1 == children[parent].size());
  }
};

/// The image, and behind it one for each word.
std::vector<GridPicture> pictures_of(const Image& image, const Caption& caption) {
  const Image shown = at_tile_size(in_three_channels(image));
  std::vector<GridPicture> pictures{{shown, caption.text}};
  if (caption.how && caption.how->rows > 0)
    for (const SaidWord& word : caption.how->words)
      pictures.push_back({warmed(shown, *caption.how, word.looked),
                          str(word.text, " ", fixed(100 * word.probability, 0), " %")});
  return pictures;
}

/// Each line by itself: within one, line ends would be made visible.
std::string html_lines(const std::string& text) {
  std::string html;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    html += html_text(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return html;
}

}  // namespace

Image saying_images(const Image& image, const Caption& caption) {
  const std::vector<GridPicture> pictures = pictures_of(image, caption);
  return picture_grid(pictures, {.columns = std::min(6, static_cast<int>(pictures.size())),
                                 .tile = kTile,
                                 .wrap_captions = true});
}

std::string tree_text(const Saying& saying) {
  Tree tree(saying.tree);
  tree.branch(0, "");
  return tree.text;
}

void tell_saying(const Saying& saying, nlohmann::json& object) {
  nlohmann::json words = nlohmann::json::array(), beams = nlohmann::json::array(),
                 tree = nlohmann::json::array();
  for (const SaidWord& word : saying.words)
    words.push_back({{"word", word.text}, {"probability", word.probability}});
  object["words"] = std::move(words);
  if (saying.beams.size() < 2) return;
  for (const auto& [sentence, score] : saying.beams)
    beams.push_back({{"caption", sentence}, {"log_probability", score}});
  object["beams"] = std::move(beams);
  for (const BeamNode& node : saying.tree)
    tree.push_back({{"parent", node.parent},
                    {"text", node.text},
                    {"log_probability", node.score},
                    {"said", node.said}});
  object["tree"] = std::move(tree);
}

void add_saying(EvaluationReport& report, const Image& image, const Caption& caption,
                const std::string& source) {
  const Saying& saying = *caption.how;
  if (saying.rows > 0) {
    Gallery gallery{.about =
                        "Cross-attention of each word to the image, the mean of all heads and "
                        "layers, and how probable the word was.",
                    .items = {}};
    for (GridPicture& one : pictures_of(image, caption))
      gallery.items.push_back({std::move(one.picture), std::move(one.caption), source});
    report.sections.push_back({"Where each word was looked for", std::move(gallery)});
  }
  if (saying.beams.size() < 2) return;
  report.sections.push_back(
      {str("A search with ", saying.beams.size(), " beams"),
       Html{"<p class=\"soft small\">What may be said of " + html_text(source) +
            ": sequences that were given up end in ×, the others in the logarithm of their "
            "probability.</p>\n<pre class=\"card wide\">" +
            html_lines(tree_text(saying)) + "</pre>\n"}});
}

}  // namespace vit
