// Refuses files that carry personal data by accident.
//
// Jalon needs no personal data, and a head office's export easily holds some. Every text column of
// an uploaded file is looked at, mapped or not.
#ifndef JALON_SERVER_INGEST_PERSONAL_DATA_H_
#define JALON_SERVER_INGEST_PERSONAL_DATA_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace jalon::server {

// True when `text` is an IBAN by country, length and check digits (ISO 13616, mod 97); spaces
// between groups are allowed.
bool IsIban(absl::string_view text);
// True when `text` has an IBAN's country, length and characters, whatever its check digits.
bool LooksLikeIban(absl::string_view text);
// True when `text` holds an address such as `name@bank.fr`.
bool LooksLikeEmail(absl::string_view text);
// True for an international number (`+33 6 12 34 56 78`, `0033612345678`) or ten digits in pairs
// (`06 12 34 56 78`, with spaces, dots or hyphens).
bool LooksLikePhone(absl::string_view text);
// True for ten digits in a row that start with 0 and not 00 (`0612345678`): a phone number, or a
// code; only a column full of them is refused.
bool LooksLikeBarePhone(absl::string_view text);

// Watches one column. Thread-compatible. Cost: a few ns for a cell that is nothing of the kind.
class PersonalDataWatch {
 public:
  // Takes a cell on `line` into account.
  void See(absl::string_view text, int64_t line);

  struct Finding {
    absl::string_view what;  // `an IBAN`, `an e-mail address`, `a phone number`
    int64_t line = 0;        // of the first cell
    int64_t cells = 0;
  };
  // What the column holds, or nullopt. One checked IBAN, three cells that look like one, one e-mail
  // address or one written-out phone number suffice; bare ten-digit numbers need three cells and
  // half of the column.
  std::optional<Finding> finding() const;

 private:
  struct Tally {
    int64_t cells = 0;
    int64_t first_line = 0;
    void Count(int64_t line);
  };

  std::string last_;
  int64_t seen_ = 0;
  Tally iban_;
  Tally iban_like_;
  Tally email_;
  Tally phone_;
  Tally bare_phone_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_PERSONAL_DATA_H_
