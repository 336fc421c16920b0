#pragma once

#include <string>
#include <vector>

#include "vit/io/protobuf_wire.h"

namespace vit::test {

struct PieceOf {
  std::string text;
  float score = 0;
  int type = 1;  ///< 1 normal, 2 unknown, 3 control, 4 of the user, 5 unused, 6 byte
};

/// The bytes of a SentencePiece model of these pieces; `kind`: 1 unigram, 2 BPE with byte fallback.
/// `spaces`: whether it puts a blank in front of a text and removes all but one between words.
inline std::string model_bytes(const std::vector<PieceOf>& pieces, int kind, bool spaces = true) {
  std::string bytes;
  for (const PieceOf& piece : pieces)
    bytes += protobuf::bytes_field(1, protobuf::bytes_field(1, piece.text) +
                                          protobuf::float_field(2, piece.score) +
                                          protobuf::int_field(3, piece.type));
  bytes += protobuf::bytes_field(
      2, protobuf::int_field(3, kind) + protobuf::int_field(35, kind == 2 ? 1 : 0));
  return bytes + protobuf::bytes_field(3, protobuf::int_field(3, spaces ? 1 : 0) +
                                              protobuf::int_field(4, spaces ? 1 : 0));
}

}  // namespace vit::test
