#include "vit/image/threads.h"

#include "tests/catch.h"

namespace cv {
int getNumThreads();  // of OpenCV, whose headers the tests do not need otherwise
}  // namespace cv

TEST_CASE("OpenCV works in the thread that calls it, and starts none of its own") {
  vit::use_one_image_thread();
  CHECK(cv::getNumThreads() == 1);
}
