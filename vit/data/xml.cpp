#include "vit/data/xml.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/printable.h"

namespace vit {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::string_view kBlanks = " \t\r\n";

class XmlParser {
 public:
  XmlParser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  XmlElement document() {
    skip_misc();
    XmlElement root = element(0);
    skip_misc();
    if (at_ < text_.size()) fail("there is something after the last element");
    return root;
  }

 private:
  /// Counted from where it was last asked for, so that it costs one pass over the text in all.
  std::size_t line() {
    const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(counted_);
    line_ += static_cast<std::size_t>(
        std::count(begin, text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    counted_ = at_;
    return line_;
  }
  [[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorKind::data, str(printable(file_), ":", line()), what,
                "correct the annotation, or write it again");
  }
  [[nodiscard]] bool sees(std::string_view start) const {
    return text_.substr(at_, start.size()) == start;
  }
  void skip_past(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) fail(str("expected ", in_quotes(end)));
    at_ = found + end.size();
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

  void skip_misc() {
    for (;;) {
      skip_blanks();
      if (sees("<!DOCTYPE")) fail("a document type is not allowed here");
      if (sees("<?")) {
        skip_past("?>");
      } else if (sees("<!--")) {
        skip_past("-->");
      } else {
        return;
      }
    }
  }

  std::string_view name() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n/>=<", at_), text_.size());
    if (end == at_) fail("expected the name of an element");
    const std::string_view found = text_.substr(at_, end - at_);
    at_ = end;
    return found;
  }

  /// Up to the end of the opening tag; true where the element is empty (`<a/>`).
  bool rest_of_tag() {
    for (;;) {
      skip_blanks();
      if (sees("/>")) return at_ += 2, true;
      if (sees(">")) return at_ += 1, false;
      name();
      skip_blanks();
      if (!sees("=")) fail("expected a value of the attribute");
      ++at_;
      skip_blanks();
      if (!sees("\"") && !sees("'")) fail("expected a quoted value");
      const std::string_view quote = text_.substr(at_, 1);
      ++at_;
      skip_past(quote);
    }
  }

  void text_to(std::string& out) {
    const std::size_t end = std::min(text_.find('<', at_), text_.size());
    static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    while (at_ < end) {
      const auto entity = std::find_if(kEntities.begin(), kEntities.end(),
                                       [this](const auto& known) { return sees(known.first); });
      if (entity != kEntities.end()) {
        out += entity->second;
        at_ += entity->first.size();
      } else {
        out += text_[at_++];
      }
    }
  }

  XmlElement element(int depth) {
    if (depth >= kMaxDepth) fail(str("nested deeper than ", kMaxDepth, " levels"));
    if (!sees("<")) fail("expected an element");
    XmlElement found;
    found.line = line();
    ++at_;
    found.name = name();
    if (rest_of_tag()) return found;
    for (;;) {
      if (at_ >= text_.size()) fail(str("the element ", in_quotes(found.name), " has no end"));
      if (sees("<!--")) {
        skip_past("-->");
      } else if (sees("<![CDATA[")) {
        at_ += 9;
        const std::size_t begin = at_;
        skip_past("]]>");
        found.text += text_.substr(begin, at_ - 3 - begin);
      } else if (sees("</")) {
        at_ += 2;
        if (name() != found.name) fail(str("expected the end of ", in_quotes(found.name)));
        skip_blanks();
        if (!sees(">")) fail("expected >");
        ++at_;
        break;
      } else if (sees("<")) {
        found.children.push_back(element(depth + 1));
      } else {
        text_to(found.text);
      }
    }
    const std::size_t first = found.text.find_first_not_of(kBlanks);
    found.text = first == std::string::npos
                     ? std::string()
                     : found.text.substr(first, found.text.find_last_not_of(kBlanks) - first + 1);
    return found;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0, counted_ = 0, line_ = 1;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view child_name) const {
  for (const XmlElement& candidate : children)
    if (candidate.name == child_name) return &candidate;
  return nullptr;
}

XmlElement parse_xml(std::string_view text, const std::string& file) {
  return XmlParser(text, file).document();
}

}  // namespace vit
