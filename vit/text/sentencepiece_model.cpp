#include "vit/text/sentencepiece_model.h"

#include <cmath>
#include <set>
#include <unordered_set>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/io/protobuf_reader.h"

namespace vit {

using protobuf::WireField;
using protobuf::WireReader;
using Model = SentencePieceModel;

namespace {

constexpr std::size_t kMaxPieceBytes = 8000;  // sentencepiece's own limit
constexpr std::size_t kMaxPieces = std::size_t{1} << 24;

[[noreturn]] void fail_model(const std::string& where, const std::string& what) {
  throw Error(
      ErrorKind::weights, where, what,
      "give a model of SentencePiece (spiece.model, tokenizer.model) as it came with its weights");
}

Model::Piece read_piece(std::string_view message, const std::string& where) {
  Model::Piece piece;
  WireReader reader(message, where);
  while (const auto field = reader.next()) {
    if (field->number == 1) piece.text = field->as_bytes(where);
    if (field->number == 2) piece.score = field->as_float(where);
    if (field->number == 3) {
      const std::uint64_t type = field->as_int(where);
      if (type < 1 || type > 6) fail_model(where, str("a piece of the unknown type ", type));
      piece.type = static_cast<Model::Type>(type);
    }
  }
  if (piece.text.empty() || piece.text.size() >= kMaxPieceBytes)
    fail_model(where, str("a piece of ", piece.text.size(), " bytes"));
  if (!std::isfinite(piece.score))
    fail_model(where, str("the score of ", in_quotes(piece.text), " is not a number"));
  return piece;
}

void read_trainer(Model& model, std::string_view message, const std::string& where) {
  WireReader reader(message, where);
  const auto text_of = [&](const WireField& field, std::string& text) {
    if (!field.as_bytes(where).empty()) text = field.bytes;
  };
  while (const auto field = reader.next()) {
    switch (field->number) {
      case 3: {
        const std::uint64_t kind = field->as_int(where);
        if (kind == 3 || kind == 4)
          fail_model(where, str("is a model of ", kind == 3 ? "words" : "characters",
                                ", and only unigram and BPE models are read"));
        if (kind != 1 && kind != 2) fail_model(where, str("is of the unknown kind ", kind));
        model.kind = static_cast<Model::Kind>(kind);
        break;
      }
      case 24: model.treat_whitespace_as_suffix = field->as_int(where) != 0; break;
      case 35: model.byte_fallback = field->as_int(where) != 0; break;
      case 44: model.unk_surface = field->as_bytes(where); break;
      case 46: text_of(*field, model.bos_piece); break;
      case 47: text_of(*field, model.eos_piece); break;
      case 48: text_of(*field, model.pad_piece); break;
      default: break;
    }
  }
}

void read_normalizer(Model& model, std::string_view message, const std::string& where) {
  WireReader reader(message, where);
  while (const auto field = reader.next()) {
    switch (field->number) {
      case 2: model.precompiled_charsmap = field->as_bytes(where); break;
      case 3: model.add_dummy_prefix = field->as_int(where) != 0; break;
      case 4: model.remove_extra_whitespaces = field->as_int(where) != 0; break;
      case 5: model.escape_whitespaces = field->as_int(where) != 0; break;
      default: break;
    }
  }
}

void refuse_denormalizer(std::string_view message, const std::string& where) {
  WireReader reader(message, where);
  while (const auto field = reader.next())
    if (field->number == 2 && !field->as_bytes(where).empty())
      fail_model(where, "has a denormaliser, which is not read");
}

void check_pieces(Model& model, const std::string& where) {
  std::unordered_set<std::string_view> normal, reserved;
  normal.reserve(model.pieces.size());
  std::set<int> bytes;
  int unknown = 0;
  for (Model::Piece& piece : model.pieces) {
    using Type = Model::Type;
    // A piece of one zero byte is what a trainer makes of zero bytes in its texts: never used.
    if (piece.text == std::string_view("\0", 1) && model.byte_fallback) piece.type = Type::unused;
    if (piece.text == std::string_view("\0", 1) && piece.type == Type::unused) continue;
    if (piece.text.find('\0') != std::string::npos) fail_model(where, "a piece with a zero byte");
    const bool is_normal = piece.type == Type::normal || piece.type == Type::user_defined ||
                           piece.type == Type::unused;
    auto& same = is_normal || model.kind == Model::Kind::bpe ? normal : reserved;
    if (!same.insert(piece.text).second)
      fail_model(where, str("the piece ", in_quotes(piece.text), " is there twice"));
    unknown += piece.type == Type::unknown ? 1 : 0;
    if (piece.type == Type::unused && model.kind == Model::Kind::bpe)
      fail_model(where,
                 str("a BPE with the unused piece ", in_quotes(piece.text), ", which is not read"));
    if (piece.type != Type::byte) continue;
    if (byte_of_piece(piece.text) < 0 || !model.byte_fallback)
      fail_model(where, str("the byte piece ", in_quotes(piece.text), " cannot be one"));
    bytes.insert(byte_of_piece(piece.text));
  }
  if (normal.empty()) fail_model(where, "has no pieces");
  if (unknown > 1) fail_model(where, "has two unknown pieces");
  if (unknown == 0 && !model.byte_fallback) fail_model(where, "has no unknown piece");
  if (model.byte_fallback && bytes.size() != 256)
    fail_model(where, str("falls back on bytes, and has pieces for ", bytes.size(), " of them"));
}

}  // namespace

SentencePieceModel SentencePieceModel::parse(std::string bytes, const std::string& where) {
  SentencePieceModel model;
  model.bytes = std::move(bytes);
  WireReader reader(model.bytes, where);
  while (const auto field = reader.next()) {
    if (field->number == 1) {
      if (model.pieces.size() == kMaxPieces) fail_model(where, "has more than 16 million pieces");
      model.pieces.push_back(read_piece(field->as_bytes(where), where));
    }
    if (field->number == 2) read_trainer(model, field->as_bytes(where), where);
    if (field->number == 3) read_normalizer(model, field->as_bytes(where), where);
    if (field->number == 5) refuse_denormalizer(field->as_bytes(where), where);
  }
  check_pieces(model, where);
  return model;
}

std::int64_t SentencePieceModel::unk_id() const {
  for (std::size_t id = 0; id < pieces.size(); ++id)
    if (pieces[id].type == Type::unknown) return static_cast<std::int64_t>(id);
  return -1;
}

std::int64_t SentencePieceModel::control_id(std::string_view text) const {
  for (std::size_t id = 0; id < pieces.size(); ++id)
    if (pieces[id].type == Type::control && pieces[id].text == text)
      return static_cast<std::int64_t>(id);
  return -1;
}

int byte_of_piece(std::string_view piece) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>') return -1;
  const std::size_t high = kDigits.find(piece[3]), low = kDigits.find(piece[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return -1;
  return static_cast<int>(high * 16 + low);
}

}  // namespace vit
