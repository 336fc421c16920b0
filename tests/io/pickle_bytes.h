#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Writes small pickles and files of torch.save from their instructions, byte by byte, so that the
/// readers are tested on any machine and on what no writer would write.
namespace vit::test::pickle {

template <class Number>
std::string number(Number value, std::size_t bytes = sizeof(Number)) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return out;
}

inline std::string text(std::string_view value) {
  return "X" + number(static_cast<std::uint32_t>(value.size())) + std::string(value);
}
inline std::string integer(std::int32_t value) { return "J" + number(value); }
inline std::string tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + "t";
}
inline std::string integers(const std::vector<std::int32_t>& values) {
  std::vector<std::string> items;
  for (const std::int32_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out = "}(";
  for (const auto& [key, value] : entries) out += text(key) + value;
  return out + "u";
}
inline std::string global(std::string_view module, std::string_view name) {
  return "c" + std::string(module) + "\n" + std::string(name) + "\n";
}
inline std::string call(const std::string& function, const std::vector<std::string>& arguments) {
  return function + tuple(arguments) + "R";
}
inline std::string storage(std::string_view type, std::string_view key, std::int32_t elements) {
  return tuple(
             {text("storage"), global("torch", type), text(key), text("cpu"), integer(elements)}) +
         "Q";
}
inline std::string ordered_dict() { return global("collections", "OrderedDict") + ")R"; }
/// torch._utils._rebuild_tensor_v2
inline std::string tensor(const std::string& storage, std::int32_t offset,
                          const std::vector<std::int32_t>& shape,
                          const std::vector<std::int32_t>& strides) {
  return call(
      global("torch._utils", "_rebuild_tensor_v2"),
      {storage, integer(offset), integers(shape), integers(strides), "\x89", ordered_dict()});
}
/// A module of TorchScript with these attributes.
inline std::string script_module(
    const std::vector<std::pair<std::string, std::string>>& attributes) {
  return global("__torch__.net", "Net") + ")\x81" + dict(attributes) + "b";
}
/// A whole pickle of protocol 2.
inline std::string pickled(const std::string& value) { return "\x80\x02" + value + "."; }

inline std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

/// The older format: the magic number, a version, the system, the pickle, the keys, the storages.
/// `storages`: the bytes behind each key, with the number of elements in front.
inline std::string legacy_file(const std::string& value,
                               const std::vector<std::pair<std::string, std::string>>& storages) {
  std::string out = pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
  out += pickled(integer(1001));
  out += pickled(dict({{"protocol_version", integer(1001)}, {"little_endian", "\x88"}}));
  out += pickled(value);
  std::string keys = "](";
  for (const auto& [key, bytes] : storages) keys += text(key);
  out += pickled(keys + "e");
  for (const auto& [key, bytes] : storages) out += bytes;
  return out;
}

}  // namespace vit::test::pickle
