#include "vit/text/bpe_model.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/gzip.h"
#include "vit/io/json.h"
#include "vit/text/byte_symbols.h"

namespace vit {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;  // Gemma's tokenizer.json has 34 MB
constexpr std::string_view kHeader = "#version";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::pair<std::string, std::string> read_merge(std::string_view line, const std::string& where) {
  const std::size_t blank = line.find(' ');
  const std::string_view left = line.substr(0, blank);
  const std::string_view right = blank == std::string_view::npos ? "" : line.substr(blank + 1);
  if (left.empty() || right.empty() || right.find(' ') != std::string_view::npos || !is_utf8(line))
    throw Error(ErrorKind::weights, where,
                str("expected two pieces with a blank between them, found ", in_quotes(line, 60)),
                "give merges.txt of a byte pair encoding, as it came with its vocabulary");
  return {std::string(left), std::string(right)};
}

std::string unpacked(const fs::path& path) {
  const FileBytes file = FileBytes::open(path);
  if (!GzipReader::is_gzip(file)) return read_text_file(path, kMostBytes);
  std::string text;
  GzipReader reader(file);
  std::vector<std::byte> piece(1 << 16);
  try {
    while (const std::size_t count = reader.read(piece)) {
      text.append(reinterpret_cast<const char*>(piece.data()), count);
      if (text.size() > kMostBytes)
        throw Error(ErrorKind::weights, path.string(), "is larger than 256 MB when it is unpacked");
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    throw Error(ErrorKind::weights, error.where(), error.problem(), error.remedy());
  }
  return text;
}

/// Refuses merges that were cut off: a vocabulary whose words no merge makes.
void require_reachable(const BpeModel& model, const fs::path& merges) {
  std::set<std::string> made;
  for (const auto& [left, right] : model.merges) made.insert(left + right);
  for (const std::string& piece : byte_pieces()) made.insert(piece);
  std::size_t missing = 0;
  std::string first;
  for (const std::string& piece : model.pieces) {
    const bool special = piece.empty() || (piece.starts_with('<') && piece.ends_with('>'));
    if (special || made.contains(piece)) continue;
    if (missing++ == 0) first = piece;
  }
  // Words that were added stand in a vocabulary too; they are few.
  if (missing <= std::max<std::size_t>(16, model.pieces.size() / 100)) return;
  throw Error(ErrorKind::weights, printable_path(merges),
              str("has ", model.merges.size(), " merges, and none makes ", missing,
                  " pieces of the vocabulary, the first being ", in_quotes(first, 60)),
              "it is cut off, or of another vocabulary: fetch both again");
}

}  // namespace

MergeTable merge_table(const std::vector<std::pair<std::string, std::string>>& merges,
                       const Vocabulary& vocabulary, const std::string& where) {
  MergeTable table;
  const auto id_of = [&](const std::string& piece, std::size_t rank) {
    const auto id = vocabulary.find(piece);
    if (!id)
      throw Error(ErrorKind::weights, where,
                  str("merge ", rank + 1, " needs the piece ", in_quotes(piece),
                      ", which the vocabulary does not have"),
                  "vocabulary and merges must be of one tokenizer");
    return *id;
  };
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    table.add(id_of(left, rank), id_of(right, rank), static_cast<std::uint32_t>(rank),
              id_of(left + right, rank));
  }
  return table;
}

BpeModel BpeModel::read(const fs::path& vocabulary, const fs::path& merges) {
  BpeModel model;
  const nlohmann::json json = parse_json(read_text_file(vocabulary, kMostBytes),
                                         printable_path(vocabulary), ErrorKind::weights);
  std::vector<std::pair<std::string, std::int64_t>> ids;
  if (!json.is_object())
    throw Error(ErrorKind::weights, printable_path(vocabulary),
                "expected a JSON object from pieces to ids");
  for (const auto& [piece, id] : json.items())
    ids.emplace_back(piece, id.is_number_integer() ? id.get<std::int64_t>() : -1);
  model.pieces = pieces_by_id(std::move(ids), printable_path(vocabulary));
  const std::string text = read_text_file(merges, kMostBytes);
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (line.empty() || (number == 1 && line.starts_with(kHeader))) continue;
    model.merges.push_back(read_merge(line, str(printable_path(merges), ":", number)));
  }
  require_reachable(model, merges);
  return model;
}

BpeModel BpeModel::read_table(const fs::path& path) {
  // The table goes on behind what CLIP uses (open_clip/tokenizer.py: merges[1:49152-256-2+1]).
  constexpr std::size_t kMerges = 49152 - 256 - 2;
  const std::string text = unpacked(path);
  const std::string where = printable_path(path);
  std::vector<std::string_view> lines = lines_of(text);
  if (lines.size() < 2)
    throw Error(ErrorKind::weights, where, "expected a line of heading and one for each merge",
                "give bpe_simple_vocab_16e6.txt.gz as CLIP comes with it, or vocab.json with "
                "merges.txt beside it");
  lines.resize(std::min(lines.size(), kMerges + 1));
  const bool ended = lines.back().empty();
  if (ended) lines.pop_back();
  BpeModel model;
  model.pieces = byte_pieces();
  for (std::size_t i = 1; i < lines.size(); ++i) {
    model.merges.push_back(read_merge(lines[i], str(where, ":", i + 1)));
    model.pieces.push_back(model.merges.back().first + model.merges.back().second);
  }
  if (ended) model.pieces.emplace_back();  // the sources count what is behind the last line end
  model.pieces.emplace_back("<start_of_text>");
  model.pieces.emplace_back("<end_of_text>");
  return model;
}

void BpeModel::write(const fs::path& folder) const {
  std::string vocabulary = "{", lines = "#version: 0.2\n";
  for (std::size_t id = 0; id < pieces.size(); ++id)
    vocabulary += str(id == 0 ? "" : ", ", json_string(pieces[id], "vocab.json"), ": ", id);
  for (const auto& [left, right] : merges) lines += str(left, ' ', right, '\n');
  write_file_atomically(folder / "vocab.json", vocabulary + "}\n");
  write_file_atomically(folder / "merges.txt", lines);
}

std::vector<std::string> byte_pieces() {
  // In the order of the characters that stand for bytes, those that stand for themselves first.
  std::vector<std::string> pieces;
  for (const bool own : {true, false})
    for (int byte = 0; byte < 256; ++byte)
      if ((byte_symbol(static_cast<std::uint8_t>(byte)) < 256) == own)
        pieces.push_back(byte_symbol_text(static_cast<std::uint8_t>(byte)));
  for (std::size_t i = 0; i < 256; ++i) pieces.push_back(str(pieces[i], kWordEnd));
  return pieces;
}

std::vector<std::string> pieces_by_id(std::vector<std::pair<std::string, std::int64_t>> ids,
                                      const std::string& where) {
  std::vector<std::string> pieces(ids.size());
  std::vector<bool> taken(ids.size());
  for (auto& [piece, id] : ids) {
    if (id < 0 || id >= static_cast<std::int64_t>(ids.size()) ||
        taken[static_cast<std::size_t>(id)])
      throw Error(ErrorKind::weights, where,
                  str("the ids of ", ids.size(), " pieces must be the numbers from 0 to ",
                      static_cast<std::int64_t>(ids.size()) - 1, ", each once; ", in_quotes(piece),
                      " has ", id));
    taken[static_cast<std::size_t>(id)] = true;
    pieces[static_cast<std::size_t>(id)] = std::move(piece);
  }
  return pieces;
}

}  // namespace vit
