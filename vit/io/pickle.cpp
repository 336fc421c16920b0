#include "vit/io/pickle.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

constexpr std::size_t kWindow = std::size_t{1} << 16;
constexpr std::size_t kMaxLine = 4096;

}  // namespace

PickleInput::PickleInput(const FileBytes& file, std::uint64_t begin, std::uint64_t end)
    : file_(file), window_begin_(begin), end_(end) {}

void PickleInput::fail(std::uint64_t offset, const std::string& what) const {
  throw Error(ErrorKind::weights, printable_path(file_.path()),
              str("its pickle cannot be read at offset ", offset, ": ", what),
              "the file is damaged or not one of torch.save: fetch it again, or ask its author for "
              "a safetensors file");
}

void PickleInput::require(std::uint64_t count) const {
  if (count > left())
    fail(position(), str("it is cut short: ", count, " bytes expected, ", left(), " are there"));
}

void PickleInput::fill() {
  window_begin_ += at_;
  at_ = 0;
  window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, end_ - window_begin_)));
  if (file_.read_some(window_begin_, window_) != window_.size())
    fail(window_begin_, "the file became shorter while it was read");
}

std::uint8_t PickleInput::byte() {
  if (at_ == window_.size()) {
    require(1);
    fill();
  }
  return static_cast<std::uint8_t>(window_[at_++]);
}

std::string PickleInput::text(std::uint64_t count) {
  require(count);
  if (count > kMaxText)
    fail(position(), str("a text of ", count, " bytes; at most ", kMaxText, " are read"));
  std::string text;
  text.reserve(count);
  while (text.size() < count) {
    if (at_ == window_.size()) fill();
    const std::size_t part = std::min<std::size_t>(count - text.size(), window_.size() - at_);
    text.append(reinterpret_cast<const char*>(window_.data() + at_), part);
    at_ += part;
  }
  return text;
}

std::string PickleInput::line() {
  const std::uint64_t begin = position();
  std::string line;
  for (char c; (c = static_cast<char>(byte())) != '\n'; line += c)
    if (line.size() == kMaxLine) fail(begin, str("a name of more than ", kMaxLine, " bytes"));
  return line;
}

void PickleInput::skip(std::uint64_t count) {
  require(count);
  if (count <= window_.size() - at_) {
    at_ += static_cast<std::size_t>(count);
    return;
  }
  window_begin_ = position() + count;
  at_ = 0;
  window_.clear();
}

Pickle::Pickle() { values_.emplace_back(); }

std::span<const PickleRef> Pickle::arguments(const PickleValue& object) const {
  if (object.kind != PickleKind::object) return {};
  return values_[object.arguments].items;
}

std::string_view Pickle::callee_name(const PickleValue& object) const {
  if (object.kind != PickleKind::object) return {};
  return values_[object.callee].text;
}

}  // namespace vit
