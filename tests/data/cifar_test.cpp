#include "vit/data/cifar.h"

#include "tests/catch.h"
#include "tests/data/pickles.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"

using vit::Split;

namespace {

/// One record of the binary version: a label, and planes whose first pixel is (10, 20, 30).
std::string record(int label) {
  std::string bytes(3073, '\0');
  bytes[0] = static_cast<char>(label);
  bytes[1] = 10;
  bytes[1 + 1024] = 20;
  bytes[1 + 2048] = 30;
  return bytes;
}

vit::Error refusal(const std::filesystem::path& root) {
  const auto error = vit::test::error_of([&] { (void)vit::cifar10(root, Split::val); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  return *error;
}

}  // namespace

TEST_CASE("The binary files give planes as pixels") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "test_batch.bin", record(3) + record(7));
  const auto data = vit::cifar10(folder.path(), Split::val);
  REQUIRE(data->size() == 2);
  CHECK(data->label(0) == 3);
  CHECK(data->classes()[static_cast<std::size_t>(data->label(1))] == "horse");
  const vit::Sample sample = data->get(0);
  CHECK(sample.label == 3);
  CHECK(sample.image.width == 32);
  CHECK(sample.image.pixels[0] == 10);
  CHECK(sample.image.pixels[1] == 20);
  CHECK(sample.image.pixels[2] == 30);
  CHECK(sample.source == "cifar10/test/0");
}

TEST_CASE("Training is the five batches in their order, also inside the archive's own folder") {
  const vit::test::ScratchFolder folder;
  const std::filesystem::path inside = folder / "cifar-10-batches-bin";
  std::filesystem::create_directory(inside);
  for (int batch = 1; batch <= 5; ++batch)
    vit::test::put(inside / ("data_batch_" + std::to_string(batch) + ".bin"), record(batch));
  const auto data = vit::cifar10(folder.path(), Split::train);
  REQUIRE(data->size() == 5);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(data->label(i) == i + 1);
}

TEST_CASE("Pictures in train/ and test/ do as well") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"train/cat", "train/dog", "test/cat", "test/dog"}) {
    std::filesystem::create_directories(folder / name);
    vit::write_png(vit::Image(32, 32), folder / name / "0.png");
  }
  CHECK(vit::cifar10(folder.path(), Split::train)->size() == 2);
  CHECK(vit::cifar10(folder.path(), Split::val)->classes() ==
        std::vector<std::string>{"cat", "dog"});
}

TEST_CASE("Damage is an error that names file and record") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "test_batch.bin", record(3) + "x");
  CHECK_THAT(refusal(folder.path()).what(), Catch::Contains("no multiple of 3073"));
  vit::test::put(folder / "test_batch.bin", "");
  CHECK_THAT(refusal(folder.path()).what(), Catch::Contains("has 0 bytes"));
  vit::test::put(folder / "test_batch.bin", record(3) + record(11));
  CHECK_THAT(refusal(folder.path()).what(), Catch::Contains("record 1 has label 11"));
}

TEST_CASE("Where there is no CIFAR-10, the error says how to get it") {
  const vit::test::ScratchFolder folder;
  const vit::Error error = refusal(folder / "no");
  CHECK_THAT(error.where(), Catch::Contains("no"));
  CHECK_THAT(error.remedy(), Catch::Contains("vit data prepare cifar10"));
}

TEST_CASE("CIFAR-100 has its fine labels behind the coarse ones") {
  const vit::test::ScratchFolder folder;
  std::string record(3074, '\0');
  record[0] = 19;             // vehicles 2
  record[1] = 81;             // streetcar
  record[2] = 10;             // red of the first pixel
  record[2 + 1024] = 20;      // green
  record[2 + 2048 + 1] = 30;  // blue of the second
  std::filesystem::create_directory(folder / "cifar-100-binary");
  vit::test::put(folder / "cifar-100-binary/test.bin", record + record);
  const auto data = vit::cifar100(folder.path(), Split::val);
  REQUIRE(data->size() == 2);
  REQUIRE(data->classes().size() == 100);
  CHECK(data->classes()[static_cast<std::size_t>(data->label(1))] == "streetcar");
  const vit::Sample sample = data->get(1);
  CHECK(sample.source == "cifar100/test/1");
  CHECK(sample.image.pixels[0] == 10);
  CHECK(sample.image.pixels[1] == 20);
  CHECK(sample.image.pixels[5] == 30);
}

TEST_CASE("CIFAR-100's damage is an error that names file and record") {
  const vit::test::ScratchFolder folder;
  std::string record(3074, '\0');
  const auto problem = [&] {
    const auto error = vit::test::error_of([&] { (void)vit::cifar100(folder.path(), Split::val); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    return std::string(error->what());
  };
  vit::test::put(folder / "test.bin", record + "x");
  CHECK_THAT(problem(), Catch::Contains("test.bin") && Catch::Contains("no multiple of 3074"));
  record[1] = 100;
  vit::test::put(folder / "test.bin", std::string(3074, '\0') + record);
  CHECK_THAT(problem(), Catch::Contains("record 1 has label 100"));
  std::filesystem::remove(folder / "test.bin");
  CHECK_THAT(problem(), Catch::Contains("vit data prepare cifar100"));
}

TEST_CASE("The Python version, as torchvision downloads it, is read as the binary one") {
  const vit::test::ScratchFolder folder;
  const bool python2 = GENERATE(true, false);
  std::string row(3072, '\0');
  row[0] = 10;
  row[1024] = 20;
  row[2048] = static_cast<char>(230);
  const std::filesystem::path ten = folder / "cifar-10-batches-py",
                              hundred = folder / "cifar-100-python";
  std::filesystem::create_directory(ten);
  std::filesystem::create_directory(hundred);
  for (int batch = 1; batch <= 5; ++batch)
    vit::test::put(ten / ("data_batch_" + std::to_string(batch)),
                   vit::test::image_batch_pickle(
                       row, 1, 3072, "labels", std::string(1, static_cast<char>(batch)), python2));
  vit::test::put(ten / "test_batch",
                 vit::test::image_batch_pickle(row + row, 2, 3072, "labels", "\x03\x07", python2));
  const auto train = vit::cifar10(folder.path(), Split::train), val = vit::cifar10(ten, Split::val);
  REQUIRE(train->size() == 5);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(train->label(i) == i + 1);
  REQUIRE(val->size() == 2);
  CHECK(val->label(1) == 7);
  const vit::Sample sample = val->get(1);
  CHECK(sample.image.pixels[0] == 10);
  CHECK(sample.image.pixels[1] == 20);
  CHECK(sample.image.pixels[2] == 230);
  vit::test::put(ten / "test_batch",
                 vit::test::image_batch_pickle(row, 1, 3072, "labels", "\x0A", python2));
  CHECK_THAT(refusal(folder.path()).what(), Catch::Contains("row 0 has label 10"));
  vit::test::put(hundred / "test",
                 vit::test::image_batch_pickle(row, 1, 3072, "fine_labels", "\x51", python2));
  const auto fine = vit::cifar100(folder.path(), Split::val);
  CHECK(fine->classes()[static_cast<std::size_t>(fine->label(0))] == "streetcar");
}
