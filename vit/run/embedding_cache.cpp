#include "vit/run/embedding_cache.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/io/checksum.h"
#include "vit/io/json.h"
#include "vit/io/safetensors.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEmbeddings = "embeddings";

/// A file's size and time of change; nothing where it is none.
std::optional<std::pair<std::int64_t, std::int64_t>> state_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return std::nullopt;
  const auto changed = fs::last_write_time(file, error);
  if (error) return std::nullopt;
  return std::pair{static_cast<std::int64_t>(size),
                   static_cast<std::int64_t>(changed.time_since_epoch().count())};
}

const std::string& said(const SafetensorsFile& file, const char* what) {
  const auto found = file.metadata().find(what);
  if (found == file.metadata().end())
    throw Error(ErrorKind::weights, printable_path(file.path()), str("does not say its ", what));
  return found->second;
}

}  // namespace

EmbeddingCache::EmbeddingCache(fs::path folder, std::string key)
    : folder_(std::move(folder)), key_(std::move(key)) {
  Crc32 crc;
  crc.update(std::as_bytes(std::span(key_)));
  file_ = folder_ / (".vit-embeddings-" + crc.hex() + ".safetensors");
  std::error_code error;
  if (!fs::exists(file_, error)) return;
  std::string problem;
  try {
    read();
    return;
  } catch (const Error& found) {
    problem = found.problem();
  } catch (const nlohmann::json::exception& found) {
    problem = plain_json_message(found);
  }
  entries_.clear();
  changed_ = true;
  log::warn(str(printable_path(file_), " cannot be used (", problem, "): it is made anew"));
}

void EmbeddingCache::read() {
  const SafetensorsFile file = SafetensorsFile::open(file_);
  const std::string where = printable_path(file_);
  const auto damaged = [&](const std::string& why) {
    return Error(ErrorKind::weights, where, why);
  };
  if (said(file, "key") != key_) throw damaged("is not of this model");
  const nlohmann::json files = parse_json(said(file, "files"), where, ErrorKind::weights);
  const TensorInfo& info = file.at(kEmbeddings);
  const std::vector<std::byte> bytes = file.read(info);
  if (info.dtype != DType::F32 || info.shape.size() != 2 || !files.is_array() ||
      static_cast<std::int64_t>(files.size()) != info.shape[0])
    throw damaged("its list and its numbers differ");
  Crc32 crc;
  crc.update(bytes);
  crc.update(std::as_bytes(std::span(said(file, "files"))));
  if (crc.hex() != said(file, "checksum")) throw damaged("its checksum differs");
  const auto width = static_cast<std::size_t>(info.shape[1]);
  const auto* numbers = reinterpret_cast<const float*>(bytes.data());
  for (const nlohmann::json& one : files) {
    Entry& entry = entries_[one.at(0).get<std::string>()];
    entry = {one.at(1).get<std::int64_t>(), one.at(2).get<std::int64_t>(),
             std::vector<float>(numbers, numbers + width)};
    numbers += width;
  }
}

std::string EmbeddingCache::name_of(const fs::path& image) const {
  return image.lexically_relative(folder_).generic_string();
}

const std::vector<float>* EmbeddingCache::find(const fs::path& image) const {
  const auto found = entries_.find(name_of(image));
  if (found == entries_.end()) return nullptr;
  const Entry& entry = found->second;
  const auto state = state_of(image);
  if (!state || state->first != entry.size || state->second != entry.changed) return nullptr;
  entry.used = true;
  return &entry.values;
}

void EmbeddingCache::put(const fs::path& image, std::vector<float> embedding) {
  const std::string name = name_of(image);
  const auto state = state_of(image);
  if (!state || !is_utf8(name)) return;  // a name that JSON cannot hold is embedded each time
  if (!entries_.empty() && entries_.begin()->second.values.size() != embedding.size())
    throw Error(ErrorKind::data, printable_path(image),
                str("has an embedding of ", embedding.size(), " numbers, the others have ",
                    entries_.begin()->second.values.size()));
  entries_[name] = {state->first, state->second, std::move(embedding), true};
  changed_ = true;
}

void EmbeddingCache::save() {
  changed_ |= std::erase_if(entries_, [](const auto& entry) { return !entry.second.used; }) > 0;
  keep();
}

void EmbeddingCache::keep() {
  if (!changed_ || cannot_) return;
  nlohmann::json files = nlohmann::json::array();
  std::vector<float> numbers;
  for (const auto& [name, entry] : entries_) {
    files.push_back({name, entry.size, entry.changed});
    numbers.insert(numbers.end(), entry.values.begin(), entry.values.end());
  }
  const auto count = static_cast<std::int64_t>(entries_.size());
  const std::string list = files.dump();
  Crc32 crc;
  crc.update(std::as_bytes(std::span(numbers)));
  crc.update(std::as_bytes(std::span(list)));
  SafetensorsWriter writer;
  writer.add(kEmbeddings, DType::F32,
             {count, count == 0 ? 0 : static_cast<std::int64_t>(numbers.size()) / count},
             std::as_bytes(std::span(numbers)));
  writer.set_metadata("key", key_);
  writer.set_metadata("files", list);
  writer.set_metadata("checksum", crc.hex());
  try {
    writer.write(file_);
    changed_ = false;
  } catch (const Error& problem) {
    cannot_ = true;
    log::warn(str("embeddings are not kept for the next search: ", problem.what()));
  }
}

}  // namespace vit
