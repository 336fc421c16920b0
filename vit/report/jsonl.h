#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vit/report/append_file.h"

/// Records as JSON lines: one object a line.
namespace vit {

using JsonlValue = std::variant<std::int64_t, double, std::string>;
using JsonlRecord = std::vector<std::pair<std::string, JsonlValue>>;

/// A record as one line without its end. JSON has no NaN or infinity: these become null.
[[nodiscard]] std::string jsonl_line(const JsonlRecord& record);

/// Readies a file for a run that goes on after step `last`: removes a torn last line, lines that
/// are no JSON object, objects whose number `key` is beyond `last`, and of those with a `begun` in
/// them also the ones at `last`: they tell of a step that is taken again. Returns the number of
/// lines removed. Nothing happens where the file doesn't exist.
std::size_t repair_jsonl(const std::filesystem::path& file, std::string_view key, std::int64_t last,
                         std::string_view begun = {});

/// Appends records, a full line at a time.
class JsonlWriter {
 public:
  explicit JsonlWriter(std::filesystem::path file);
  void add(const JsonlRecord& record);

 private:
  AppendFile file_;
};

}  // namespace vit
