#include "vit/data/data_notes.h"

#include <algorithm>

namespace vit {
namespace {

constexpr std::size_t kMostListed = 50;

}  // namespace

void DataNotes::add(const std::string& what, const std::string& place) {
  auto note = std::find_if(notes_.begin(), notes_.end(),
                           [&](const DataNote& known) { return known.what == what; });
  if (note == notes_.end()) note = notes_.insert(note, {what});
  ++note->count;
  if (note->places.size() < kMostNotePlaces) note->places.push_back(place);
}

void DataNotes::add(const DataNotes& other) {
  for (const DataNote& note : other.all()) {
    for (const std::string& place : note.places) add(note.what, place);
    auto mine = std::find_if(notes_.begin(), notes_.end(),
                             [&](const DataNote& known) { return known.what == note.what; });
    mine->count += note.count - static_cast<std::int64_t>(note.places.size());
  }
}

std::string DataNotes::line() const {
  std::string text;
  for (const DataNote& note : notes_)
    text += str(text.empty() ? "" : "; ", note.what, ": ", note.count);
  return text;
}

void DataFaults::add(const Error& fault) {
  const bool is_known = std::any_of(faults_.begin(), faults_.end(), [&](const Error& known) {
    return known.where() == fault.where() && known.problem() == fault.problem();
  });
  if (is_known) return;  // both splits may be of one file
  ++count_;
  if (faults_.size() < kMostListed) faults_.push_back(fault);
}

void DataFaults::require_none(const std::string& where) const {
  if (count_ == 0) return;
  if (count_ == 1) throw faults_.front();
  std::string what = str("has ", count_, " faults:");
  for (const Error& fault : faults_) what += "\n  " + fault.where() + ": " + fault.problem();
  if (count_ > static_cast<std::int64_t>(faults_.size())) what += "\n  …";
  throw Error(ErrorKind::data, where, what, faults_.front().remedy());
}

}  // namespace vit
