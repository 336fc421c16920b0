#include "vit/io/npz.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"

using namespace vit;
using namespace vit::test;
using vit::test::pickle::number;

namespace {

/// A .npy array as NumPy writes it: the header padded so that the data begin at a multiple of 64.
std::string npy(const std::string& type, const std::string& order, const std::string& shape,
                const std::string& data, int version = 1) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  const std::size_t start = version == 1 ? 10 : 12;
  while ((start + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  const std::string length = version == 1 ? number(static_cast<std::uint16_t>(header.size()))
                                          : number(static_cast<std::uint32_t>(header.size()));
  return "\x93NUMPY" + std::string{static_cast<char>(version), '\0'} + length + header + data;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::vector<T> load(const NpzFile& file, std::string_view name) {
  for (const NpzArray& array : file.arrays()) {
    if (array.name != name) continue;
    std::vector<T> values(array.header.bytes() / sizeof(T));
    file.read(array, std::as_writable_bytes(std::span(values)));
    return values;
  }
  throw std::runtime_error("no such array");
}

const std::string kSix = bytes_of<float>({1, 2, 3, 4, 5, 6});

std::optional<Error> error_of_array(const std::string& array) {
  const ScratchFolder folder;
  put(folder / "f.npz", zip_bytes({{"w.npy", array}}));
  return error_of([&] {
    const NpzFile file = NpzFile::open(folder / "f.npz");
    (void)load<float>(file, "w");
  });
}

}  // namespace

TEST_CASE("arrays are read stored and deflated, in all versions, under their names with slashes") {
  const ScratchFolder folder;
  const std::string array = npy("<f4", "False", "(2, 3)", kSix);
  put(folder / "f.npz", zip_bytes({{"params/a.npy", array},
                                   {"b.npy", deflated(array), 8, 0, array.size(), crc_of(array)},
                                   {"v2.npy", npy("<f4", "False", "(6,)", kSix, 2)},
                                   {"v3.npy", npy("<f4", "False", "(6,)", kSix, 3)},
                                   {"scalar.npy", npy("<f4", "False", "()", bytes_of<float>({7}))},
                                   {"empty.npy", npy("<f4", "False", "(0, 3)", "")},
                                   {"README.txt", "not an array"}}));
  const NpzFile file = NpzFile::open(folder / "f.npz");
  CHECK(file.arrays().size() == 6);
  CHECK(file.arrays().back().name == "v3");
  const std::vector<float> six{1, 2, 3, 4, 5, 6};
  for (const char* name : {"params/a", "b", "v2", "v3"}) CHECK(load<float>(file, name) == six);
  CHECK(load<float>(file, "scalar") == std::vector<float>{7});
  CHECK(load<float>(file, "empty").empty());
}

TEST_CASE("Fortran order and big-endian numbers are turned round") {
  const ScratchFolder folder;
  put(folder / "f.npz",
      zip_bytes({{"columns.npy", npy("<f4", "True", "(2, 3)", kSix)},
                 {"big.npy", npy(">i2", "False", "(2,)", std::string("\x01\x02\xFF\xFE"))},
                 {"both.npy", npy(">u2", "True", "(2, 2)", std::string("\0\1\0\2\0\3\0\4", 8))}}));
  const NpzFile file = NpzFile::open(folder / "f.npz");
  CHECK(load<float>(file, "columns") == std::vector<float>{1, 3, 5, 2, 4, 6});
  CHECK(load<std::int16_t>(file, "big") == std::vector<std::int16_t>{0x0102, -2});
  CHECK(load<std::uint16_t>(file, "both") == std::vector<std::uint16_t>{1, 3, 2, 4});
}

TEST_CASE("each of NumPy's number types has its element type; texts are set aside") {
  const std::vector<std::tuple<std::string, DType, std::size_t>> types = {
      {"<f2", DType::F16, 2},  {"<f4", DType::F32, 4}, {"<f8", DType::F64, 8},
      {"|i1", DType::I8, 1},   {"<i2", DType::I16, 2}, {"<i4", DType::I32, 4},
      {"<i8", DType::I64, 8},  {"|u1", DType::U8, 1},  {"<u2", DType::U16, 2},
      {"<u4", DType::U32, 4},  {"<u8", DType::U64, 8}, {"|b1", DType::BOOL, 1},
      {"|V2", DType::BF16, 2}, {"<c8", DType::C64, 8}};
  for (const auto& [name, dtype, bytes] : types) {
    INFO(name);
    const ScratchFolder folder;
    put(folder / "f.npz",
        zip_bytes({{"w.npy", npy(name, "False", "(3,)", std::string(3 * bytes, '\1'))},
                   {"text.npy", npy("<U5", "False", "()", std::string(20, '\0'))}}));
    const NpzFile file = NpzFile::open(folder / "f.npz");
    REQUIRE(file.arrays().size() == 1);
    CHECK(file.arrays()[0].header.dtype == dtype);
    CHECK(file.others().at("text").find("<U5") != std::string::npos);
  }
}

TEST_CASE("headers that are wrong are errors that name the array and the offset") {
  for (const std::string& bad :
       {std::string(), std::string("\x93NUMP"), std::string(100, '.'),
        npy("<f4", "False", "(2, 3)", kSix + "x"), npy("<f4", "False", "(2, 3)", kSix.substr(1)),
        npy("<f4", "False", "(2, -3)", kSix), npy("<f4", "Maybe", "(2, 3)", kSix),
        npy("<f4", "False", "(4294967296, 4294967296, 2)", kSix),
        npy("<f4", "False", "(6,), 'shape': (6,)", kSix), npy("<f4", "False", "[6]", kSix),
        npy("<f4", "False", "(6,", kSix), npy("<f4", "False", "(6,), 'x': (6,)", kSix),
        npy("<f4", "False", "(6,)", kSix, 4)}) {
    INFO(bad);
    const auto error = error_of_array(bad);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK(error->where().find("w.npy") != std::string::npos);
    CHECK(error->problem().find("offset") != std::string::npos);
  }
}

TEST_CASE("an archive that unpacks to far more than its size is refused before it is unpacked") {
  const ScratchFolder folder;
  const std::string zeros = npy("<f4", "False", "(25000000,)", std::string(100'000'000, '\0'));
  put(folder / "f.npz", zip_bytes({{"w.npy", deflated(zeros), 8, 0, zeros.size(), crc_of(zeros)}}));
  const auto error = error_of([&] { (void)NpzFile::open(folder / "f.npz"); });
  REQUIRE(error);
  CHECK(error->problem().find("would unpack to more than") != std::string::npos);
}

TEST_CASE("packed data that are damaged, too short or too long are errors") {
  const ScratchFolder folder;
  const std::string array = npy("<f4", "False", "(6,)", kSix);
  const std::string packed = deflated(array);
  const auto error = [&](const std::string& data, std::uint64_t size, std::int64_t crc) {
    put(folder / "f.npz", zip_bytes({{"w.npy", data, 8, 0, size, crc}}));
    return error_of([&] { (void)load<float>(NpzFile::open(folder / "f.npz"), "w"); }).has_value();
  };
  CHECK_FALSE(error(packed, array.size(), crc_of(array)));
  CHECK(error(packed, array.size(), crc_of(array) ^ 1));
  CHECK(error(packed.substr(0, packed.size() - 3), array.size(), crc_of(array)));
  CHECK(error(deflated(array.substr(0, array.size() - 1)), array.size(), crc_of(array)));
  CHECK(error(std::string(packed.size(), '\xFF'), array.size(), crc_of(array)));
}
