#include "vit/io/safetensors_header.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/contains.h"

using namespace vit;
using namespace vit::test;

namespace {

constexpr const char* kTwo = R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},)"
                             R"("a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})";

SafetensorsHeader parse(const std::string& json, std::uint64_t data_bytes) {
  return parse_safetensors_header(json, data_bytes, "w.safetensors");
}

/// What is wrong with a header; "none" where nothing is.
std::string problem(const std::string& json, std::uint64_t data_bytes = 24) {
  const auto error = error_of([&] { (void)parse(json, data_bytes); });
  if (!error) return "none";
  CHECK(error->kind() == ErrorKind::weights);
  CHECK(error->where() == "w.safetensors");
  CHECK(!error->remedy().empty());
  return error->problem();
}

/// A header of one tensor `a`, F32 [6], with one field replaced.
std::string with(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}}";
}

}  // namespace

TEST_CASE("tensors come in the order of their data, whatever the order of the header") {
  const SafetensorsHeader header = parse(kTwo, 24);
  REQUIRE(header.tensors.size() == 2);
  CHECK(header.tensors[0] == TensorInfo{"a", DType::F32, {4}, 0, 16});
  CHECK(header.tensors[1] == TensorInfo{"b", DType::F32, {2}, 16, 24});
  CHECK(header.metadata.empty());
}

TEST_CASE("metadata, scalars, empty tensors, padding and a header of nothing are all sound") {
  CHECK(parse(R"({"__metadata__":{"format":"pt","":""}})", 0).metadata.at("format") == "pt");
  CHECK(parse(with("\"F32\"", "[]", "[0,4]"), 4).tensors[0].shape.empty());
  CHECK(parse(with("\"F32\"", "[3,0,7]", "[0,0]"), 0).tensors[0].size_bytes() == 0);
  CHECK(problem(std::string(kTwo) + "   ") == "none");
  CHECK(problem("{}", 0) == "none");
  CHECK(
      parse(R"({"\u00e9\n":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", 1).tensors[0].name ==
      "é\n");
}

TEST_CASE("elements smaller than a byte must fill their last byte") {
  CHECK(problem(with("\"F4\"", "[3,2]", "[0,3]"), 3) == "none");
  CHECK(problem(with("\"F6_E2M3\"", "[4]", "[0,3]"), 3) == "none");
  CHECK(contains(problem(with("\"F4\"", "[3]", "[0,1]"), 1), "ends inside a byte"));
  CHECK(contains(problem(with("\"F6_E3M2\"", "[2]", "[0,1]"), 1), "ends inside a byte"));
}

TEST_CASE("a header must be one JSON object from its first byte to its last") {
  CHECK(contains(problem(""), "begin with '{'"));
  CHECK(contains(problem("[]"), "begin with '{'"));
  CHECK(contains(problem(std::string(" ") + kTwo), "begin with '{'"));
  CHECK(contains(problem(std::string("\xEF\xBB\xBF") + kTwo), "begin with '{'"));
  CHECK(contains(problem(std::string(kTwo) + "{}"), "expected end of input"));
  CHECK(contains(problem(std::string(kTwo) + std::string("\0{", 2)), "zero byte"));
  CHECK(contains(problem(std::string(kTwo).substr(0, 60)), "not JSON"));
  CHECK(contains(problem("{\"\xFF\":1}"), "UTF-8"));
  CHECK(contains(problem(R"({"\ud800":1})"), "surrogate"));
  CHECK(contains(problem(with("\"F32\"", "[NaN]", "[0,24]")), "not JSON"));
}

TEST_CASE("the same key twice is an error at every level") {
  const std::string a = R"("a":{"dtype":"F32","shape":[6],"data_offsets":[0,24]})";
  CHECK(problem("{" + a + "}") == "none");
  CHECK(problem("{" + a + "," + a + "}") == "tensor \"a\": is there twice");
  CHECK(problem(R"({"a":{"dtype":"F32","dtype":"F32","shape":[6],"data_offsets":[0,24]}})") ==
        "tensor \"a\": dtype is there twice");
  CHECK(problem(R"({"__metadata__":{"k":"1","k":"1"}})", 0) ==
        "__metadata__: the key \"k\" is there twice");
  CHECK(problem(R"({"__metadata__":{},"__metadata__":{}})", 0) == "__metadata__ is there twice");
}

TEST_CASE("a tensor has exactly dtype, shape and data_offsets") {
  CHECK(contains(problem(R"({"a":{"shape":[6],"data_offsets":[0,24]}})"), "no dtype"));
  CHECK(contains(problem(R"({"a":{"dtype":"F32","data_offsets":[0,24]}})"), "no shape"));
  CHECK(contains(problem(R"({"a":{"dtype":"F32","shape":[6]}})"), "no data_offsets"));
  CHECK(contains(problem(R"({"a":{"dtype":"F32","stride":[1]}})"), "unknown field \"stride\""));
  for (const char* value : {"1", "null", "[]", "\"x\"", "true", "1.5"})
    CHECK(contains(problem(str(R"({"a":)", value, "}")), "tensor \"a\": expected an object"));
}

TEST_CASE("fields have their types") {
  CHECK(contains(problem(with("7", "[6]", "[0,24]")), "dtype to be a string, found 7"));
  CHECK(contains(problem(with("[\"F32\"]", "[6]", "[0,24]")), "dtype to be a string"));
  CHECK(contains(problem(with("\"F33\"", "[6]", "[0,24]")), "unknown dtype \"F33\""));
  CHECK(contains(problem(with("\"F32\"", "6", "[0,24]")), "shape to be a list"));
  CHECK(contains(problem(with("\"F32\"", "{}", "[0,24]")), "shape to be a list"));
  CHECK(contains(problem(with("\"F32\"", "[6]", "\"0,24\"")), "data_offsets to be a list"));
  for (const char* bad : {"-6", "-0", "6.0", "6e0", "\"6\"", "[6]", "{}", "null", "true",
                          "9223372036854775808", "99999999999999999999999"}) {
    INFO(bad);
    CHECK(contains(problem(with("\"F32\"", str("[", bad, "]"), "[0,24]")), "whole numbers below"));
    CHECK(contains(problem(with("\"F32\"", "[6]", str("[", bad, ",24]"))), "whole numbers below"));
  }
}

TEST_CASE("metadata is a map of strings") {
  for (const char* bad : {"1", "null", "[\"x\"]", "{}", "true"})
    CHECK(contains(problem(str(R"({"__metadata__":{"k":)", bad, "}}"), 0),
                   "expected a string for \"k\""));
  for (const char* bad : {"1", "null", "[]", "\"x\""})
    CHECK(contains(problem(str(R"({"__metadata__":)", bad, "}"), 0), "an object of strings"));
}

TEST_CASE("the tensors cover the data without hole or overlap") {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"F32","shape":[4],"data_offsets":)" + a +
           R"(},"b":{"dtype":"F32","shape":[2],"data_offsets":)" + b + "}}";
  };
  CHECK(problem(two("[0,16]", "[16,24]")) == "none");
  CHECK(contains(problem(two("[0,16]", "[12,20]")), "tensor \"b\": data_offsets [12, 20] overlap"));
  CHECK(contains(problem(two("[0,16]", "[20,28]")), "leave a hole after byte 16"));
  CHECK(contains(problem(two("[8,24]", "[24,32]")), "leave a hole after byte 0"));
  CHECK(contains(problem(two("[0,16]", "[24,16]")), "end before they begin"));
  CHECK(contains(problem(two("[0,16]", "[16]")), "fewer than the two"));
  CHECK(contains(problem(two("[0,16]", "[16,24,32]")), "more than the two"));
  CHECK(contains(problem(two("[0,16]", "[16,24]"), 23), "cut short"));
  CHECK(contains(problem(two("[0,16]", "[16,24]"), 25), "1 bytes follow the last tensor"));
}

TEST_CASE("the offsets hold what shape and dtype say, without overflow") {
  CHECK(contains(problem(with("\"F32\"", "[5]", "[0,24]")), "takes 20 bytes"));
  CHECK(contains(problem(with("\"F64\"", "[6]", "[0,24]")), "takes 48 bytes"));
  for (const char* shape : {"[8589934592,8589934592]", "[4611686018427387910]",
                            "[4611686018427387904,4]", "[0,4611686018427387904,4]"}) {
    INFO(shape);
    CHECK(contains(problem(with("\"F32\"", shape, "[0,24]")), "too large"));
    CHECK(contains(problem(with("\"F32\"", shape, "[0,0]"), 0), "too large"));
  }
  std::string ones = "1";
  for (int i = 1; i < 64; ++i) ones += ",1";
  CHECK(problem(with("\"U8\"", "[" + ones + "]", "[0,1]"), 1) == "none");
  CHECK(contains(problem(with("\"U8\"", "[" + ones + ",1]", "[0,1]"), 1), "more than 64"));
}

TEST_CASE("nesting is refused where it begins") {
  std::string objects = "{", lists = R"({"a":)";
  for (int i = 0; i < 100'000; ++i) objects += "\"\":{";
  lists += std::string(1'000'000, '[');
  CHECK(contains(problem(objects), "unknown field"));
  CHECK(contains(problem(lists), "expected an object, found a list"));
}

TEST_CASE("a message shows neither control characters nor a name of megabytes") {
  CHECK(contains(problem(R"({"\u001b[2J":1})"), "\\x1b[2J"));
  CHECK(problem("{\"" + std::string(5'000'000, 'x') + "\":1}").size() < 1000);
}

TEST_CASE("a header is written as the reference implementation writes it") {
  SafetensorsHeader header;
  header.metadata = {{"format", "pt"}};
  header.tensors = {{"a\"\n", DType::F32, {2, 3}, 0, 24}, {"é", DType::BF16, {}, 24, 26}};
  const std::string json = format_safetensors_header(header, "");
  CHECK(json == R"({"__metadata__":{"format":"pt"},)"
                R"("a\"\n":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                R"("é":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}})"
                "    ");
  CHECK(json.size() % 8 == 0);
  const SafetensorsHeader read = parse(json, 26);
  CHECK(read.tensors == header.tensors);
  CHECK(read.metadata == header.metadata);
}

TEST_CASE("what the format cannot hold is not written") {
  const auto error = [](SafetensorsHeader header) {
    const auto thrown = error_of([&] { (void)format_safetensors_header(header, "out"); });
    return thrown && thrown->kind() == ErrorKind::weights ? thrown->problem() : "none";
  };
  const TensorInfo a{"a", DType::U8, {}, 0, 1};
  CHECK(contains(error({{a, a}, {}}), "twice"));
  CHECK(contains(error({{{"__metadata__", DType::U8, {}, 0, 1}}, {}}), "__metadata__"));
  CHECK(contains(error({{{"\xFF", DType::U8, {}, 0, 1}}, {}}), "not UTF-8"));
  CHECK(contains(error({{}, {{"label", "\xFF"}}}), "not UTF-8"));
  CHECK(contains(error({{}, {{"large", std::string(100'000'000, 'x')}}}), "allows"));
}
