#include "vit/data/downloads.h"

namespace vit {
namespace {

// MD5 finds damage, and not a forged file; it is what the publishers of these sets state (CIFAR's
// page) or what torchvision 0.29 checks (the others). None is stated for Tiny-ImageNet: there, size
// as the server tells it and the structure of what is unpacked are all that is checked.
constexpr DatasetFile kCifar10[] = {{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                                     "c32a1d4ab5d03f1284b67883e8d87530"}};
constexpr DatasetFile kCifar100[] = {{"https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
                                      "03b5dce01913d631647c71ecec9e9cb8"}};
constexpr DatasetFile kMnist[] = {
    {"https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz",
     "f68b3c2dcbeaaa9fbdd348bbdeb94873"},
    {"https://ossci-datasets.s3.amazonaws.com/mnist/train-labels-idx1-ubyte.gz",
     "d53e105ee54ea40749a09fcbcd1e9432"},
    {"https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz",
     "9fb629c4189551a2d022fa330f9573f3"},
    {"https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz",
     "ec29112dd5afa0611ce80d1b7f02629c"}};
constexpr DatasetFile kFashionMnist[] = {
    {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-images-idx3-ubyte.gz",
     "8d4fb7e6c68d591d4c3dfef9ec88bf0d"},
    {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-labels-idx1-ubyte.gz",
     "25c81989df183df01b3e8a0aad5dffbe"},
    {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-images-idx3-ubyte.gz",
     "bef4ecab320f06d8554ea6380940ec79"},
    {"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-labels-idx1-ubyte.gz",
     "bb300cfdad3c16e7a12a480ee83cd310"}};
constexpr DatasetFile kSvhn[] = {
    {"http://ufldl.stanford.edu/housenumbers/train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"},
    {"http://ufldl.stanford.edu/housenumbers/test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"}};
constexpr DatasetFile kTinyImagenet[] = {{"http://cs231n.stanford.edu/tiny-imagenet-200.zip", ""}};
constexpr DatasetFile kVoc[] = {
    {"https://thor.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar",
     "6cd6e144f989b92b3379bac3b3de84fd"}};

constexpr DatasetDownload kDownloads[] = {
    {"cifar10", "Krizhevsky 2009, University of Toronto", kCifar10},
    {"cifar100", "Krizhevsky 2009, University of Toronto", kCifar100},
    {"mnist", "LeCun, Cortes and Burges; CC BY-SA 3.0", kMnist},
    {"fashion_mnist", "Zalando; MIT", kFashionMnist},
    {"svhn", "Netzer et al. 2011; for non-commercial use only", kSvhn},
    {"tiny_imagenet", "Stanford CS231n, from ImageNet; for non-commercial research only",
     kTinyImagenet},
    {"voc", "Pascal VOC 2012, pictures under Flickr's terms of use", kVoc},
};

}  // namespace

std::optional<DatasetDownload> dataset_download(std::string_view name) {
  for (const DatasetDownload& download : kDownloads)
    if (download.name == name) return download;
  return {};
}

}  // namespace vit
