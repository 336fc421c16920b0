#include "vit/config/yaml_document.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/catch.h"
#include "vit/core/error.h"

namespace fs = std::filesystem;
using namespace vit;
using Kind = YamlNode::Kind;

namespace {

/// A folder of its own for each test, gone at its end.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("vit_yaml_" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

/// The value at a dotted path.
const YamlNode& at(const YamlDocument& document, std::string path) {
  const YamlNode* node = &document.root();
  path += '.';
  while (!path.empty()) {
    const std::string key = path.substr(0, path.find('.'));
    path.erase(0, key.size() + 1);
    if (node->kind == Kind::sequence) {
      node = &node->items.at(std::stoul(key));
    } else {
      REQUIRE(node->find(key) != nullptr);
      node = &node->find(key)->value;
    }
  }
  return *node;
}

std::string error_of(const std::string& text) {
  try {
    (void)YamlDocument::parse(text, "e.yaml");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

std::string error_of_set(YamlDocument document, const std::string& assignment) {
  try {
    document.set(assignment);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

std::string error_of_file(const fs::path& file) {
  try {
    (void)YamlDocument::load(file);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "no error";
}

void contains(const std::string& text, const std::string& part) {
  INFO("in: " << text << "\nlooked for: " << part);
  CHECK((text.find(part) != std::string::npos));
}

}  // namespace

TEST_CASE("a document without content is an empty mapping: every option has its default") {
  for (const std::string text :
       {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "{}", "\xEF\xBB\xBF", "null"}) {
    INFO(text);
    const auto document = YamlDocument::parse(text, "e.yaml");
    CHECK(document.root().kind == Kind::mapping);
    CHECK(document.root().entries.empty());
  }
}

TEST_CASE("every value knows the line and column it was written at") {
  const auto document = YamlDocument::parse("seed: 1\noptim:\n  lr: 1e-3\n", "e.yaml");
  CHECK(at(document, "seed").place.text() == "e.yaml:1:7");
  CHECK(at(document, "optim.lr").place.text() == "e.yaml:3:7");
  CHECK(document.root().find("optim")->place.text() == "e.yaml:2:1");
}

TEST_CASE("a byte order mark and CRLF change nothing") {
  const auto document = YamlDocument::parse("\xEF\xBB\xBFseed: 1\r\nnote: a b\r\n", "e.yaml");
  CHECK(at(document, "seed").text == "1");
  CHECK(at(document, "seed").place.text() == "e.yaml:1:7");
  CHECK(at(document, "note").text == "a b");
}

TEST_CASE("JSON is YAML") {
  const auto document = YamlDocument::parse(R"({"a":{"b":[1,2.5,"x"],"c":null},"d":true})", "e");
  CHECK(at(document, "a.b.1").text == "2.5");
  CHECK(at(document, "a.b.2").quoted);
  CHECK(at(document, "a.c").kind == Kind::null);
}

TEST_CASE("what is not a YAML experiment is refused, with the place and a remedy") {
  contains(error_of("a: 1\nb: \xFFz\n"), "e.yaml:2:4: the file is not UTF-8 here");
  contains(error_of("a: \xED\xA0\x80\n"), "not UTF-8");
  contains(error_of("a: \xC0\xAF\n"), "not UTF-8");
  contains(error_of(std::string("\xFF\xFE"
                                "a\0",
                                4)),
           "UTF-16");
  contains(error_of(std::string("a: 1\n\0", 6)), "e.yaml:2:1: a control character (code 0)");
  contains(error_of("a: 1\n\x04"), "control character (code 4)");
  contains(error_of("a:\n\tb: 1\n"), "e.yaml:2:1: a tab in the indentation\n  indent with spaces");
  contains(error_of("a:\n  b: 1\n\tc: 1\n"), "e.yaml:3:1: a tab in the indentation");
  contains(error_of("a:\n\t- 1\n"), "e.yaml:2:1: a tab");
  contains(error_of("- a\n- b\n"), "e.yaml:1:1: expected `key: value` lines, found a list");
  contains(error_of("hello"), "expected `key: value` lines, found hello");
  contains(error_of("a: 1\n---\nb: 2\n"), "e.yaml:3:1: a second document begins here");
  contains(error_of("a: b: c\n"), "e.yaml:1:5: `:` where no value can begin");
  contains(error_of("a: [1, 2\nb: 3\n"), "check the brackets");
  contains(error_of("a: \"x\n"), "e.yaml:2:1: a quote is opened and not closed");
  contains(error_of("a: @x\n"), "no value can begin with this character");
  contains(error_of("? [1]\n: 2\n"), "expected the name of an option, found a list");
  contains(error_of("~: 2\n"), "expected the name of an option, found null");
  contains(error_of("a: !!str 5\n"), "the tag tag:yaml.org,2002:str is not supported");
  contains(error_of("base: x.yaml\n"), "base: only a file can inherit");
}

TEST_CASE("anchors and aliases are refused, so that no alias bomb is built") {
  contains(error_of("a: &x 1\nb: *x\n"), "e.yaml:1:4: anchors (&name) and aliases");
  contains(error_of("a: *x\n"), "aliases (*name) are not supported");
  contains(error_of("a: &x {b: 1}\nc:\n  <<: *x\n"), "anchors");
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string name = std::to_string(i), before = "*a" + std::to_string(i - 1);
    bomb += "a" + name + ": &a" + name + " [" + before;
    for (int j = 0; j < 9; ++j) bomb += "," + before;
    bomb += "]\n";
  }
  contains(error_of(bomb), "anchors");
}

TEST_CASE("hostile documents end quickly") {
  const auto begin = std::chrono::steady_clock::now();
  contains(error_of(std::string(1000, '[')), "nested more than 64 levels deep");
  std::string maps;
  for (int i = 0; i < 10'000; ++i) maps += "{a: ";
  contains(error_of(maps), "nested more than 64 levels deep");
  std::string entries;
  for (int i = 0; i < 50'000; ++i) entries += "- ";
  contains(error_of(entries), "nested more than 64 levels deep");
  std::string wide = "a: [";
  for (int i = 0; i < 100'000; ++i) wide += "1,";
  contains(error_of(wide + "]"), "more than 20000 values");
  std::string keys;
  for (int i = 0; i < 100'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  contains(error_of(keys), "more than 20000 values");
  contains(error_of(std::string(1'000'000, '[')), "more than 40000 brackets");
  std::string quotes = "a: [";
  for (int i = 0; i < 100'000; ++i) quotes += "\"x\" ";
  contains(error_of(quotes), "more than 40000 brackets");
  contains(error_of(std::string((1 << 20) + 1, ' ')), "larger than 1 MB");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(took.count() < 10);
}

TEST_CASE("a file that is too large is not read to its end") {
  const Folder folder;
  const fs::path file = folder.write("big.yaml", "");
  fs::resize_file(file, std::uintmax_t{1} << 32);
  contains(error_of_file(file), "larger than 1 MB");
}

TEST_CASE("a key that is written twice is noted, with both places") {
  const auto document = YamlDocument::parse("a: {b: 1, c: 2, b: 3}\n", "e.yaml");
  REQUIRE(document.problems().size() == 1);
  CHECK(document.problems()[0].path == "a.b");
  CHECK(document.problems()[0].place.text() == "e.yaml:1:17");
  CHECK(document.problems()[0].text == "written twice; the first is at e.yaml:1:5");
  CHECK(at(document, "a.b").text == "1");
}

TEST_CASE("base: mappings merge deeply, lists and scalars replace, places stay") {
  const Folder folder;
  folder.write("common/root.yaml",
               "seed: 1\noptim: {lr: 0.1, betas: [1, 2, 3]}\nmodel: {name: a}\n");
  folder.write("middle.yaml", "base: common/root.yaml\noptim: {lr: 0.2}\n");
  const fs::path file =
      folder.write("child.yaml", "base: middle.yaml\noptim:\n  betas: [9]\nmodel:\nnew: 1\n");
  const auto document = YamlDocument::load(file);
  CHECK(at(document, "seed").text == "1");
  CHECK(at(document, "optim.lr").text == "0.2");
  CHECK(at(document, "optim.betas").items.size() == 1);
  CHECK(at(document, "model.name").text == "a");
  CHECK(at(document, "new").text == "1");
  CHECK(document.root().find("base") == nullptr);
  contains(at(document, "optim.lr").place.text(), "middle.yaml:2:13");
  contains(at(document, "optim.betas").place.text(), "child.yaml:3:10");
  contains(at(document, "seed").place.text(), "common/root.yaml:1:7");
  CHECK(document.files().size() == 3);
}

TEST_CASE("base: of several files the later lies over the earlier, and each over its own bases") {
  const Folder folder;
  folder.write("root.yaml", "seed: 1\nlr: 1\nepochs: 1\nworkers: 1\n");
  folder.write("one.yaml", "base: root.yaml\nlr: 2\nepochs: 2\n");
  folder.write("two.yaml", "epochs: 3\nworkers: 3\n");
  const fs::path file = folder.write("child.yaml", "base: [one.yaml, two.yaml]\nworkers: 4\n");
  const auto document = YamlDocument::load(file);
  CHECK(at(document, "seed").text == "1");
  CHECK(at(document, "lr").text == "2");
  CHECK(at(document, "epochs").text == "3");
  CHECK(at(document, "workers").text == "4");
  contains(at(document, "epochs").place.text(), "two.yaml:1:9");
  contains(error_of_file(folder.write("wrong.yaml", "base: [one.yaml, [a]]\n")),
           "wrong.yaml:1:18: base: expected the name of a file, found a list");
  CHECK(YamlDocument::load(folder.write("none.yaml", "base: []\nlr: 1\n")).files().size() == 1);
}

TEST_CASE("base: lists that inherit from the same files again and again come to an end") {
  const Folder folder;
  folder.write("l0.yaml", "seed: 1\n");
  for (int i = 1; i <= 12; ++i) {
    const std::string below = "l" + std::to_string(i - 1) + ".yaml";
    folder.write("l" + std::to_string(i) + ".yaml", "base: [" + below + ", " + below + "]\n");
  }
  const fs::path top = folder.write("top.yaml", "base: l12.yaml\n");
  contains(error_of_file(top), "more than 100 files");
}

TEST_CASE("a layer lies over the document as a file over its base") {
  const Folder folder;
  folder.write("below.yaml", "epochs: 2\n");
  const fs::path layer = folder.write("layer.yaml", "base: below.yaml\noptim: {lr: 3}\n");
  auto document = YamlDocument::parse("optim: {lr: 1, opt: sgd}\nepochs: 1\n", "e.yaml");
  document.lay(layer);
  CHECK(at(document, "optim.lr").text == "3");
  CHECK(at(document, "optim.opt").text == "sgd");
  CHECK(at(document, "epochs").text == "2");
  contains(at(document, "optim.lr").place.text(), "layer.yaml:2:13");
}

TEST_CASE("what is laid under a document gives way to all that it says") {
  auto document = YamlDocument::parse("optim: {lr: 1, clip_grad: null}\n", "e.yaml");
  document.lay_under("optim: {lr: 2, opt: sgd, clip_grad: 1}\nseed: 3\n", "recipe x");
  CHECK(at(document, "optim.lr").place.text() == "e.yaml:1:13");
  CHECK(at(document, "optim.opt").place.text() == "recipe x");
  CHECK(at(document, "optim.clip_grad").kind == Kind::null);
  CHECK(at(document, "seed").text == "3");
}

TEST_CASE("base: circles, missing files and folders are errors at the line that names them") {
  const Folder folder;
  folder.write("a.yaml", "base: b.yaml\n");
  folder.write("b.yaml", "base: ./a.yaml\n");
  const fs::path self = folder.write("self.yaml", "base: self.yaml\n");
  const fs::path lost = folder.write("lost.yaml", "base: b.yml\n");
  const fs::path kind = folder.write("kind.yaml", "base: {a: 1}\n");
  const fs::path dir = folder.write("dir.yaml", "base: .\n");
  const std::string circle = error_of_file(lost.parent_path() / "a.yaml");
  contains(circle, "b.yaml:1:7: base: ");
  contains(circle, "a.yaml inherits from itself");
  contains(error_of_file(self), "inherits from itself");
  const std::string missing = error_of_file(lost);
  contains(missing, "lost.yaml:1:7: there is no file ");
  contains(missing, "b.yaml?");
  contains(error_of_file(kind),
           "kind.yaml:1:7: base: expected the name of a file, found a mapping");
  contains(error_of_file(dir), "is a folder, not an experiment file");
}

TEST_CASE("a file that is not there is named, with its neighbour") {
  const Folder folder;
  const fs::path file = folder.write("quickstart.yaml", "");
  contains(error_of_file(file.parent_path() / "quikstart.yaml"),
           "there is no such file\n  did you mean ");
}

TEST_CASE("--set assigns any key, the last one wins, and its place is the --set") {
  auto document = YamlDocument::parse("optim: {lr: 0.1, opt: sgd}\nseed: 1\n", "e.yaml");
  document.set("optim.lr=1e-4");
  document.set("optim.lr = 1e-5");
  document.set("data.mean=[0.5, 0.5]");
  document.set("model={\"name\": \"vit\"}");
  document.set("note=a=b");
  CHECK(at(document, "optim.lr").text == "1e-5");
  CHECK(at(document, "optim.lr").place.text() == "--set optim.lr");
  CHECK(at(document, "optim.opt").place.text() == "e.yaml:1:23");
  CHECK(at(document, "data.mean.1").text == "0.5");
  CHECK(at(document, "data.mean.1").place.text() == "--set data.mean");
  CHECK(at(document, "model.name").text == "vit");
  CHECK(at(document, "note").text == "a=b");
  document.set("optim={lr: 3}");
  CHECK(at(document, "optim.lr").text == "3");
  CHECK(at(document, "optim.opt").text == "sgd");
  document.set("seed=");
  CHECK(at(document, "seed").kind == Kind::null);
}

TEST_CASE("--set reaches into lists, by number or by name") {
  auto document =
      YamlDocument::parse("train: [hflip, crop: {size: 3}, crop: {size: 4}]\nmean: [1, 2]\n", "e");
  document.set("train.0.p=0.1");
  document.set("train.hflip.q=0.2");
  document.set("train.2.size=5");
  document.set("mean.1=7");
  CHECK(at(document, "train.0.hflip.p").text == "0.1");
  CHECK(at(document, "train.0.hflip.q").text == "0.2");
  CHECK(at(document, "train.1.crop.size").text == "3");
  CHECK(at(document, "train.2.crop.size").text == "5");
  CHECK(at(document, "mean.1").text == "7");
  document.set("train=[vflip]");
  CHECK(at(document, "train").items.size() == 1);
  contains(error_of_set(document, "train.3.p=1"), "the list has no entry 3; it has 1");
  contains(error_of_set(YamlDocument::parse("t: [a: {}, a: {}]", "e"), "t.a.p=1"),
           "more than one entry a");
}

TEST_CASE("a --set with brackets is answered with the dots that are meant") {
  try {
    YamlDocument().set("augment.train[0].size=3");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.remedy() == "write --set augment.train.0.size=3");
  }
}

TEST_CASE("a --set that is not KEY=VALUE is refused") {
  const YamlDocument document;
  contains(error_of_set(document, "optim.lr"), "--set: expected KEY=VALUE, found optim.lr");
  contains(error_of_set(document, "=3"), "expected KEY=VALUE");
  contains(error_of_set(document, "a..b=3"), "a part of the key is empty");
  contains(error_of_set(document, ".a=3"), "a part of the key is empty");
  contains(error_of_set(document, "a=[1"), "--set a: a list or a mapping does not end properly");
  contains(error_of_set(document, "a=#fff"), "the value is a comment");
  contains(error_of_set(document, "base=x.yaml"), "only a file can inherit");
  contains(error_of_set(document, std::string(1000, 'a') + std::string(5000, '.') + "=1"), "empty");
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  contains(error_of_set(document, deep + "=1"), "nested more than 64 levels deep");
}
