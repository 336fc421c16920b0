#include "vit/run/run_checksums.h"

#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <system_error>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
#include "vit/io/digest.h"
#include "vit/report/append_file.h"
#include "vit/report/csv.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTableMark = "# ";
constexpr std::string_view kTableEnd = " (without times)";

/// Whether a column tells how long something took: no two runs agree in it.
bool is_time(std::string_view name) { return name == "images_per_s" || name.ends_with("_s"); }

std::string sha256(const std::string& text) {
  return digest_of(std::as_bytes(std::span(text)), DigestKind::sha256);
}

bool is_table(const std::string& name) { return name == "summary.csv" || name == "metrics.jsonl"; }

}  // namespace

std::string repeatable_summary(const RunDirectory& directory) {
  const CsvTable table = read_csv(directory.summary());
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < table.header.size(); ++i)
      if (!is_time(table.header[i])) text += csv_cell(row[i]) + ",";
    text.back() = '\n';
  };
  add(table.header);
  for (const auto& row : table.rows) add(row);
  return text;
}

std::string repeatable_metrics(const RunDirectory& directory) {
  std::istringstream lines(text_if_there(directory.metrics()));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const auto record = nlohmann::ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!record.is_object()) continue;
    auto kept = nlohmann::ordered_json::object();
    for (const auto& [key, value] : record.items())
      if (!is_time(key)) kept[key] = value;
    text += kept.dump() + "\n";
  }
  return text;
}

RunChecksums run_checksums(const RunDirectory& directory) {
  RunChecksums sums;
  std::error_code error;
  for (const fs::path& file :
       {directory.best_checkpoint(), directory.last_checkpoint(), directory.torchscript(),
        directory.predictions(), directory.update_sums()})
    if (fs::exists(file, error))
      sums[file.lexically_relative(directory.root()).string()] =
          digest_of_file(file, DigestKind::sha256);
  if (fs::exists(directory.summary(), error))
    sums["summary.csv"] = sha256(repeatable_summary(directory));
  if (fs::exists(directory.metrics(), error))
    sums["metrics.jsonl"] = sha256(repeatable_metrics(directory));
  return sums;
}

void write_run_checksums(const RunDirectory& directory, const RunChecksums& sums) {
  std::string text =
      "# What is the same where this run is repeated: `vit runs replay` proves it.\n";
  for (const auto& [name, hex] : sums)
    text += is_table(name) ? str(kTableMark, hex, "  ", name, kTableEnd, "\n")
                           : str(hex, "  ", name, "\n");
  write_file_atomically(directory.checksums(), text);
}

RunChecksums read_run_checksums(const RunDirectory& directory) {
  std::istringstream lines(text_if_there(directory.checksums()));
  RunChecksums sums;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const bool table = line.ends_with(kTableEnd);
    if (line.starts_with('#') && !table) continue;
    if (table)
      line = line.substr(kTableMark.size(), line.size() - kTableMark.size() - kTableEnd.size());
    constexpr std::size_t kHex = 64;
    if (line.size() < kHex + 3 || line.compare(kHex, 2, "  ") != 0 ||
        line.find_first_not_of("0123456789abcdef") != kHex)
      throw Error(ErrorKind::data, str(directory.checksums().string(), ":", number),
                  "is no line of checksums", "remove the file: the run's own files count then");
    sums[line.substr(kHex + 2)] = line.substr(0, kHex);
  }
  return sums;
}

}  // namespace vit
