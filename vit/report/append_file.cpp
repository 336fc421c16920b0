#include "vit/report/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "vit/io/file.h"
#include "vit/io/file_error.h"

namespace vit {
namespace {

int open_flags(AppendFile::Open how) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  return how == AppendFile::Open::must_be_new ? flags | O_EXCL : flags;
}

}  // namespace

AppendFile::AppendFile(std::filesystem::path file, Open how)
    : path_(std::move(file)), fd_(::open(path_.c_str(), open_flags(how), 0666)) {
  if (!fd_.valid()) throw file_error(path_, "cannot open for appending", errno);
}

void AppendFile::append(std::string_view record) {
  struct stat before {};
  if (::fstat(fd_.get(), &before) != 0) throw file_error(path_, "cannot inspect", errno);
  while (!record.empty()) {
    const ssize_t written = ::write(fd_.get(), record.data(), record.size());
    if (written >= 0) {
      record.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    const int number = errno;
    // A torn record would run into the next one; where even this fails, repair finds it on resume.
    const bool restored = ::ftruncate(fd_.get(), before.st_size) == 0;
    throw file_error(path_, restored ? "cannot append" : "cannot append, and is left torn", number);
  }
}

std::string text_if_there(const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown) && !unknown) return {};
  return read_text_file(file);
}

}  // namespace vit
