#include "vit/io/torch_numpy.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/npy.h"
#include "vit/io/pickle_opcodes.h"
#include "vit/io/safetensors_header.h"

namespace vit {
namespace {

/// The parts of an array, wherever its pickle has them.
struct Parts {
  PickleRef shape = 0, type = 0, bytes = 0;
  bool fortran = false;
};

bool is_call_of(std::string_view callee, std::string_view function) {
  return callee.starts_with("numpy.") && callee.ends_with(function);  // of NumPy 1 and 2
}

std::optional<Parts> parts_of(const Pickle& pickle, const PickleValue& value) {
  const std::string_view callee = pickle.callee_name(value);
  if (is_call_of(callee, ".multiarray._reconstruct")) {
    const PickleValue& state = pickle[value.state];  // (version, shape, type, fortran, bytes)
    if (state.kind != PickleKind::tuple || state.items.size() != 5) return Parts{};
    return Parts{state.items[1], state.items[2], state.items[4],
                 pickle[state.items[3]].integer != 0};
  }
  if (is_call_of(callee, ".numeric._frombuffer")) {  // (bytes, type, shape, order)
    const auto arguments = pickle.arguments(value);
    if (arguments.size() != 4) return Parts{};
    return Parts{arguments[2], arguments[1], arguments[0], pickle[arguments[3]].text == "F"};
  }
  return std::nullopt;
}

/// As a .npy file has it, `<f4`; "" where it is no plain type.
std::string type_name(const Pickle& pickle, const PickleValue& type) {
  if (pickle.callee_name(type) != "numpy.dtype" || pickle.arguments(type).empty()) return {};
  const std::string& name = pickle[pickle.arguments(type)[0]].text;
  const PickleValue& state = pickle[type.state];  // (version, order, ...)
  const std::string order =
      state.kind == PickleKind::tuple && state.items.size() > 1 ? pickle[state.items[1]].text : "|";
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '<' || c == '>' || c == '|';
  };
  constexpr std::size_t kLongest = 16;
  const std::string all = order + name;
  return all.size() <= kLongest && std::ranges::all_of(all, is_plain) ? all : std::string();
}

std::string shape_text(const FileBytes& file, const Pickle& pickle, const PickleValue& shape) {
  if (shape.kind != PickleKind::tuple || shape.items.size() > kMaxRank)
    fail_in_pickle(file, shape,
                   str("expected the shape of an array, of at most ", kMaxRank, " dimensions"));
  std::string text;
  for (const PickleRef item : shape.items) {
    if (pickle[item].kind != PickleKind::integer)
      fail_in_pickle(file, pickle[item], "a dimension of an array is no number");
    text += str(pickle[item].integer, ",");
  }
  return text;
}

/// Where the content of a text or of bytes begins: behind the instruction and their length.
std::uint64_t content_begin(const FileBytes& file, const PickleValue& bytes) {
  std::array<std::byte, 1> opcode{};
  file.read(bytes.offset, opcode);
  switch (static_cast<PickleOpcode>(opcode[0])) {
    case PickleOpcode::SHORT_BINBYTES:
    case PickleOpcode::SHORT_BINSTRING: return bytes.offset + 2;
    case PickleOpcode::BINBYTES:
    case PickleOpcode::BINSTRING: return bytes.offset + 5;
    case PickleOpcode::BINBYTES8:
    case PickleOpcode::BYTEARRAY8: return bytes.offset + 9;
    default:
      fail_in_pickle(file, bytes,
                     "the numbers of an array are no bytes: protocol 2 writes them as text, and "
                     "that is not read");
  }
}

}  // namespace

std::optional<PickledArray> pickled_array(const FileBytes& file, const Pickle& pickle,
                                          const PickleValue& value) {
  const std::optional<Parts> parts = parts_of(pickle, value);
  if (!parts) return std::nullopt;
  if (parts->type == 0) fail_in_pickle(file, value, "an array without shape, type and bytes");
  const std::string type = type_name(pickle, pickle[parts->type]);
  if (type.empty()) return PickledArray{{}, "an array of no plain type"};
  const std::string where =
      str(printable_path(file.path()), ": the array at offset ", value.offset);
  const NpyHeader header = parse_npy_header(
      str("{'descr': '", type, "', 'fortran_order': ", parts->fortran ? "True" : "False",
          ", 'shape': (", shape_text(file, pickle, pickle[parts->shape]), ")}"),
      where);
  if (!header.readable || header.big_endian) return PickledArray{{}, "an array of " + type};
  const PickleValue& bytes = pickle[parts->bytes];
  TorchTensor tensor{.dtype = header.dtype, .layout = header.layout};
  tensor.begin = content_begin(file, bytes);
  tensor.bytes = header.bytes();
  tensor.storage = str(tensor.begin);
  if (static_cast<std::uint64_t>(bytes.integer) != tensor.bytes)
    fail_in_pickle(file, bytes, str("an array of ", tensor.bytes, " bytes has ", bytes.integer));
  return PickledArray{std::move(tensor), {}};
}

}  // namespace vit
