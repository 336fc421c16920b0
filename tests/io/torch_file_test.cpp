#include "vit/io/torch_file.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"
#include "tests/support/skip.h"
#include "vit/io/torch_weights.h"

using namespace vit;
using namespace vit::test;
using namespace vit::test::pickle;

namespace {

/// All float tensors of a file, by name, in C order.
std::map<std::string, std::vector<float>> load(const std::filesystem::path& path) {
  const TorchFile file = TorchFile::open(path);
  std::map<std::string, std::vector<float>> out;
  for (const auto& [name, tensor] : find_torch_weights(file).tensors) {
    REQUIRE(tensor->dtype == DType::F32);
    std::vector<float>& values = out[name];
    values.resize(tensor->dense_bytes() / sizeof(float));
    file.read(*tensor, std::as_writable_bytes(std::span(values)));
  }
  return out;
}

/// The weights {"w": value} of a zip file whose storage "0" holds 1, 2, ... 6.
std::vector<float> load_view(const std::string& value) {
  const ScratchFolder folder;
  put(folder / "f.pth",
      torch_zip(pickled(dict({{"w", value}})), {{"0", floats({1, 2, 3, 4, 5, 6})}}));
  return load(folder / "f.pth").at("w");
}

std::optional<Error> error_of_view(const std::string& value) {
  return error_of([&] { (void)load_view(value); });
}

const std::string kStorage = storage("FloatStorage", "0", 6);

}  // namespace

TEST_CASE("a tensor is a view of its storage: offset, shape and strides") {
  CHECK(load_view(tensor(kStorage, 0, {2, 3}, {3, 1})) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(load_view(tensor(kStorage, 0, {3, 2}, {1, 3})) == std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK(load_view(tensor(kStorage, 1, {2}, {3})) == std::vector<float>{2, 5});
  CHECK(load_view(tensor(kStorage, 5, {2, 2}, {0, 0})) == std::vector<float>{6, 6, 6, 6});
  CHECK(load_view(tensor(kStorage, 2, {}, {})) == std::vector<float>{3});
  CHECK(load_view(tensor(kStorage, 6, {0, 3}, {3, 1})).empty());
}

TEST_CASE("parameters and tensors with attributes are the tensors that they wrap") {
  const std::string plain = tensor(kStorage, 4, {2}, {1});
  CHECK(load_view(call(global("torch._utils", "_rebuild_parameter"),
                       {plain, "\x88", ordered_dict()})) == std::vector<float>{5, 6});
  const std::string arguments =
      tuple({kStorage, integer(4), integers({2}), integers({1}), "\x89", ordered_dict()});
  CHECK(load_view(call(global("torch._tensor", "_rebuild_from_type_v2"),
                       {global("torch._utils", "_rebuild_tensor_v2"), global("torch", "Tensor"),
                        arguments, "}"})) == std::vector<float>{5, 6});
}

TEST_CASE("newer element types lie in storages that know only their bytes") {
  const ScratchFolder folder;
  const std::string bytes = tuple({text("storage"), global("torch.storage", "UntypedStorage"),
                                   text("0"), text("cpu"), integer(4)}) +
                            "Q";
  put(folder / "f.pth",
      torch_zip(pickled(dict({{"w", call(global("torch._utils", "_rebuild_tensor_v3"),
                                         {bytes, integer(1), integers({1}), integers({1}), "\x89",
                                          ordered_dict(), global("torch", "uint16")})}})),
                {{"0", "\x01\x02\x03\x04"}}));
  const TorchFile file = TorchFile::open(folder / "f.pth");
  const auto weights = find_torch_weights(file);
  REQUIRE(weights.tensors.size() == 1);
  CHECK(weights.tensors[0].tensor->dtype == DType::U16);
  std::array<std::uint16_t, 1> value{};
  file.read(*weights.tensors[0].tensor, std::as_writable_bytes(std::span(value)));
  CHECK(value[0] == 0x0403);
}

TEST_CASE("a tensor that does not lie in its storage is an error that names the storage") {
  for (const std::string& bad :
       {tensor(kStorage, 0, {7}, {1}), tensor(kStorage, 1, {2, 3}, {3, 1}),
        tensor(kStorage, -1, {2}, {1}), tensor(kStorage, 0, {-2}, {1}),
        tensor(kStorage, 0, {2}, {-1}), tensor(kStorage, 0, {2}, {1, 1}),
        tensor(kStorage, 7, {0}, {1}),
        tensor(kStorage, 0, {2000000000, 2000000000, 2000000000}, {1, 1, 1}),
        tensor(kStorage, 0, {2000000000, 2000000000, 2000000000}, {0, 0, 0}),
        tensor(storage("FloatStorage", "0", 5), 0, {2}, {1}),
        tensor(storage("FloatStorage", "1", 6), 0, {2}, {1}),
        tensor(storage("NoStorage", "0", 6), 0, {2}, {1})}) {
    const auto error = error_of_view(bad);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK(error->problem().find("offset") != std::string::npos);
  }
}

TEST_CASE("types without a name in safetensors are refused where they are weights") {
  const ScratchFolder folder;
  const std::string value = tensor(storage("ComplexDoubleStorage", "0", 1), 0, {1}, {1});
  put(folder / "f.pth", torch_zip(pickled(dict({{"w", value}})), {{"0", std::string(16, '\0')}}));
  const auto error = error_of([&] { (void)load(folder / "f.pth"); });
  REQUIRE(error);
  CHECK(error->problem().find("\"w\" is a tensor of complex128") != std::string::npos);
}

TEST_CASE("a changed byte of a storage or of the pickle is seen by the checksum") {
  const ScratchFolder folder;
  const std::string value =
      pickled(dict({{"w", tensor(kStorage, 0, {6}, {1})}, {"v", tensor(kStorage, 0, {3}, {2})}}));
  const std::string whole = torch_zip(value, {{"0", floats({1, 2, 3, 4, 5, 6})}});
  put(folder / "whole", whole);
  CHECK(load(folder / "whole").at("v") == std::vector<float>{1, 3, 5});
  for (const std::string& content : {value, floats({1, 2, 3, 4, 5, 6})}) {
    std::string changed = whole;
    changed[whole.find(content) + 3] ^= 1;
    put(folder / "changed", changed);
    const auto error = error_of([&] { (void)load(folder / "changed"); });
    REQUIRE(error);
    CHECK(error->problem().find("CRC-32") != std::string::npos);
    CHECK(error->problem().find("offset") != std::string::npos);
  }
}

TEST_CASE("torch.save can be told to write no checksums") {
  const ScratchFolder folder;
  put(folder / "f", torch_zip(pickled(dict({{"w", tensor(kStorage, 0, {6}, {1})}})),
                              {{"0", floats({1, 2, 3, 4, 5, 6}), 0, 0, ~std::uint64_t{0}, 0}}));
  CHECK(load(folder / "f").at("w")[5] == 6);
}

TEST_CASE("compressed storages, other byte orders and archives of others are told apart") {
  const ScratchFolder folder;
  const std::string value = pickled(dict({{"w", tensor(kStorage, 0, {6}, {1})}}));
  const std::string data = floats({1, 2, 3, 4, 5, 6});
  const auto problem = [&](const std::string& bytes) {
    put(folder / "f", bytes);
    const auto error = error_of([&] { (void)load(folder / "f"); });
    return error ? error->problem() : "";
  };
  CHECK(problem(torch_zip(value, {{"0", deflated(data), 8, 0, 24, crc_of(data)}}))
            .find("is compressed") != std::string::npos);
  CHECK(problem(zip_bytes({{"a/data.pkl", value}, {"a/byteorder", "big"}, {"a/data/0", data}}))
            .find("\"big\"") != std::string::npos);
  CHECK(problem(zip_bytes({{"a/x", value}})).find("data.pkl") != std::string::npos);
}

TEST_CASE("the older format holds the storages behind its pickle") {
  const ScratchFolder folder;
  const std::string value = dict({{"w", tensor(storage("FloatStorage", "k", 3), 1, {2}, {1})}});
  const std::string bytes =
      legacy_file(value, {{"k", number<std::uint64_t>(3) + floats({1, 2, 3})}});
  put(folder / "f", bytes);
  CHECK(load(folder / "f").at("w") == std::vector<float>{2, 3});
  CHECK_FALSE(TorchFile::open(folder / "f").is_zip());

  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO("length " << length);
    put(folder / "cut", bytes.substr(0, length));
    const auto error = error_of([&] { (void)load(folder / "cut"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK(error->problem().find("offset") != std::string::npos);
  }
  put(folder / "other", legacy_file(value, {{"k", number<std::uint64_t>(2) + floats({1, 2})}}));
  CHECK(error_of([&] { (void)load(folder / "other"); }));
  put(folder / "none", legacy_file(value, {}));
  CHECK(error_of([&] { (void)load(folder / "none"); }));
}

TEST_CASE("a zip file cut at any length is an error") {
  const ScratchFolder folder;
  const std::string bytes = torch_zip(pickled(dict({{"w", tensor(kStorage, 0, {6}, {1})}})),
                                      {{"0", floats({1, 2, 3, 4, 5, 6})}});
  for (std::size_t length = 4; length < bytes.size(); ++length) {
    INFO("length " << length);
    put(folder / "cut", bytes.substr(0, length));
    const auto error = error_of([&] { (void)load(folder / "cut"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
  }
}

TEST_CASE("each hostile fixture comes out as its list says, with the offset or the key") {
  const std::filesystem::path folder = shared_folder() / "fixtures/hostile/pth";
  if (shared_folder().empty() || !std::filesystem::exists(folder)) {
    skip("the shared fixtures are not on this machine");
    return;
  }
  const auto list = nlohmann::json::parse(get(folder / "README.json"));
  for (const auto& [name, entry] : list.at("files").items()) {
    INFO(name << ": " << entry.at("what"));
    std::map<std::string, std::vector<float>> tensors;
    const auto error = error_of([&] { tensors = load(folder / name); });
    const std::string expected = entry.at("expect");
    INFO((error ? error->what() : "it loads"));
    if (expected.starts_with("loads {\"w\": [1,2,3,4]}")) {
      if (expected.find("or error") == std::string::npos) CHECK_FALSE(error);
      if (!error) CHECK(tensors.at("w") == std::vector<float>{1, 2, 3, 4});
    } else if (expected.starts_with("loads {\"w\": [2,4]}")) {
      REQUIRE_FALSE(error);
      CHECK(tensors.at("w") == std::vector<float>{2, 4});
    } else if (expected.find("or the exact tensors") == std::string::npos) {
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::weights);
      CHECK_FALSE(error->remedy().empty());
      const std::string& problem = error->problem();
      CHECK((problem.find("offset") != std::string::npos ||
             problem.find("data.pkl") != std::string::npos));
    }
  }
  CHECK_FALSE(std::filesystem::exists("PWNED"));
}
