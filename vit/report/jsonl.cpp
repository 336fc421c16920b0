#include "vit/report/jsonl.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "vit/io/atomic_file.h"

namespace vit {
namespace {

/// Whether a run that goes on after step `last` keeps this line.
bool is_kept(std::string_view line, const std::string& key, std::int64_t last,
             const std::string& begun) {
  constexpr auto kMaxLine = std::size_t{1} << 20;  // ours are far shorter; a parser has its limits
  if (!line.ends_with('\n') || line.size() > kMaxLine) return false;
  const auto record = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return false;
  const auto step = record.find(key);
  if (step == record.end() || !step->is_number()) return true;
  const double beyond = step->get<double>() - static_cast<double>(last);
  return beyond < 0 || (beyond == 0 && (begun.empty() || !record.contains(begun)));
}

}  // namespace

std::string jsonl_line(const JsonlRecord& record) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : record)
    std::visit([&, &key = name](const auto& v) { object[key] = v; }, value);
  return object.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

std::size_t repair_jsonl(const std::filesystem::path& file, std::string_view key, std::int64_t last,
                         std::string_view begun) {
  const std::string before = text_if_there(file);
  std::string after;
  std::size_t removed = 0;
  for (std::string_view text = before; !text.empty();) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(line.size());
    if (is_kept(line, std::string(key), last, std::string(begun)))
      after += line;
    else
      ++removed;
  }
  if (removed > 0) write_file_atomically(file, after);
  return removed;
}

JsonlWriter::JsonlWriter(std::filesystem::path file) : file_(std::move(file)) {
  const std::string existing = text_if_there(file_.path());
  if (!existing.empty() && existing.back() != '\n') file_.append("\n");
}

void JsonlWriter::add(const JsonlRecord& record) { file_.append(jsonl_line(record) + '\n'); }

}  // namespace vit
