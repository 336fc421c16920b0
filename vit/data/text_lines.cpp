#include "vit/data/text_lines.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"

namespace vit {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{4} << 30;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string TextLine::place(const std::filesystem::path& file) const {
  return str(printable_path(file), ":", number);
}

std::string read_data_text(const std::filesystem::path& file) try {
  std::string text = read_text_file(file, kLargest);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
} catch (const Error& problem) {
  throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
}

std::vector<TextLine> read_lines(const std::filesystem::path& file) {
  const std::string text = read_data_text(file);
  std::vector<TextLine> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back({lines.size() + 1, std::move(line)});
    begin = end + 1;
  }
  while (!lines.empty() && lines.back().text.empty()) lines.pop_back();
  return lines;
}

}  // namespace vit
