#include "vit/data/image_batch.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/file.h"
#include "vit/io/pickle.h"

namespace vit {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

class BatchReader {
 public:
  explicit BatchReader(const std::filesystem::path& path) : file_(FileBytes::open(path)) {
    PickleInput input(file_, 0, file_.size());
    pickle_ = read_pickle(input);
  }

  ImageBatch read(std::string_view labels_key) const {
    ImageBatch batch;
    read_array(member("data"), batch);
    for (const PickleRef item : of_kind(member(labels_key), PickleKind::list, "a list").items)
      batch.labels.push_back(of_kind(pickle_[item], PickleKind::integer, "a whole number").integer);
    return batch;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::data, file_.path().string(), what,
                "expected a pickled dictionary with an array `data` and a list of labels: get the "
                "file again");
  }
  const PickleValue& of_kind(const PickleValue& value, PickleKind kind, const char* name) const {
    if (value.kind != kind) fail(str("the pickle has no ", name, " where one is needed"));
    return value;
  }

  /// Python 3 pickles strings of Python 2 as bytes, whose content lies in the file.
  std::string bytes_of(const PickleValue& value) const {
    if (value.kind == PickleKind::text) return value.text;
    of_kind(value, PickleKind::bytes, "bytes");
    if (value.integer < 0 || static_cast<std::uint64_t>(value.integer) > kMostBytes)
      fail("an array is larger than 1 GiB");
    std::array<std::byte, 1> opcode{};
    file_.read(value.offset, opcode);
    constexpr std::string_view kShort = "CU", kLong = "BT", kLonger = "\x8e\x96";
    const auto code = std::to_integer<char>(opcode[0]);
    const std::uint64_t header = kShort.find(code) != std::string_view::npos    ? 2
                                 : kLong.find(code) != std::string_view::npos   ? 5
                                 : kLonger.find(code) != std::string_view::npos ? 9
                                                                                : 0;
    if (header == 0) fail("its bytes are written in an unknown way");
    std::string bytes(static_cast<std::size_t>(value.integer), '\0');
    file_.read(value.offset + header, std::as_writable_bytes(std::span(bytes)));
    return bytes;
  }

  const PickleValue& member(std::string_view key) const {
    const PickleValue& root = of_kind(pickle_[pickle_.root()], PickleKind::dict, "dictionary");
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const PickleValue& name = pickle_[root.items[i]];
      const bool is_short =
          name.kind == PickleKind::text || (name.kind == PickleKind::bytes && name.integer < 64);
      if (is_short && bytes_of(name) == key) return pickle_[root.items[i + 1]];
    }
    fail(str("there is no `", key, "` in the pickle"));
  }

  /// numpy's array: made by `_reconstruct`, its state (version, shape, dtype, is_fortran, bytes).
  void read_array(const PickleValue& array, ImageBatch& batch) const {
    if (!pickle_.callee_name(array).ends_with(".multiarray._reconstruct"))
      fail("`data` is no array of numpy");
    const PickleValue& state = of_kind(pickle_[array.state], PickleKind::tuple, "tuple");
    if (state.items.size() != 5) fail("`data` is an array of an unknown version");
    const PickleValue& shape = of_kind(pickle_[state.items[1]], PickleKind::tuple, "tuple");
    if (shape.items.size() != 2) fail("`data` is no table");
    std::array<std::uint64_t, 2> sizes{};
    for (std::size_t i = 0; i < 2; ++i) {
      const PickleValue& size = of_kind(pickle_[shape.items[i]], PickleKind::integer, "size");
      if (size.integer < 0 || static_cast<std::uint64_t>(size.integer) > kMostBytes)
        fail("`data` has an absurd size");
      sizes[i] = static_cast<std::uint64_t>(size.integer);
    }
    const PickleValue& dtype = pickle_[state.items[2]];
    const auto arguments = pickle_.arguments(dtype);
    if (pickle_.callee_name(dtype) != "numpy.dtype" || arguments.empty() ||
        bytes_of(pickle_[arguments[0]]) != "u1")
      fail("`data` is not of uint8");
    const bool by_columns = pickle_[state.items[3]].integer != 0;
    const std::string bytes = bytes_of(pickle_[state.items[4]]);
    if (bytes.size() != sizes[0] * sizes[1])
      fail(str("`data` has ", bytes.size(), " bytes for ", sizes[0], "x", sizes[1], " numbers"));
    batch.rows = static_cast<std::size_t>(sizes[0]);
    batch.columns = static_cast<std::size_t>(sizes[1]);
    batch.bytes.resize(bytes.size());
    if (!by_columns) {
      std::copy(bytes.begin(), bytes.end(), batch.bytes.begin());
      return;
    }
    for (std::size_t row = 0; row < batch.rows; ++row)
      for (std::size_t column = 0; column < batch.columns; ++column)
        batch.bytes[row * batch.columns + column] =
            static_cast<std::uint8_t>(bytes[column * batch.rows + row]);
  }

  FileBytes file_;
  Pickle pickle_;
};

}  // namespace

ImageBatch read_image_batch(const std::filesystem::path& file, std::string_view labels_key) try {
  return BatchReader(file).read(labels_key);
} catch (const Error& problem) {
  throw Error(ErrorKind::data, problem.where(), problem.problem(), problem.remedy());
}

}  // namespace vit
