// Laws of targets and what was found of them, as messages.
#ifndef JALON_SERVER_CONVERT_LAW_CHECK_H_
#define JALON_SERVER_CONVERT_LAW_CHECK_H_

#include <string>

#include "jalon/v1/result.pb.h"
#include "sim/engine/law_check.h"
#include "sim/engine/law_used.h"

namespace jalon::server {

v1::Law ToProto(sim::LawUsed law);
v1::LawCheck ToProto(const sim::LawCheck& check);

// For people: that the rows of a class are sampled because their law is off, and by how much.
// Requires `check.is_wrong`.
std::string NoticeOf(const sim::LawCheck& check);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_LAW_CHECK_H_
