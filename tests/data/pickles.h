#pragma once

#include <cstdint>
#include <string>

namespace vit::test {

/// `count` (4 bytes) and the bytes, as a pickle's long byte strings have them.
inline std::string counted(const std::string& bytes) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(bytes.size() >> (8 * i) & 0xFF);
  return text + bytes;
}

/// A dictionary of an array `data` [rows, columns] of uint8 and a list of labels, pickled as Python
/// 2 does (protocol 2, CIFAR's published files) or as Python 3 does for bytes (protocol 3).
inline std::string image_batch_pickle(const std::string& pixels, int rows, int columns,
                                      const std::string& labels_key, const std::string& labels,
                                      bool python2, bool by_columns = false) {
  const auto text = [&](const std::string& value) {
    return (python2 ? std::string("U") : std::string("C")) + static_cast<char>(value.size()) +
           value;
  };
  const auto number = [](int value) {
    return std::string("M") + static_cast<char>(value & 0xFF) + static_cast<char>(value >> 8);
  };
  std::string list = "](";
  for (const char label : labels) list += std::string("K") + label;
  list += "e";
  const std::string array =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK" + std::string(1, '\0') + "\x85" +
      text("b") + "tR(K\x01(" + number(rows) + number(columns) + "tcnumpy\ndtype\n(" +
      (python2 ? text("u1") : "X" + counted("u1")) + "K" + std::string(1, '\0') + "K\x01tR(K\x03" +
      (python2 ? text("|") : "X" + counted("|")) + "NNNJ\xFF\xFF\xFF\xFFJ\xFF\xFF\xFF\xFFK" +
      std::string(1, '\0') + "tb" + (by_columns ? "\x88" : "\x89") + (python2 ? "T" : "B") +
      counted(pixels) + "tb";
  return std::string("\x80") + (python2 ? "\x02" : "\x03") + "}(" + text(labels_key) + list +
         text("data") + array + "u.";
}

}  // namespace vit::test
