// Any bytes as an experiment file: reading may refuse them with vit::Error and with nothing else,
// and what is read is written, read again and found the same. Lines that begin with `--set ` are
// applied to the rest.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/config/yaml_example.h"
#include "vit/config/yaml_reader.h"
#include "vit/config/yaml_writer.h"
#include "vit/core/error.h"

namespace {

using vit::example::Experiment;

Experiment read(const vit::YamlDocument& document) {
  Experiment experiment;
  vit::YamlReader reader(document);
  reader.read([&](vit::FieldVisitor& visitor) { describe(visitor, experiment); });
  return experiment;
}

std::string written(Experiment& experiment) {
  vit::YamlWriter writer;
  describe(writer, experiment);
  return writer.text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kSet = "--set ";
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string text;
  std::vector<std::string> sets;
  for (std::size_t begin = 0; begin < input.size();) {
    const std::size_t end = std::min(input.find('\n', begin), input.size() - 1) + 1;
    const std::string_view line = input.substr(begin, end - begin);
    if (line.starts_with(kSet))
      sets.emplace_back(line.substr(kSet.size()));
    else
      text += line;
    begin = end;
  }

  Experiment experiment;
  try {
    auto document = vit::YamlDocument::parse(text, "fuzz.yaml");
    for (const std::string& assignment : sets) document.set(assignment);
    experiment = read(document);
  } catch (const vit::Error&) {
    return 0;
  }
  const std::string first = written(experiment);
  Experiment again = read(vit::YamlDocument::parse(first, "written.yaml"));
  if (!(again == experiment) || written(again) != first) std::abort();
  return 0;
}
