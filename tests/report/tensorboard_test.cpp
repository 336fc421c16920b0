#include "vit/report/tensorboard.h"

#include <bit>
#include <cstring>
#include <vector>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using test::ScratchFolder;

namespace {

template <class T>
T number_at(const std::string& bytes, std::size_t offset) {
  T value{};
  REQUIRE(offset + sizeof value <= bytes.size());
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::uint32_t masked(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

/// The records of a TFRecord file, both checksums of each checked.
std::vector<std::string> records_of(const std::filesystem::path& file) {
  const std::string bytes = test::get(file);
  std::vector<std::string> records;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = number_at<std::uint64_t>(bytes, at);
    CHECK(number_at<std::uint32_t>(bytes, at + 8) == masked(bytes.substr(at, 8)));
    records.push_back(bytes.substr(at + 12, length));
    CHECK(number_at<std::uint32_t>(bytes, at + 12 + length) == masked(records.back()));
    at += 16 + length;
  }
  return records;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("CRC-32C gives the values of RFC 3720") {
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43U);
}

TEST_CASE("a file begins with its version, and holds a record a value") {
  const ScratchFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.scalar("train/loss", 1.5, 7);
  CHECK(contains(writer.path().filename().string(), "events.out.tfevents."));
  const auto records = records_of(writer.path());
  REQUIRE(records.size() == 2);
  CHECK(contains(records[0],
                 "\x1a\x0d"
                 "brain.Event:2"));
  CHECK(contains(records[1],
                 std::string("\x10\x07\x2a\x13\x0a\x11\x0a\x0atrain/loss\x15\0\0\xc0\x3f", 23)));
}

TEST_CASE("a picture is stored as PNG with its size") {
  const ScratchFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.image("samples", Image(5, 3), 1);
  const auto records = records_of(writer.path());
  REQUIRE(records.size() == 2);
  CHECK(contains(records[1], "\x08\x03\x10\x05\x18\x03\x22"));
  CHECK(contains(records[1], "\x89PNG"));
}

TEST_CASE("control characters of a tag become visible") {
  const ScratchFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.scalar("a\x1b[2J", 0, 0);
  CHECK(contains(records_of(writer.path()).back(), "a\\x1b[2J"));
}

TEST_CASE("a resumed run says from which step on older files are void") {
  const ScratchFolder folder;
  const TensorBoardWriter first(folder.path());
  const TensorBoardWriter second(folder.path(), 100);
  const auto records = records_of(second.path());
  REQUIRE(records.size() == 2);
  CHECK(contains(records[1], "\x10\x64\x3a\x02\x08\x01"));  // step 100, SessionLog{START}
}

TEST_CASE("a later file comes last by name, whatever the clock says") {
  const ScratchFolder folder;
  test::put(folder / "events.out.tfevents.9999999990.host", "");
  const TensorBoardWriter first(folder.path());
  const TensorBoardWriter second(folder.path());
  CHECK(contains(first.path().native(), "9999999991"));
  CHECK(contains(second.path().native(), "9999999992"));
}

TEST_CASE("options are numbers, truth values or texts, and the end says that the run is complete") {
  const ScratchFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.hparams({{"optim.lr", "0.5"}, {"qkv_bias", "true"}, {"model.name", "vit"}},
                 {{.name = "top1", .title = "top-1"}});
  writer.hparams_end();
  const auto records = records_of(writer.path());
  REQUIRE(records.size() == 4);
  CHECK(contains(records[1], "_hparams_/experiment"));
  CHECK(contains(records[1],
                 "\x2a\x14\x0a\x0b\x12\x09"
                 "eval/top1\x12\x05top-1"));
  const std::string& values = records[2];
  CHECK(contains(values, "_hparams_/session_start_info"));
  CHECK(contains(values, std::string("\x0a\x08optim.lr\x12\x09\x11\0\0\0\0\0\0\xe0\x3f", 21)));
  CHECK(contains(values, "\x0a\x08qkv_bias\x12\x02\x20\x01"));
  CHECK(contains(values, "\x0a\x0amodel.name\x12\x05\x1a\x03vit"));
  CHECK(contains(records[3], "_hparams_/session_end_info"));
}

TEST_CASE("a histogram is told by its edges and counts") {
  const ScratchFolder folder;
  TensorBoardWriter writer(folder.path());
  writer.histogram("weights/w",
                   {.name = "w",
                    .min = -1,
                    .max = 1,
                    .sum = 0.5,
                    .sum_of_squares = 2,
                    .upper_edges = {0, 1},
                    .counts = {1, 2}},
                   3);
  const auto records = records_of(writer.path());
  REQUIRE(records.size() == 2);
  // HistogramProto: two packed fields of two doubles each, after five doubles.
  const std::string start("\x0a\x09weights/w\x2a\x51\x09", 14);
  CHECK(contains(records[1], start));
  CHECK(contains(records[1], std::string("\x32\x10", 2) + std::string(8, '\0')));
  CHECK(contains(records[1], std::string("\x3a\x10\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40", 18)));
}
