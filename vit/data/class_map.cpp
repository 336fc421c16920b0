#include "vit/data/class_map.h"

#include <map>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/data/text_lines.h"

namespace vit {
namespace {

std::string without_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? std::string()
                                    : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::vector<std::string> read_class_map(const std::filesystem::path& file) {
  std::vector<std::string> classes;
  std::map<std::string, std::size_t> lines;
  std::vector<TextLine> text = read_lines(file);
  for (TextLine& line : text) line.text = without_blanks(line.text);
  while (!text.empty() && text.back().text.empty()) text.pop_back();
  for (const TextLine& line : text) {
    const auto fail = [&](const std::string& what) {
      throw Error(ErrorKind::data, line.place(file), what,
                  "write one class a line; its label is its line number, from 0");
    };
    if (line.text.empty()) fail("this line is empty");
    const auto [known, is_new] = lines.emplace(line.text, line.number);
    if (!is_new)
      fail(str("the class ", in_quotes(line.text), " is in line ", known->second, " already"));
    classes.push_back(line.text);
  }
  if (classes.empty())
    throw Error(ErrorKind::data, printable_path(file), "the class map is empty",
                "write one class a line");
  return classes;
}

}  // namespace vit
