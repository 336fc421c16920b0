#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// What a `.model` file of SentencePiece holds, as far as encoding and decoding need it
/// (sentencepiece_model.proto, by whose names the members go).
struct SentencePieceModel {
  enum class Type : std::uint8_t { normal = 1, unknown, control, user_defined, unused, byte };
  enum class Kind : std::uint8_t { unigram = 1, bpe };

  struct Piece {
    std::string text;
    float score = 0;
    Type type = Type::normal;
  };

  std::vector<Piece> pieces;  ///< by id
  Kind kind = Kind::unigram;
  bool byte_fallback = false, treat_whitespace_as_suffix = false;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true, escape_whitespaces = true;
  std::string precompiled_charsmap;
  std::string unk_surface = " \xE2\x81\x87 ";
  std::string bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";
  std::string bytes;  ///< the file

  /// Throws Error(weights) at `where` for what is damaged, and by name for what is not read here:
  /// models of words or characters, denormalisers, unused pieces in a BPE.
  [[nodiscard]] static SentencePieceModel parse(std::string bytes, const std::string& where);

  /// The id of the unknown piece; -1 where there is none, as a BPE with byte fallback may have it.
  [[nodiscard]] std::int64_t unk_id() const;
  /// The id of the control piece that is written so; -1 where there is none.
  [[nodiscard]] std::int64_t control_id(std::string_view text) const;
};

/// The byte that a piece such as `<0x0A>` stands for; -1 for another piece.
[[nodiscard]] int byte_of_piece(std::string_view piece);

}  // namespace vit
