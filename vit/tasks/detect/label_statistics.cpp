#include "vit/tasks/detect/label_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/header.h"
#include "vit/image/resize.h"
#include "vit/report/html_parts.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"

namespace vit {
namespace {

/// Counts of points in the unit square, as an image: the darker, the more there are.
class PointMap {
 public:
  void add(double x, double y) {
    const auto cell = [](double value) {
      return static_cast<std::size_t>(std::clamp(value, 0.0, 0.999999) * kCells);
    };
    ++counts_[cell(y) * kCells + cell(x)];
  }

  [[nodiscard]] Image image() const {
    const auto most = std::max(1.0, std::sqrt(*std::max_element(counts_.begin(), counts_.end())));
    constexpr std::array<double, 3> kInk{8, 69, 148};
    Image image(kCells, kCells, 3);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const double share = std::sqrt(counts_[i]) / most;
      for (std::size_t c = 0; c < kInk.size(); ++c)
        image.pixels[i * 3 + c] =
            static_cast<std::uint8_t>(std::lround(255 + share * (kInk[c] - 255)));
    }
    return resize(image, 5 * kCells, 5 * kCells, Filter::nearest);
  }

 private:
  static constexpr int kCells = 48;
  std::vector<double> counts_ = std::vector<double>(std::size_t{kCells} * kCells);
};

struct ClassBoxes {
  std::int64_t images = 0;
  std::array<std::int64_t, 3> by_area{};  ///< small, medium, large
  std::vector<double> sides{};            ///< the root of each area
};

/// COCO's: up to 32 x 32 pixels, up to 96 x 96, above.
std::size_t coco_area_class(double area) { return area < 32 * 32 ? 0 : area < 96 * 96 ? 1 : 2; }

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class LabelStatistics {
 public:
  explicit LabelStatistics(const Dataset& data) : data_(data), classes_(data.classes().size()) {
    constexpr std::int64_t kMost = 5000;
    const std::int64_t size = data.size(), count = std::min(size, kMost);
    for (std::int64_t i = 0; i < count; ++i) add(i * size / count);
  }

  [[nodiscard]] Section section() const {
    std::string html = "<p>" + summary() + "</p>\n";
    if (objects_ > 0)
      html += html_parts::gallery(
          {.about = "The darker, the more boxes; both by their image's width (to the right) and "
                    "height (down).",
           .items = {{centres_.image(), "centres", ""}, {sizes_.image(), "sizes", ""}}});
    html += html_parts::table(table());
    return {"Boxes of the training set", Html{std::move(html)}};
  }

 private:
  void add(std::int64_t index) {
    Sample sample;
    double width = 0, height = 0;
    try {
      sample = data_.read(index);
      width = sample.image.width;
      height = sample.image.height;
      if (sample.image.empty()) {
        const ImageHeader header = read_image_header(sample.encoded, sample.source);
        width = static_cast<double>(header.width);
        height = static_cast<double>(header.height);
      }
    } catch (const Error& problem) {
      if (problem.kind() != ErrorKind::data) throw;
      return;
    }
    ++images_;
    std::set<std::size_t> seen;
    std::int64_t objects = 0;
    for (const Box& box : sample.boxes) {
      const auto label = static_cast<std::size_t>(box.label);
      if (box.crowd || label >= classes_.size()) continue;
      const double w = double{box.x1} - box.x0, h = double{box.y1} - box.y0;
      ++objects;
      centres_.add((double{box.x0} + w / 2) / width, (double{box.y0} + h / 2) / height);
      sizes_.add(w / width, h / height);
      ClassBoxes& boxes = classes_[label];
      ++boxes.by_area[coco_area_class(w * h)];
      boxes.sides.push_back(std::sqrt(w * h));
      if (seen.insert(label).second) ++boxes.images;
    }
    objects_ += objects;
    most_ = std::max(most_, objects);
    if (objects == 0) ++empty_;
  }

  [[nodiscard]] std::string summary() const {
    std::string text = grouped(objects_) + " objects in " + grouped(images_) + " images";
    if (images_ < data_.size()) text += " of " + grouped(data_.size());
    if (images_ > 0)
      text += ": " + fixed(static_cast<double>(objects_) / static_cast<double>(images_), 1) +
              " an image, at most " + grouped(most_) + "; " + grouped(empty_) +
              " images without any.";
    return text;
  }

  [[nodiscard]] Table table() const {
    Table table{
        {"class", "objects", "images", "up to 32² pixels", "up to 96²", "above", "median side"},
        {}};
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      const ClassBoxes& boxes = classes_[i];
      std::vector<std::string> row{data_.classes()[i], std::to_string(boxes.sides.size()),
                                   std::to_string(boxes.images)};
      for (const std::int64_t count : boxes.by_area) row.push_back(std::to_string(count));
      row.push_back(boxes.sides.empty() ? "" : fixed(median_of(boxes.sides), 0));
      table.rows.push_back(std::move(row));
    }
    std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
      return std::stoll(a[1]) > std::stoll(b[1]);
    });
    return table;
  }

  const Dataset& data_;
  std::vector<ClassBoxes> classes_;
  PointMap centres_, sizes_;
  std::int64_t images_ = 0, objects_ = 0, most_ = 0, empty_ = 0;
};

}  // namespace

Section box_statistics(const Dataset& data) { return LabelStatistics(data).section(); }

}  // namespace vit
