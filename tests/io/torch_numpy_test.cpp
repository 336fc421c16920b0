#include "vit/io/torch_numpy.h"

#include <map>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"
#include "vit/io/torch_weights.h"

using namespace vit;
using namespace vit::test;
using namespace vit::test::pickle;

namespace {

std::string numpy_type(const std::string& name, const std::string& order) {
  return call(global("numpy", "dtype"), {text(name), "\x89", "\x88"}) +
         tuple({integer(3), text(order), "N", "N", "N", integer(-1), integer(-1), integer(0)}) +
         "b";
}

std::string binary(const std::string& content) {
  return "B" + number(static_cast<std::uint32_t>(content.size())) + content;
}

/// As NumPy 1 pickles an array with protocol 3.
std::string pickled_floats(const std::vector<std::int32_t>& shape, const std::string& content,
                           const std::string& type = numpy_type("f4", "<"), bool fortran = false) {
  return call(global("numpy.core.multiarray", "_reconstruct"),
              {global("numpy", "ndarray"), integers({0}),
               "C\x01"
               "b"}) +
         tuple({integer(1), integers(shape), type, fortran ? "\x88" : "\x89", content}) + "b";
}

struct Read {
  std::map<std::string, std::vector<float>> tensors;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  TorchWeights weights;
};

Read read_pickled(const std::string& file_bytes) {
  const ScratchFolder folder;
  put(folder / "model.pkl", file_bytes);
  const TorchFile file = TorchFile::open(folder / "model.pkl");
  CHECK(file.is_numpy());
  Read read{.weights = find_torch_weights(file)};
  for (const auto& [name, tensor] : read.weights.tensors) {
    REQUIRE(tensor->dtype == DType::F32);
    std::vector<float>& values = read.tensors[name];
    values.resize(tensor->dense_bytes() / sizeof(float));
    file.read(*tensor, std::as_writable_bytes(std::span(values)));
    read.shapes[name] = tensor->layout.shape;
  }
  return read;
}

std::optional<Error> error_of_pickled(const std::string& value) {
  return error_of([&] { (void)read_pickled(pickled(dict({{"w", value}}))); });
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

}  // namespace

TEST_CASE("A pickled dict of NumPy's arrays is read as weights, from the part that holds them") {
  const std::string six = binary(floats({1, 2, 3, 4, 5, 6}));
  const Read read = read_pickled(pickled(dict(
      {{"model", dict({{"a", pickled_floats({2, 3}, six)},
                       {"t", pickled_floats({2, 3}, six, numpy_type("f4", "<"), /*fortran=*/true)},
                       {"one", pickled_floats({}, binary(floats({7})))}})},
       {"__author__", text("somebody")}})));
  CHECK(read.weights.part == "model");
  CHECK(read.tensors.at("a") == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(read.shapes.at("a") == std::vector<std::int64_t>{2, 3});
  CHECK(read.tensors.at("t") == std::vector<float>{1, 3, 5, 2, 4, 6});
  CHECK(read.tensors.at("one") == std::vector<float>{7});
  CHECK(read.weights.others.at("__author__") == "\"somebody\"");
}

TEST_CASE("What NumPy 2 pickles with protocols 4 and 5 is read") {
  // pickle.dumps({"model": {"w": numpy.float32([[1, 2, 3], [4, 5, 6]])}}, protocol)
  for (const char* hex : {
           "800495b5000000000000007d948c056d6f64656c947d948c0177948c166e756d70792e5f636f72652e6d"
           "756c74696172726179948c0c5f7265636f6e7374727563749493948c056e756d7079948c076e64617272"
           "61799493944b0085944301629487945294284b014b024b03869468078c0564747970659493948c026634"
           "94898887945294284b038c013c944e4e4e4affffffff4affffffff4b007494628943180000803f000000"
           "4000004040000080400000a0400000c0409474946273732e",
           "800595a0000000000000007d948c056d6f64656c947d948c0177948c136e756d70792e5f636f72652e6e"
           "756d65726963948c0b5f66726f6d627566666572949394289618000000000000000000803f0000004000"
           "004040000080400000a0400000c040948c056e756d7079948c0564747970659493948c02663494898887"
           "945294284b038c013c944e4e4e4affffffff4affffffff4b007494624b024b0386948c01439474945294"
           "73732e",
       }) {
    const Read read = read_pickled(from_hex(hex));
    CHECK(read.tensors.at("w") == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(read.shapes.at("w") == std::vector<std::int64_t>{2, 3});
  }
}

TEST_CASE("Arrays that are damaged or of no plain numbers are refused") {
  const auto refusal = [](const std::string& value) {
    const std::optional<Error> error = error_of_pickled(value);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    return std::string(error->what());
  };
  const std::string six = binary(floats({1, 2, 3, 4, 5, 6}));
  CHECK_THAT(refusal(pickled_floats({2, 4}, six)), Catch::Contains("an array of 32 bytes has 24"));
  CHECK_THAT(refusal(pickled_floats({2, -3}, six)), Catch::Contains("dimension"));
  CHECK_THAT(refusal(pickled_floats({1 << 30, 1 << 30, 1 << 30}, six)), Catch::Contains("offset"));
  CHECK_THAT(refusal(pickled_floats({6}, six, numpy_type("f4", ">"))),
             Catch::Contains("array of >f4"));
  CHECK_THAT(refusal(pickled_floats({3}, six, numpy_type("O8", "|"))),
             Catch::Contains("array of |O8"));
  CHECK_THAT(refusal(pickled_floats({6}, six, numpy_type("f4', 'x", "<"))),
             Catch::Contains("no plain type"));
  CHECK_THAT(refusal(pickled_floats({6}, text("protocol 2"))), Catch::Contains("protocol 2"));
  CHECK_THAT(refusal(pickled_floats({6}, "N")), Catch::Contains("no bytes"));
  CHECK_THAT(refusal(call(global("numpy.core.multiarray", "_reconstruct"), {})),
             Catch::Contains("without shape"));
}

TEST_CASE("A pickle without arrays is still told to be none of torch.save") {
  const ScratchFolder folder;
  put(folder / "model.pkl", pickled(dict({{"w", integer(1)}})));
  CHECK_THROWS_WITH(TorchFile::open(folder / "model.pkl"),
                    Catch::Contains("torch.save did not write it"));
}
