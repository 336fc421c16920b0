#include "vit/io/pickle.h"

#include "tests/catch.h"
#include "tests/io/pickle_bytes.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;
using namespace vit::test::pickle;
using namespace std::string_literals;

namespace {

Pickle read(const std::string& bytes) {
  const ScratchFolder folder;
  put(folder / "f", bytes);
  const FileBytes file = FileBytes::open(folder / "f");
  PickleInput input(file, 0, file.size());
  return read_pickle(input);
}

PickleValue root(const std::string& bytes) {
  const Pickle pickle = read(bytes);
  return pickle[pickle.root()];
}

std::string problem_of(const std::string& bytes) {
  const auto error = error_of([&] { (void)read(bytes); });
  if (!error) return "";
  CHECK(error->kind() == ErrorKind::weights);
  return error->problem();
}

}  // namespace

TEST_CASE("numbers and constants") {
  CHECK(root(pickled("N")).kind == PickleKind::none);
  CHECK(root(pickled("\x88")).integer == 1);
  CHECK(root(pickled("K\xFF")).integer == 255);
  CHECK(root(pickled("M\xFF\xFF")).integer == 65535);
  CHECK(root(pickled("J\xFF\xFF\xFF\xFF")).integer == -1);
  CHECK(root(pickled(std::string("\x8a\0", 2))).integer == 0);
  CHECK(root(pickled("\x8a\x02\x00\xFF"s)).integer == -256);
  CHECK(root(pickled("\x8a\x09" + std::string(9, '\1'))).kind == PickleKind::big_integer);
  CHECK(root(pickled(std::string("G\x3F\xF8\0\0\0\0\0\0", 9))).real == 1.5);
}

TEST_CASE("texts are UTF-8; the content of bytes is left in the file") {
  CHECK(root(pickled(text("gr\xC3\xBC\xC3\x9F"))).text == "gr\xC3\xBC\xC3\x9F");
  CHECK(root(pickled("\x8c\x02hi")).text == "hi");
  CHECK(root(pickled("U\x02hi")).text == "hi");
  CHECK(root(pickled("U\x02\xFF\xFE")).kind == PickleKind::bytes);
  const PickleValue bytes =
      root(pickled("C\x03"
                   "abc"));
  CHECK(bytes.kind == PickleKind::bytes);
  CHECK(bytes.integer == 3);
  CHECK(problem_of(pickled(text("\xFF"))).find("offset 2") != std::string::npos);
}

TEST_CASE("containers, filled one by one and by the mark") {
  CHECK(root(pickled("]K\1aK\2a(K\3K\4e")).items.size() == 4);
  CHECK(root(pickled("}(U\1aK\1U\1bK\2u")).items.size() == 4);
  CHECK(root(pickled("}U\1aK\1s")).items.size() == 2);
  CHECK(root(pickled("K\1K\2K\3\x87")).items.size() == 3);
  CHECK(root(pickled("K\1K\2\x86")).kind == PickleKind::tuple);
  CHECK(root(pickled(")")).items.empty());
  CHECK(root(pickled("\x8f(K\1K\2\x90")).items.size() == 2);
  CHECK(root(pickled("(K\1\x91")).kind == PickleKind::set);
}

TEST_CASE("the memo gives the same value again, also within itself") {
  const Pickle pickle = read(pickled("]q\0h\0a"s));
  CHECK(pickle[pickle.root()].items == std::vector<PickleRef>{pickle.root()});
  const Pickle memoized = read(pickled("]\x94h\0a"s));
  CHECK(memoized[memoized.root()].items == std::vector<PickleRef>{memoized.root()});
  CHECK(problem_of(pickled("h\x63")).find("memo has no value 99") != std::string::npos);
}

TEST_CASE("objects stay inert: a name, arguments, a state") {
  const Pickle pickle =
      read(pickled(global("argparse", "Namespace") + ")\x81" + dict({{"lr", "K\1"}}) + "b"));
  const PickleValue& object = pickle[pickle.root()];
  CHECK(object.kind == PickleKind::object);
  CHECK(pickle.callee_name(object) == "argparse.Namespace");
  CHECK(pickle[object.state].items.size() == 2);
  CHECK(read(pickled("\x8c\x07pathlib\x8c\x09PosixPath\x93U\1a\x85R")).size() > 0);
}

TEST_CASE("what only an attack needs is refused with its name and offset") {
  const std::string argument = text("touch PWNED") + "\x85R";
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                        {"posix", "system"},
                                                        {"nt", "system"},
                                                        {"subprocess", "Popen"},
                                                        {"builtins", "eval"},
                                                        {"__builtin__", "exec"},
                                                        {"builtins", "__import__"},
                                                        {"importlib", "import_module"},
                                                        {"torch.hub", "load"},
                                                        {"torch", "load"},
                                                        {"numpy", "load"},
                                                        {"operator", "methodcaller"},
                                                        {"pickle", "loads"},
                                                        {"torch.serialization", "os.system"},
                                                        {"my.module", "function"}}) {
    INFO(module << "." << name);
    const std::string problem = problem_of(pickled(global(module, name) + argument));
    CHECK(problem.find("offset ") != std::string::npos);
    CHECK(problem.find(module + "." + name) != std::string::npos);
  }
  // It need not be called.
  CHECK(problem_of(pickled(global("os", "system"))).find("os.system") != std::string::npos);
  CHECK(problem_of(pickled(global("my.module", "function"))).empty());
}

TEST_CASE("every instruction finds what it needs, or is refused at its offset") {
  for (const std::string& bad : {"0"s,
                                 "1"s,
                                 "2"s,
                                 "a"s,
                                 "e"s,
                                 "s"s,
                                 "u"s,
                                 "t"s,
                                 "R"s,
                                 "b"s,
                                 "Q"s,
                                 "\x85"s,
                                 "\x93"s,
                                 "(0"s /* then STOP finds nothing */,
                                 "(("s,
                                 "(K\1"s,
                                 "K\1K\2"s,
                                 "NN\x86"
                                 "b"s,
                                 "NNa"s,
                                 "NNNs"s,
                                 "}(Nu"s,
                                 "NNR"s,
                                 "NN\x93"s,
                                 "i"s,
                                 "o"s,
                                 "I1\n"s,
                                 "P1\n"s,
                                 "\xFF"s}) {
    INFO(bad);
    CHECK(problem_of(pickled(bad)).find("offset") != std::string::npos);
  }
  CHECK(problem_of("\x80\x63N.").find("protocol 99") != std::string::npos);
}

TEST_CASE("lengths beyond the end of the file cost nothing") {
  const std::string big(8, '\x7F');
  for (const std::string& bad :
       {"X" + big.substr(4), "\x8d" + big, "B" + big.substr(4), "\x8e" + big, "\x96" + big,
        "T" + big.substr(4), "T\xFF\xFF\xFF\xFF"s, "\x8b" + big.substr(4), "\x8b\xFF\xFF\xFF\xFF"s,
        "\x95" + big, "U\x10"s, "cos"s})
    CHECK(problem_of("\x80\x04" + bad + ".").find("offset") != std::string::npos);
}

TEST_CASE("a pickle cut at any length is an error") {
  const std::string whole = pickled(dict({{"a", integers({1, 2})}, {"b", ordered_dict()}}));
  REQUIRE(problem_of(whole).empty());
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_FALSE(problem_of(whole.substr(0, length)).empty());
}

TEST_CASE("deep nesting costs neither stack nor time") {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "]";
  for (int i = 0; i < 199'999; ++i) deep += "a";
  CHECK(read(pickled(deep)).size() > 200'000);
  CHECK(problem_of(pickled(std::string(200'000, '('))).find("offset") != std::string::npos);
}

TEST_CASE("the number of values and references is bounded") {
  CHECK(problem_of(pickled(std::string(kMaxPickleValues, ']'))).find("more than") !=
        std::string::npos);
  CHECK(problem_of(pickled(std::string(5'000'000, 'N'))).find("more than") != std::string::npos);
  CHECK(problem_of(pickled("N" + std::string(5'000'000, '\x94'))).find("more than") !=
        std::string::npos);
}
