#include "vit/text/unicode.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/utf8.h"

namespace vit::unicode {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

UChar32 as_icu(char32_t point) { return static_cast<UChar32>(point); }

/// Whether a character came with a later Unicode than `version`.
bool is_later(char32_t point, int version) {
  UVersionInfo age;
  u_charAge(as_icu(point), age);
  return age[0] > version;
}

/// How many bytes at `at` could begin a character that then goes wrong; at least one.
std::size_t ill_formed_length(std::string_view bytes, std::size_t at) {
  // A beginning is one that some end completes: a second byte from 0x80, 0x90 or 0xA0 on, and so
  // on.
  for (std::size_t length = std::min<std::size_t>(3, bytes.size() - at); length > 1; --length) {
    std::string begun(bytes.substr(at, length));
    for (std::size_t whole = length + 1; whole <= 4; ++whole) {
      begun += '\x80';
      if (utf8_length(begun, 0) == whole) return length;
    }
  }
  return 1;
}

/// Whether Σ at `at` ends a word: a cased letter before it and none behind, whatever lies between
/// that case ignores (Unicode 15, table 3-17).
bool is_final(const std::vector<char32_t>& points, std::size_t at) {
  const auto ignorable = [&](std::size_t i) {
    return u_hasBinaryProperty(as_icu(points[i]), UCHAR_CASE_IGNORABLE) != 0;
  };
  const auto cased = [&](std::size_t i) {
    return u_hasBinaryProperty(as_icu(points[i]), UCHAR_CASED) != 0;
  };
  std::size_t before = at;
  while (before > 0 && ignorable(before - 1)) --before;
  if (before == 0 || !cased(before - 1)) return false;
  std::size_t behind = at + 1;
  while (behind < points.size() && ignorable(behind)) ++behind;
  return behind == points.size() || !cased(behind);
}

}  // namespace

char32_t next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) return at += 1, lead;
  char32_t point = 0;
  std::size_t length = 0;
  if (lead < 0xE0) {
    point = (lead & 0x1FU) << 6 | (byte(1) & 0x3FU);
    length = 2;
  } else if (lead < 0xF0) {
    point = (lead & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    length = 3;
  } else {
    point =
        (lead & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
    length = 4;
  }
  at += length;
  return point;
}

void append(std::string& text, char32_t point) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  const auto follow = [&](int shift) { put(0x80U | (point >> shift & 0x3FU)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | point >> 6);
    follow(0);
  } else if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
    text += kReplacement;
  } else if (point < 0x10000) {
    put(0xE0U | point >> 12);
    follow(6);
    follow(0);
  } else {
    put(0xF0U | point >> 18);
    follow(12);
    follow(6);
    follow(0);
  }
}

std::string well_formed(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    if (const std::size_t length = utf8_length(bytes, at); length > 0) {
      text += bytes.substr(at, length);
      at += length;
    } else {
      text += kReplacement;
      at += ill_formed_length(bytes, at);
    }
  }
  return text;
}

bool is_letter(char32_t point) { return (U_GET_GC_MASK(as_icu(point)) & U_GC_L_MASK) != 0; }
bool is_number(char32_t point) { return (U_GET_GC_MASK(as_icu(point)) & U_GC_N_MASK) != 0; }
bool is_space(char32_t point) { return u_isUWhiteSpace(as_icu(point)) != 0; }

std::string to_nfc(std::string_view text, int newest) {
  if (is_ascii(text)) return std::string(text);
  VIT_ASSERT(text.size() < std::numeric_limits<std::int32_t>::max());
  UErrorCode problem = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(problem);
  VIT_ASSERT(U_SUCCESS(problem), "ICU has no data: ", u_errorName(problem));
  std::string normal;
  icu::StringByteSink<std::string> sink(&normal, static_cast<std::int32_t>(text.size()));
  const auto put = [&](std::string_view part) {
    nfc->normalizeUTF8(0, icu::StringPiece(part.data(), static_cast<std::int32_t>(part.size())),
                       sink, nullptr, problem);
    VIT_ASSERT(U_SUCCESS(problem), u_errorName(problem));
  };
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t point = next(text, at);
    if (point < 0x300 || !is_later(point, newest)) continue;
    put(text.substr(from, start - from));
    normal += text.substr(start, at - start);
    from = at;
  }
  put(text.substr(from));
  return normal;
}

std::string to_nfkc(std::string_view text) {
  UErrorCode problem = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(problem);
  VIT_ASSERT(U_SUCCESS(problem), "ICU has no data: ", u_errorName(problem));
  std::string normal;
  icu::StringByteSink<std::string> sink(&normal, static_cast<std::int32_t>(text.size()));
  nfkc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())),
                      sink, nullptr, problem);
  VIT_ASSERT(U_SUCCESS(problem), u_errorName(problem));
  return normal;
}

std::string to_lower(std::string_view text, Sigma sigma) {
  std::string lower;
  lower.reserve(text.size());
  if (is_ascii(text)) {
    for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return lower;
  }
  std::vector<char32_t> points;
  for (std::size_t at = 0; at < text.size();) points.push_back(next(text, at));
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i] == U'\u0130')
      lower += "i\u0307";  // the one character that has two for its lower case
    else if (points[i] == U'\u03A3' && sigma == Sigma::by_place && is_final(points, i))
      append(lower, U'\u03C2');
    else
      append(lower, static_cast<char32_t>(u_tolower(as_icu(points[i]))));
  }
  return lower;
}

}  // namespace vit::unicode
