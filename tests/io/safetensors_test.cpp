#include "vit/io/safetensors.h"

#include <bit>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/skip.h"

using namespace vit;
using namespace vit::test;

namespace {

std::string file_bytes(const std::string& header, const std::string& data) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  return length + header + data;
}

template <class T>
std::vector<T> values(const SafetensorsFile& file, std::string_view name) {
  std::vector<T> out(file.at(name).size_bytes() / sizeof(T));
  file.read(file.at(name), std::as_writable_bytes(std::span(out)));
  return out;
}

void write_sample(const std::filesystem::path& path) {
  static const std::vector<float> weight{1.5f, -2, 3, 4, 5, 6};
  static const std::vector<std::int64_t> step{123456789012};
  static const std::vector<std::uint8_t> mask{1, 0, 1};
  SafetensorsWriter writer;
  writer.add("mask", DType::BOOL, {3}, std::as_bytes(std::span(mask)));
  writer.add("norm.weight", DType::F32, {2, 3}, std::as_bytes(std::span(weight)));
  writer.add("head.weight", DType::F32, {0, 3}, {});
  writer.add("step", DType::I64, {}, std::as_bytes(std::span(step)));
  writer.set_metadata("epoch", "3");
  writer.write(path);
}

}  // namespace

TEST_CASE("what is written is read back") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const SafetensorsFile file = SafetensorsFile::open(folder / "w.safetensors");
  CHECK(file.metadata() == SafetensorsMetadata{{"epoch", "3"}});
  CHECK(values<float>(file, "norm.weight") == std::vector<float>{1.5f, -2, 3, 4, 5, 6});
  CHECK(values<std::int64_t>(file, "step") == std::vector<std::int64_t>{123456789012});
  CHECK(values<std::uint8_t>(file, "mask") == std::vector<std::uint8_t>{1, 0, 1});
  CHECK(file.at("head.weight").shape == std::vector<std::int64_t>{0, 3});
  CHECK(file.find("head.bias") == nullptr);
}

TEST_CASE("tensors are laid out by alignment, largest first, then by name, at a multiple of 8") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const std::string header =
      R"({"__metadata__":{"epoch":"3"},"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("head.weight":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},)"
      R"("norm.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},)"
      R"("mask":{"dtype":"BOOL","shape":[3],"data_offsets":[32,35]}})";
  const std::string bytes = get(folder / "w.safetensors");
  CHECK(bytes.substr(8, header.size()) == header);
  CHECK((bytes.size() - 35) % 8 == 0);
}

TEST_CASE("a tensor that is not there is named with the nearest one") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const SafetensorsFile file = SafetensorsFile::open(folder / "w.safetensors");
  const auto error = error_of([&] { (void)file.at("norm.wieght"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::weights);
  CHECK(error->remedy() == "did you mean \"norm.weight\"?");
}

TEST_CASE("a file cut at any length is an error, and so is one with a byte more") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const std::string whole = get(folder / "w.safetensors");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    put(folder / "cut", whole.substr(0, length));
    const auto error = error_of([&] { (void)SafetensorsFile::open(folder / "cut"); });
    INFO("length " << length);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
  }
  put(folder / "longer", whole + "x");
  CHECK(error_of([&] { (void)SafetensorsFile::open(folder / "longer"); }));
}

TEST_CASE("a flipped bit in the header is an error or leaves a sound file") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const std::string whole = get(folder / "w.safetensors");
  const std::size_t header_end = whole.size() - 35;
  int refused = 0;
  for (std::size_t bit = 0; bit < header_end * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    put(folder / "flipped", flipped);
    const auto error = error_of([&] {
      const SafetensorsFile file = SafetensorsFile::open(folder / "flipped");
      for (const TensorInfo& tensor : file.tensors()) (void)file.read(tensor);
    });
    refused += error.has_value();
    if (error && error->kind() != ErrorKind::weights) FAIL("bit " << bit << ": " << error->what());
  }
  // The others change a letter of a name or value, or a dtype for another of the same size.
  CHECK(refused > static_cast<int>(header_end * 8 / 2));
}

TEST_CASE(
    "a file that is cut short between opening and reading is an error that names the tensor") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const SafetensorsFile file = SafetensorsFile::open(folder / "w.safetensors");
  std::filesystem::resize_file(folder / "w.safetensors",
                               std::filesystem::file_size(folder / "w.safetensors") - 1);
  const auto error = error_of([&] { (void)file.read(file.at("mask")); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::weights);
  CHECK(error->problem().find("\"mask\"") != std::string::npos);
}

TEST_CASE("lengths of a header that cannot be are refused without reading them") {
  const ScratchFolder folder;
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{99'999'999}, std::uint64_t{100'000'001},
        std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    put(folder / "f", std::string(reinterpret_cast<const char*>(&length), 8) + "{}");
    INFO(length);
    const auto error = error_of([&] { (void)SafetensorsFile::open(folder / "f"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
  }
}

TEST_CASE("what is often mistaken for a safetensors file is called by its name") {
  const ScratchFolder folder;
  const auto remedy = [&](const std::string& start) {
    put(folder / "f", start + std::string(100, '.'));
    return error_of([&] { (void)SafetensorsFile::open(folder / "f"); })->remedy();
  };
  CHECK(remedy("version https://git-lfs.github.com/spec/v1\n").find("git lfs pull") !=
        std::string::npos);
  CHECK(remedy("<!DOCTYPE html>").find("web page") != std::string::npos);
  CHECK(remedy("PK\x03\x04").find("zip archive") != std::string::npos);
  CHECK(remedy("\x80\x02}q").find("pickle") != std::string::npos);
}

TEST_CASE("a failed write leaves the old file") {
  const ScratchFolder folder;
  write_sample(folder / "w.safetensors");
  const std::string before = get(folder / "w.safetensors");
  SafetensorsWriter writer;
  writer.add("a", DType::F32, {0}, {});
  writer.add("a", DType::F32, {0}, {});
  CHECK(error_of([&] { writer.write(folder / "w.safetensors"); }));
  CHECK(get(folder / "w.safetensors") == before);
  CHECK(folder.names().size() == 1);
}

TEST_CASE("data of the wrong size is a bug of the caller") {
  SafetensorsWriter writer;
  const std::vector<float> three(3);
  CHECK_THROWS_AS(writer.add("a", DType::F32, {4}, std::as_bytes(std::span(three))), Bug);
}

TEST_CASE("each hostile fixture comes out as its list says") {
  const std::filesystem::path folder = shared_folder() / "fixtures/hostile/safetensors";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) {
    skip("the shared fixtures are not on this machine");
    return;
  }
  const auto list = nlohmann::json::parse(get(folder / "README.json"));
  for (const auto& [name, entry] : list.at("files").items()) {
    INFO(name << ": " << entry.at("what"));
    const auto error = error_of([&] {
      const SafetensorsFile file = SafetensorsFile::open(folder / name);
      for (const TensorInfo& tensor : file.tensors()) (void)file.read(tensor);
    });
    const std::string expected = entry.at("expect");
    if (expected.starts_with("loads")) CHECK_FALSE(error);
    if (expected.starts_with("error") && expected.find("or loads") == std::string::npos)
      CHECK(error);
    if (error) CHECK(error->kind() == ErrorKind::weights);
  }
  const SafetensorsFile valid = SafetensorsFile::open(folder / "valid.safetensors");
  CHECK(valid.at("a").shape == std::vector<std::int64_t>{4});
  CHECK(valid.at("b").shape == std::vector<std::int64_t>{2});
  CHECK(SafetensorsFile::open(folder / "name_nul.safetensors").tensors()[0].name.size() == 3);
}

TEST_CASE("a file from the reference implementation is read, and written to the same bytes") {
  // safetensors 0.8.0: save({"b": float32 [1, 2], "a": float16 [[1, -2]], "c": int64 7, "d": bool})
  const std::string header = R"({"c":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                             R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
                             R"("a":{"dtype":"F16","shape":[1,2],"data_offsets":[16,20]},)"
                             R"("d":{"dtype":"BOOL","shape":[2],"data_offsets":[20,22]}}    )";
  const std::string data("\x07\0\0\0\0\0\0\0\0\0\x80\x3F\0\0\0\x40\0\x3C\0\xC0\1\0", 22);
  const ScratchFolder folder;
  put(folder / "reference", file_bytes(header, data));
  const SafetensorsFile file = SafetensorsFile::open(folder / "reference");
  CHECK(values<float>(file, "b") == std::vector<float>{1, 2});
  CHECK(values<std::uint16_t>(file, "a") == std::vector<std::uint16_t>{0x3C00, 0xC000});

  SafetensorsWriter writer;
  std::vector<std::vector<std::byte>> tensors;
  for (const TensorInfo& tensor : file.tensors()) tensors.push_back(file.read(tensor));
  for (std::size_t i = tensors.size(); i-- > 0;) {
    const TensorInfo& tensor = file.tensors()[i];
    writer.add(tensor.name, tensor.dtype, tensor.shape, tensors[i]);
  }
  writer.write(folder / "ours");
  CHECK(get(folder / "ours") == get(folder / "reference"));
}
