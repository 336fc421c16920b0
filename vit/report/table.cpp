#include "vit/report/table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vit/core/error.h"
#include "vit/report/text.h"

namespace vit {
namespace {

constexpr int kGap = 2;
constexpr int kLeastWidth = 8;  // a column that gives way keeps this much

int total_width(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(),
                         kGap * (static_cast<int>(widths.size()) - 1));
}

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  VIT_ASSERT(cells.size() == columns_.size(), cells.size(), " cells for ", columns_.size(),
             " columns");
  for (std::string& cell : cells) cell = visible(cell);
  rows_.push_back(std::move(cells));
}

std::vector<int> TextTable::widths(int max_width) const {
  std::vector<int> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    int width = display_width(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c]));
    widths.push_back(width);
  }
  while (max_width > 0 && total_width(widths) > max_width) {
    int* widest = nullptr;
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (columns_[c].align == Align::left && (!widest || widths[c] > *widest)) widest = &widths[c];
    if (!widest || *widest <= kLeastWidth) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::line(const std::vector<std::string>& cells,
                            const std::vector<int>& widths) const {
  std::string text;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (c > 0) text.append(kGap, ' ');
    const std::string cell = shorten_middle(cells[c], widths[c]);
    text +=
        columns_[c].align == Align::left ? pad_right(cell, widths[c]) : pad_left(cell, widths[c]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string TextTable::text(int max_width) const {
  const std::vector<int> column_widths = widths(max_width);
  std::vector<std::string> titles, rules;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    titles.push_back(columns_[c].title);
    rules.emplace_back(static_cast<std::size_t>(column_widths[c]), '-');
  }
  std::string result = line(titles, column_widths) + line(rules, column_widths);
  for (const auto& row : rows_) result += line(row, column_widths);
  return result;
}

std::string text_bar(double share, int columns, bool unicode) {
  if (!(share > 0) || columns <= 0) return {};
  const double length = std::min(share, 1.0) * columns;
  if (!unicode)
    return std::string(static_cast<std::size_t>(std::max(1.0, std::round(length))), '#');
  constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = std::max(1, static_cast<int>(std::lround(length * 8)));
  std::string bar;
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kEighths[eighths % 8];
}

}  // namespace vit
