// The [attributes] table of an import, and the cells of units read by it.
#ifndef JALON_SERVER_INGEST_ATTRIBUTES_READER_H_
#define JALON_SERVER_INGEST_ATTRIBUTES_READER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/ingest/declared_row.h"
#include "server/ingest/table_reader.h"
#include "sim/base/violation.h"
#include "sim/network/attributes.h"
#include "sim/network/network.h"

namespace jalon::server {

// Thread-compatible.
class AttributesReader {
 public:
  // Declarations of the base of an append are the start; one that is given again takes its place.
  explicit AttributesReader(std::vector<sim::Attribute> base);

  // Reads a whole table; to be done before units are read. Problems go to `violations`.
  void Read(TableReader& reader, sim::Violations& violations);

  // Reads the attribute `name` of a row into `unit` as declared. Refuses what breaks its
  // declaration (OUT_OF_RANGE, those of labels), and one that nobody declared when there are
  // declarations (UNDECLARED_ATTRIBUTE).
  void ReadInto(FieldReader& fields, absl::string_view name, sim::Unit& unit) const;

  // In the order they were read.
  const std::vector<sim::Attribute>& attributes() const { return attributes_; }
  // Where one was declared; line 0 for the base.
  const Origin& origin(size_t i) const { return origins_[i]; }
  size_t size() const { return attributes_.size(); }

 private:
  void Add(const DeclaredRow& row, sim::Violations& violations);

  std::vector<sim::Attribute> attributes_;
  std::vector<Origin> origins_;
  // By name.
  std::map<std::string, size_t, std::less<>> places_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_ATTRIBUTES_READER_H_
