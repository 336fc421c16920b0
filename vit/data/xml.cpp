#include "vit/data/xml.h"

#include <expat.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxElements = 1'000'000;
constexpr std::string_view kBlanks = " \t\r\n";

/// Encodings of one byte a letter that are asked of iconv; expat itself knows UTF-8, UTF-16,
/// ISO-8859-1 and US-ASCII.
bool is_byte_encoding(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* family : {"windows-125", "cp125", "iso-8859-", "koi8-"})
    if (name.starts_with(family) && name.size() < 16) return true;
  return false;
}

/// The letter of each byte; false where the system does not know the encoding.
bool fill_table(const std::string& name, XML_Encoding& encoding) {
  constexpr int kNoLetter = -1;
  const iconv_t converter = ::iconv_open("UTF-32LE", name.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  for (int byte = 0; byte < 256; ++byte) {
    char in = static_cast<char>(byte);
    std::array<unsigned char, 4> out{};
    char* from = &in;
    char* to = reinterpret_cast<char*>(out.data());
    std::size_t in_left = 1, out_left = out.size();
    const bool done =
        ::iconv(converter, &from, &in_left, &to, &out_left) != static_cast<std::size_t>(-1) &&
        out_left == 0;
    encoding.map[byte] = done ? out[0] | out[1] << 8 | out[2] << 16 : kNoLetter;
  }
  ::iconv_close(converter);
  return true;
}

/// Builds the tree from what expat tells. expat is C: a handler notes what is wrong and stops the
/// parser, and throws nothing.
class XmlReader {
 public:
  XmlReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), begin_element, end_element);
    XML_SetCharacterDataHandler(parser_.get(), add_text);
    XML_SetEntityDeclHandler(parser_.get(), declare_entity);
    XML_SetSkippedEntityHandler(parser_.get(), skip_entity);
    XML_SetUnknownEncodingHandler(parser_.get(), find_encoding, this);
  }

  XmlElement document() {
    // In parts, as expat counts bytes by an int.
    constexpr std::size_t kPart = std::size_t{1} << 26;
    for (bool last = false; !last;) {
      const std::string_view part = text_.substr(0, kPart);
      text_.remove_prefix(part.size());
      last = text_.empty();
      if (XML_Parse(parser_.get(), part.data(), static_cast<int>(part.size()), last) !=
          XML_STATUS_OK)
        fail();
    }
    return std::move(root_);
  }

 private:
  static XmlReader& self(void* user) { return *static_cast<XmlReader*>(user); }

  [[noreturn]] void fail() const {
    if (problem_.empty() && XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_MEMORY)
      throw std::bad_alloc();
    throw Error(ErrorKind::data,
                str(printable(file_), ":", std::uint64_t{XML_GetCurrentLineNumber(parser_.get())}),
                problem_.empty() ? str("no XML: ", XML_ErrorString(XML_GetErrorCode(parser_.get())))
                                 : problem_,
                "correct the annotation, or write it again");
  }
  void stop(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  static void begin_element(void* user, const char* name, const char** /*attributes*/) {
    XmlReader& reader = self(user);
    if (reader.open_.size() >= kMaxDepth)
      return reader.stop(str("nested deeper than ", kMaxDepth, " levels"));
    if (++reader.elements_ > kMaxElements)
      return reader.stop(str("more than ", kMaxElements, " elements"));
    XmlElement element;
    element.name = name;
    element.line = std::size_t{XML_GetCurrentLineNumber(reader.parser_.get())};
    reader.open_.push_back(std::move(element));
  }

  static void end_element(void* user, const char* /*name*/) {
    XmlReader& reader = self(user);
    if (reader.open_.empty()) return;  // stopped
    XmlElement element = std::move(reader.open_.back());
    reader.open_.pop_back();
    const std::size_t first = element.text.find_first_not_of(kBlanks);
    element.text =
        first == std::string::npos
            ? std::string()
            : element.text.substr(first, element.text.find_last_not_of(kBlanks) - first + 1);
    if (reader.open_.empty())
      reader.root_ = std::move(element);
    else
      reader.open_.back().children.push_back(std::move(element));
  }

  static void add_text(void* user, const char* text, int length) {
    XmlReader& reader = self(user);
    if (!reader.open_.empty()) reader.open_.back().text.append(text, std::size_t(length));
  }

  static void declare_entity(void* user, const char* name, int /*is_parameter*/,
                             const char* /*value*/, int /*length*/, const char* /*base*/,
                             const char* /*system*/, const char* /*public_id*/,
                             const char* /*notation*/) {
    self(user).stop(str("the document type declares the entity ", in_quotes(name, 40),
                        ", which is not allowed here"));
  }

  static void skip_entity(void* user, const char* name, int /*is_parameter*/) {
    self(user).stop(str("the entity ", in_quotes(name, 40), " is not known"));
  }

  static int find_encoding(void* user, const char* name, XML_Encoding* encoding) {
    encoding->data = nullptr;
    encoding->convert = nullptr;
    encoding->release = nullptr;
    if (is_byte_encoding(name) && fill_table(name, *encoding)) return XML_STATUS_OK;
    self(user).problem_ = str("the encoding ", in_quotes(name, 40),
                              " is not supported; UTF-8, UTF-16 and those of "
                              "one byte a letter are");
    return XML_STATUS_ERROR;
  }

  struct Free {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  std::string_view text_;
  const std::string& file_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_{XML_ParserCreate(nullptr)};
  std::vector<XmlElement> open_;  // from the root to the innermost
  XmlElement root_;
  std::string problem_;
  std::size_t elements_ = 0;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view child_name) const {
  for (const XmlElement& candidate : children)
    if (candidate.name == child_name) return &candidate;
  return nullptr;
}

XmlElement parse_xml(std::string_view text, const std::string& file) {
  return XmlReader(text, file).document();
}

}  // namespace vit
