#include "vit/image/threads.h"

#include <opencv2/core/utility.hpp>

namespace vit {

void use_one_image_thread() { cv::setNumThreads(0); }

}  // namespace vit
