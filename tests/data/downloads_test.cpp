#include "vit/data/downloads.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "tests/catch.h"

TEST_CASE("Each published data set has its files, their sums, and its terms") {
  for (const char* name :
       {"cifar10", "cifar100", "mnist", "fashion_mnist", "svhn", "tiny_imagenet", "voc"}) {
    INFO(name);
    const auto download = vit::dataset_download(name);
    REQUIRE(download);
    CHECK(download->name == name);
    CHECK_FALSE(download->terms.empty());
    CHECK_FALSE(download->files.empty());
    for (const vit::DatasetFile& file : download->files) {
      INFO(file.url);
      CHECK(file.url.starts_with("http"));
      CHECK(std::string(file.url.substr(file.url.rfind('/') + 1)).find('.') != std::string::npos);
      if (file.md5.empty()) continue;  // none is stated
      CHECK(file.md5.size() == 32);
      CHECK(std::all_of(file.md5.begin(), file.md5.end(),
                        [](unsigned char c) { return std::isdigit(c) || (c >= 'a' && c <= 'f'); }));
    }
  }
}

TEST_CASE("What has no address is told apart") {
  for (const char* name : {"folder", "shapes", "csv", "", "CIFAR10", "cifar1"})
    CHECK_FALSE(vit::dataset_download(name));
}
