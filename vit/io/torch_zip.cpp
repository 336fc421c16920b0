#include <array>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/checksum.h"
#include "vit/io/foreign_file.h"
#include "vit/io/torch_tensors.h"
#include "vit/io/zip_directory.h"

namespace vit {
namespace {

constexpr std::string_view kPickle = "/data.pkl";

[[noreturn]] void fail(const FileBytes& file, const std::string& what, const std::string& remedy) {
  throw Error(ErrorKind::weights, printable_path(file.path()), what, remedy);
}

/// What a zip archive without data.pkl is, as far as its entries tell.
[[noreturn]] void refuse_archive(const FileBytes& file, const ZipDirectory& zip) {
  const ForeignFile foreign = foreign_zip(zip);
  fail(file, str("this is ", foreign.what, ", not a file of weights"), foreign.remedy);
}

/// The folder that all entries lie in: torch.save names it after the file.
std::string find_folder(const FileBytes& file, const ZipDirectory& zip) {
  std::optional<std::string> folder;
  for (const ZipEntry& entry : zip.entries()) {
    if (!entry.name.ends_with(kPickle)) continue;
    const std::string before = entry.name.substr(0, entry.name.size() - kPickle.size());
    if (before.find('/') != std::string::npos) continue;
    if (folder) fail(file, "this zip archive holds two files of torch.save", "keep one of them");
    folder = before;
  }
  if (!folder) refuse_archive(file, zip);
  return *folder;
}

void require_stored(const FileBytes& file, const ZipEntry& entry) {
  if (entry.deflated) {
    fail(file,
         str("the entry ", in_quotes(entry.name), " at offset ", entry.begin,
             " is compressed; torch.save compresses nothing"),
         "unpack the archive and zip it again without compression (zip -0)");
  }
}

std::optional<std::uint32_t> crc_of(const ZipEntry& entry) {
  // Where it is told to compute no checksums, torch.save writes 0.
  return entry.crc == 0 ? std::nullopt : std::optional(entry.crc);
}

void check_crc(const FileBytes& file, const ZipEntry& entry) {
  if (!crc_of(entry)) return;
  Crc32 crc;
  std::vector<std::byte> piece(std::size_t{1} << 18);
  for (std::uint64_t done = 0; done < entry.bytes;) {
    const auto part = std::span(piece).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), entry.bytes - done)));
    file.read(entry.begin + done, part);
    crc.update(part);
    done += part.size();
  }
  if (crc.value() != entry.crc) {
    fail(file,
         str("the entry ", in_quotes(entry.name), " at offset ", entry.begin,
             " is damaged: its CRC-32 is not what the archive says"),
         "fetch the file again");
  }
}

void check_byte_order(const FileBytes& file, const ZipDirectory& zip, const std::string& folder) {
  const ZipEntry* entry = zip.find(folder + "/byteorder");
  if (entry == nullptr) return;  // before 2.1
  require_stored(file, *entry);
  std::string order(static_cast<std::size_t>(std::min<std::uint64_t>(entry->bytes, 16)), '\0');
  file.read(entry->begin, std::as_writable_bytes(std::span(order)));
  if (order != "little") {
    fail(file, str("its entry byteorder says ", in_quotes(order), "; expected \"little\""),
         "load it with torch on a machine of that byte order and save it as safetensors");
  }
}

/// Looks up the entry of each storage that the pickle speaks of. The keys only select entries, so
/// one with ".." leads nowhere.
void find_storages(const FileBytes& file, const ZipDirectory& zip, const std::string& folder,
                   TorchContent& content) {
  for (PickleRef ref = 0; ref < content.pickle.size(); ++ref) {
    const PickleValue& value = content.pickle[ref];
    if (value.kind != PickleKind::persistent) continue;
    const auto id = torch_storage_id(file, content.pickle, value);
    if (!id) continue;
    const ZipEntry* entry = zip.find(str(folder, "/data/", id->key));
    if (entry == nullptr) {
      fail_in_pickle(file, value, str("there is no entry for the storage ", in_quotes(id->key)));
    }
    require_stored(file, *entry);
    if (entry->bytes != id->bytes()) {
      fail_in_pickle(
          file, value,
          str("the storage ", in_quotes(id->key), " should take ", id->bytes(), " bytes (",
              id->elements, " of ", id->element->name, "); its entry has ", entry->bytes));
    }
    content.storages.try_emplace(id->key, TorchStorage{entry->begin, entry->bytes, crc_of(*entry)});
  }
}

}  // namespace

TorchContent read_torch_zip(const FileBytes& file) {
  const ZipDirectory zip = ZipDirectory::read(file);
  const std::string folder = find_folder(file, zip);
  const ZipEntry& entry = *zip.find(str(folder, kPickle));
  require_stored(file, entry);
  check_byte_order(file, zip, folder);
  check_crc(file, entry);
  PickleInput input(file, entry.begin, entry.begin + entry.bytes);
  // TorchScript, and the archives of LibTorch C++ which are made of it, have constants beside the
  // values, if none.
  TorchContent content{read_pickle(input), {}, zip.find(folder + "/constants.pkl") != nullptr};
  find_storages(file, zip, folder, content);
  return content;
}

}  // namespace vit
