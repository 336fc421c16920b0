#include "vit/io/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/join.h"
#include "vit/core/text.h"
#include "vit/io/json.h"

namespace vit {
namespace {

using Json = nlohmann::json;

constexpr const char* kRemedy =
    "the file is damaged or not a safetensors file: fetch it again, or write it again with the "
    "program that made it";
constexpr std::uint64_t kMaxSize = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kMetadataKey = "__metadata__";

/// Reads the header as a stream, so that its memory is that of what it says, and no nesting is
/// followed: every value that the format does not have is refused where it begins.
class HeaderReader final : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(const std::string& where) : where_(where) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool null() override { return unexpected("null"); }
  bool boolean(bool value) override { return unexpected(value ? "true" : "false"); }
  bool binary(binary_t&) override { return unexpected("bytes"); }
  bool number_integer(number_integer_t value) override { return unexpected(str(value)); }
  bool number_float(number_float_t, const string_t& text) override {
    return unexpected(printable(text, 40));
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::shape && place_ != Place::offsets) return unexpected(str(value));
    if (value > kMaxSize) return unexpected(str(value));
    if (place_ == Place::shape) {
      if (tensor().shape.size() == kMaxRank)
        fail_tensor(str("more than ", kMaxRank, " dimensions"));
      tensor().shape.push_back(static_cast<std::int64_t>(value));
    } else {
      if (offsets_read_ == 2) fail_tensor("data_offsets has more than the two numbers expected");
      (offsets_read_ == 0 ? tensor().begin : tensor().end) = value;
      ++offsets_read_;
    }
    return true;
  }

  bool string(string_t& text) override {
    if (place_ == Place::metadata) {
      value_of_metadata_->second = std::move(text);
      return true;
    }
    if (place_ != Place::tensor || field_ != "dtype") return unexpected("a string");
    const std::optional<DType> dtype = dtype_from_name(text);
    if (!dtype)
      fail_tensor(str("unknown dtype ", in_quotes(text, 40), "; known: ", known_dtypes()));
    tensor().dtype = *dtype;
    return true;
  }

  bool key(string_t& name) override {
    switch (place_) {
      case Place::root: return begin_entry(name);
      case Place::metadata: return begin_metadata(name);
      default: return begin_field(name);
    }
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::before) {
      place_ = Place::root;
    } else if (place_ == Place::root) {
      place_ = in_metadata_ ? Place::metadata : Place::tensor;
    } else {
      return unexpected("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) {
      for (const char* field : {"dtype", "shape", "data_offsets"})
        if (!std::count(fields_.begin(), fields_.end(), field))
          fail_tensor(str("there is no ", field));
    }
    place_ = place_ == Place::root ? Place::after : Place::root;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || field_ == "dtype") return unexpected("a list");
    place_ = field_ == "shape" ? Place::shape : Place::offsets;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::offsets && offsets_read_ != 2)
      fail_tensor("data_offsets has fewer than the two numbers expected");
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    fail(str("the header is not JSON: ", plain_json_message(error)));
  }

 private:
  enum class Place { before, root, metadata, tensor, shape, offsets, after };

  TensorInfo& tensor() { return header_.tensors.back(); }

  bool begin_entry(std::string& name) {
    if (name == kMetadataKey) {
      if (std::exchange(seen_metadata_, true)) fail("__metadata__ is there twice");
      in_metadata_ = true;
    } else {
      in_metadata_ = false;
      fields_.clear();
      offsets_read_ = 0;
      header_.tensors.emplace_back().name = std::move(name);
    }
    return true;
  }

  bool begin_metadata(std::string& name) {
    const auto [entry, is_new] = header_.metadata.try_emplace(std::move(name));
    if (!is_new) fail(str("__metadata__: the key ", in_quotes(entry->first), " is there twice"));
    value_of_metadata_ = entry;
    return true;
  }

  bool begin_field(const std::string& name) {
    if (name != "dtype" && name != "shape" && name != "data_offsets") {
      // It might change what the bytes mean.
      fail_tensor(str("unknown field ", in_quotes(name), "; known: dtype, shape, data_offsets"));
    }
    if (std::count(fields_.begin(), fields_.end(), name)) fail_tensor(name + " is there twice");
    fields_.push_back(name);
    field_ = name;
    return true;
  }

  bool unexpected(const std::string& found) {
    switch (place_) {
      case Place::before: fail("expected the header to be an object, found " + found);
      case Place::metadata:
        fail(str("__metadata__: expected a string for ", in_quotes(value_of_metadata_->first),
                 ", found ", found));
      case Place::root:
        if (in_metadata_) fail("__metadata__: expected an object of strings, found " + found);
        fail_tensor("expected an object, found " + found);
      case Place::shape:
        fail_tensor("expected the dimensions to be whole numbers below 2^63, found " + found);
      case Place::offsets:
        fail_tensor("expected data_offsets to be whole numbers below 2^63, found " + found);
      default:
        fail_tensor(str("expected ", field_, " to be ", field_ == "dtype" ? "a string" : "a list",
                        ", found ", found));
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::weights, where_, what, kRemedy);
  }
  [[noreturn]] void fail_tensor(const std::string& what) {
    fail(str("tensor ", in_quotes(tensor().name), ": ", what));
  }

  const std::string& where_;
  SafetensorsHeader header_;
  Place place_ = Place::before;
  bool in_metadata_ = false, seen_metadata_ = false;
  SafetensorsMetadata::iterator value_of_metadata_;
  std::string field_;                ///< the field of the tensor that is being read
  std::vector<std::string> fields_;  ///< its fields so far
  int offsets_read_ = 0;
};

void check_names(const std::vector<TensorInfo>& tensors, const std::string& where,
                 const std::string& remedy) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const TensorInfo& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  throw Error(ErrorKind::weights, where, str("tensor ", in_quotes(*twice), ": is there twice"),
              remedy);
}

/// `tensors` in the order of their data: without hole or overlap, and each of the right length.
void check_layout(const std::vector<TensorInfo>& tensors, std::uint64_t data_bytes,
                  const std::string& where) {
  std::uint64_t position = 0;
  for (const TensorInfo& tensor : tensors) {
    const auto fail = [&](const std::string& what) {
      throw Error(ErrorKind::weights, where, str("tensor ", in_quotes(tensor.name), ": ", what),
                  kRemedy);
    };
    const std::string offsets = str("data_offsets [", tensor.begin, ", ", tensor.end, "]");
    if (tensor.end < tensor.begin) fail(offsets + " end before they begin");
    if (tensor.begin > position) fail(str(offsets, " leave a hole after byte ", position));
    if (tensor.begin < position) fail(offsets + " overlap another tensor's");
    const std::optional<std::uint64_t> size = tensor_size_bytes(tensor.dtype, tensor.shape);
    const std::string type = str(dtype_name(tensor.dtype), " ", shape_text(tensor.shape));
    if (!size) fail(type + " is too large for a 64-bit size, or ends inside a byte");
    if (*size != tensor.size_bytes())
      fail(str(type, " takes ", *size, " bytes, but ", offsets, " hold ", tensor.size_bytes()));
    position = tensor.end;
  }
  if (position > data_bytes) {
    throw Error(ErrorKind::weights, where,
                str("the file is cut short: its tensors take ", position, " bytes and ", data_bytes,
                    " are there"),
                "fetch or copy the file again");
  }
  if (position < data_bytes) {
    throw Error(ErrorKind::weights, where,
                str(data_bytes - position, " bytes follow the last tensor"), kRemedy);
  }
}

}  // namespace

std::optional<std::uint64_t> tensor_size_bytes(DType dtype,
                                               const std::vector<std::int64_t>& shape) {
  std::uint64_t bits = static_cast<std::uint64_t>(dtype_size_bits(dtype));
  bool empty = false;
  for (const std::int64_t dim : shape) {
    if (dim < 0) return std::nullopt;
    if (dim == 0) empty = true;
    if (dim != 0 && __builtin_mul_overflow(bits, static_cast<std::uint64_t>(dim), &bits))
      return std::nullopt;
  }
  if (empty) return 0;
  if (bits % 8 != 0) return std::nullopt;
  return bits / 8;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& where) {
  if (json.empty() || json.front() != '{') {
    throw Error(ErrorKind::weights, where, "expected the header to begin with '{'", kRemedy);
  }
  // nlohmann's lexer takes a zero byte for the end of its input and would hide what follows.
  if (const std::size_t zero = json.find('\0'); zero != std::string_view::npos) {
    throw Error(ErrorKind::weights, where,
                str("the header is not JSON: a zero byte at position ", zero), kRemedy);
  }
  HeaderReader reader(where);
  Json::sax_parse(json, &reader);
  SafetensorsHeader header = reader.take();
  check_names(header.tensors, where, kRemedy);
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  check_layout(header.tensors, data_bytes, where);
  return header;
}

std::string format_safetensors_header(const SafetensorsHeader& header, const std::string& where) {
  check_names(header.tensors, where, "give each tensor a name of its own");
  std::string json = "{";
  const auto separate = [&json] { json += json.back() == '{' ? "" : ","; };
  if (!header.metadata.empty()) {
    json += "\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) {
      separate();
      json += json_string(key, where) + ":" + json_string(value, where);
    }
    json += "}";
  }
  for (const TensorInfo& tensor : header.tensors) {
    if (tensor.name == kMetadataKey) {
      throw Error(ErrorKind::weights, where, "a tensor cannot have the name __metadata__",
                  "give it another name");
    }
    separate();
    json += str(json_string(tensor.name, where), ":{\"dtype\":\"", dtype_name(tensor.dtype),
                "\",\"shape\":[");
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
      json += str(i ? "," : "", tensor.shape[i]);
    json += str("],\"data_offsets\":[", tensor.begin, ",", tensor.end, "]}");
  }
  json += "}";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  if (json.size() > kMaxSafetensorsHeader) {
    throw Error(ErrorKind::weights, where,
                str("the header would take ", json.size(), " bytes; the format allows ",
                    kMaxSafetensorsHeader),
                "write fewer tensors or less metadata");
  }
  return json;
}

}  // namespace vit
