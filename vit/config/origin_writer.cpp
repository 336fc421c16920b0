#include "vit/config/origin_writer.h"

#include <algorithm>

#include "vit/config/yaml_writer.h"
#include "vit/core/str.h"

namespace vit {

void OriginWriter::name_default(std::string_view section, std::string_view whose) {
  defaults_[std::string(section)] = whose;
}

/// A list that was changed in parts comes from more than one place.
std::string OriginWriter::origin_of(const std::string& path) const {
  std::vector<std::string> places;
  const auto add = [&](const std::string& place) {
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  };
  if (const auto own = origins_.find(path); own != origins_.end()) add(own->second);
  if (places.empty()) {
    const auto whose = defaults_.find(path.substr(0, path.find('.')));
    return whose == defaults_.end() ? "default" : "default " + whose->second;
  }
  // Entries of the same file or command line as the list itself say nothing more.
  const auto source = [](const std::string& place) { return place.substr(0, place.find(':')); };
  for (auto it = origins_.upper_bound(path + "."); it != origins_.end(); ++it) {
    if (!it->first.starts_with(path + ".")) break;
    if (source(it->second) != source(places.front())) add(it->second);
  }
  std::string text;
  for (const std::string& place : places) text += (text.empty() ? "" : ", ") + place;
  return text;
}

void OriginWriter::field(const Field& field) {
  lines_.push_back({str(std::string(indent_, ' '), field.name, ": ", yaml_value(field)),
                    origin_of(path_ + std::string(field.name))});
}

void OriginWriter::section(std::string_view name, std::string_view,
                           const std::function<void(FieldVisitor&)>& body) {
  const std::size_t head = lines_.size(), outer = path_.size();
  lines_.push_back({str(std::string(indent_, ' '), name, ":"), ""});
  path_ += str(name, ".");
  indent_ += 2;
  body(*this);
  indent_ -= 2;
  path_.resize(outer);
  if (lines_.size() == head + 1) lines_.back().yaml += " {}";
}

std::string OriginWriter::text() const {
  constexpr std::size_t kWidestColumn = 44;
  std::size_t width = 0;
  for (const Line& line : lines_)
    if (line.yaml.size() <= kWidestColumn) width = std::max(width, line.yaml.size());
  std::string text;
  for (const Line& line : lines_) {
    text += line.yaml;
    if (!line.origin.empty()) {
      text.append(width > line.yaml.size() ? width - line.yaml.size() : 0, ' ');
      text += "  # " + line.origin;
    }
    text += '\n';
  }
  return text;
}

}  // namespace vit
