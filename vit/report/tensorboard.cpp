#include "vit/report/tensorboard.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <numeric>

#include "vit/core/error.h"
#include "vit/image/encode.h"
#include "vit/io/protobuf_wire.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using namespace protobuf;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78u : 0u);
    table[byte] = crc;
  }
  return table;
}();

/// TFRecord masks its checksums, so that a checksum of data that holds checksums stays sound.
std::string masked_crc(std::string_view bytes) {
  return little_endian(std::rotr(crc32c(bytes), 15) + 0xA282EAD8u);
}

constexpr std::string_view kPrefix = "events.out.tfevents.";

double seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  std::string host = name;
  for (char& c : host)
    if (c <= ' ' || c == '/' || c > '~') c = '_';
  return host;
}

/// TensorBoard reads the files of a folder in the order of their names, so a new one has to come
/// last, also after the clock was set back.
std::int64_t file_seconds(const fs::path& folder) {
  auto seconds = static_cast<std::int64_t>(seconds_now());
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const std::string digits =
        name.substr(kPrefix.size(), name.find('.', kPrefix.size()) - kPrefix.size());
    if (digits.size() == 10 && digits.find_first_not_of("0123456789") == std::string::npos)
      seconds = std::max<std::int64_t>(seconds, std::stoll(digits) + 1);
  }
  return seconds;
}

AppendFile new_event_file(const fs::path& folder) {
  const std::string name = str(kPrefix, file_seconds(folder), ".", host_name());
  return AppendFile(folder / name, AppendFile::Open::must_be_new);
}

std::string event(std::int64_t step, std::string_view content) {
  return double_field(1, seconds_now()) + int_field(2, step) + std::string(content);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes)
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xFF];
  return ~crc;
}

TensorBoardWriter::TensorBoardWriter(const fs::path& folder, std::optional<std::int64_t> first_step)
    : file_(new_event_file(folder)) {
  record(event(0, bytes_field(3, "brain.Event:2")));
  constexpr std::int64_t kSessionStart = 1;
  if (first_step) record(event(*first_step, bytes_field(7, int_field(1, kSessionStart))));
}

void TensorBoardWriter::scalar(std::string_view tag, double value, std::int64_t step) {
  summary(tag, float_field(2, static_cast<float>(value)), step);
}

void TensorBoardWriter::image(std::string_view tag, const Image& picture, std::int64_t step) {
  const auto png = encode_png(picture);
  const std::string_view bytes(reinterpret_cast<const char*>(png.data()), png.size());
  const std::string content = int_field(1, picture.height) + int_field(2, picture.width) +
                              int_field(3, picture.channels) + bytes_field(4, bytes);
  summary(tag, bytes_field(4, content), step);
}

// HistogramProto of tensorboard/compat/proto/summary.proto.
void TensorBoardWriter::histogram(std::string_view tag, const Histogram& values,
                                  std::int64_t step) {
  const double count = std::accumulate(values.counts.begin(), values.counts.end(), 0.0);
  summary(tag,
          bytes_field(5, double_field(1, values.min) + double_field(2, values.max) +
                             double_field(3, count) + double_field(4, values.sum) +
                             double_field(5, values.sum_of_squares) +
                             packed_field(6, values.upper_edges) + packed_field(7, values.counts)),
          step);
}

// The messages of tensorboard/plugins/hparams/{api,plugin_data}.proto.
void TensorBoardWriter::hparams(const HParams& options, const Metrics& metrics) {
  constexpr std::int64_t kString = 1, kBool = 2, kNumber = 3;  // DataType
  std::string infos, values;
  for (const auto& [name, text] : options) {
    const auto number = parse_number(text);
    const bool truth = text == "true" || text == "false";
    infos += bytes_field(4, bytes_field(1, visible(name)) + int_field(4, truth    ? kBool
                                                                         : number ? kNumber
                                                                                  : kString));
    const std::string value = truth    ? int_field(4, text == "true")
                              : number ? double_field(2, *number)
                                       : bytes_field(3, visible(text));
    values += bytes_field(1, bytes_field(1, visible(name)) + bytes_field(2, value));
  }
  for (const Metric& metric : metrics)
    infos += bytes_field(5, bytes_field(1, bytes_field(2, "eval/" + metric.name)) +
                                bytes_field(2, visible(metric.shown_as())));
  hparams_record("_hparams_/experiment", bytes_field(2, infos + double_field(6, seconds_now())));
  hparams_record("_hparams_/session_start_info",
                 bytes_field(3, values + double_field(5, seconds_now())));
}

void TensorBoardWriter::hparams_end() {
  constexpr std::int64_t kSuccess = 1;
  hparams_record("_hparams_/session_end_info",
                 bytes_field(4, int_field(1, kSuccess) + double_field(2, seconds_now())));
}

void TensorBoardWriter::hparams_record(std::string_view tag, std::string_view content) {
  const std::string data = bytes_field(1, bytes_field(1, "hparams") + bytes_field(2, content));
  constexpr std::int64_t kFloat = 1;
  const std::string no_numbers = int_field(1, kFloat) + bytes_field(2, bytes_field(2, ""));
  summary(tag, bytes_field(8, no_numbers) + bytes_field(9, data), 0);
}

void TensorBoardWriter::summary(std::string_view tag, std::string_view value_field,
                                std::int64_t step) {
  const std::string value = bytes_field(1, visible(tag)) + std::string(value_field);
  record(event(step, bytes_field(5, bytes_field(1, value))));
}

void TensorBoardWriter::record(std::string_view event_bytes) {
  const std::string length = little_endian(std::uint64_t{event_bytes.size()});
  file_.append(length + masked_crc(length) + std::string(event_bytes) + masked_crc(event_bytes));
}

}  // namespace vit
