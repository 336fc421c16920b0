// Any bytes as the file of a sweep, as a condition on its values, or as its journal: they are read,
// or they are a vit::Error. The first byte chooses the reader.

#include <nlohmann/json.hpp>

#include "tests/fuzz/memory_file.h"
#include "vit/core/error.h"
#include "vit/sweep/constraint.h"
#include "vit/sweep/journal.h"
#include "vit/sweep/sweep_file.h"

using vit::fuzz::require;

namespace {

/// A value of each parameter, so that conditions are evaluated too.
void try_values(const vit::Space& space) {
  vit::Configuration values;
  for (const vit::Parameter& parameter : space.parameters)
    values.emplace_back(parameter.count() > 0 ? 0.0 : 0.5);
  (void)space.allows(values);
  for (const std::string& set : space.sets(values)) require(set.find('=') != std::string::npos);
}

void read_as(char reader, std::span<const std::uint8_t> bytes) {
  static vit::fuzz::MemoryFile memory;
  const std::string text(bytes.begin(), bytes.end());
  if (reader == 'c') {
    const auto dictionary = [](const std::string& word) {
      using Word = vit::Constraint::Word;
      return word == "x" ? Word::parameter : word == "adamw" ? Word::text : Word::unknown;
    };
    const vit::Constraint condition(text, dictionary, "fuzz");
    (void)condition.holds([](const std::string&) { return vit::ConstraintValue(3.0); });
    (void)condition.holds([](const std::string&) { return vit::ConstraintValue("adamw"); });
    (void)condition.holds([](const std::string&) { return std::nullopt; });
  } else if (reader == 'j') {
    vit::Journal journal(memory.with(text));
    journal.read();
    for (const vit::JournalTrial& trial : journal.trials())
      require(trial.results.empty() || trial.results.begin()->first >= 0);
  } else {
    const vit::SweepFile sweep = vit::load_sweep(memory.with(text));
    try_values(sweep.space);
    // What a sweep's folder keeps of it reads as the same again.
    require(vit::load_sweep(memory.with(sweep.text)).text == sweep.text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    read_as(static_cast<char>(data[0]), std::span(data, size).subspan(1));
  } catch (const vit::Error&) {  // that is an answer
  }
  return 0;
}
