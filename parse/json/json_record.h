// From collected values to a Record: which of several names wins, what a number means as a level, what makes a message.
// Also what journald's export format uses, which has the same names in another form. Stateless, any thread.
#pragma once

#include "core/batch.h"
#include "parse/json/json_reader.h"
#include "parse/text/line_format.h"

namespace loglode {

/// Where the message came from, for those who look inside it.
struct FilledMessage {
  Slot slot = Slot::attribute;  // attribute: nothing in the fields is a message, the record's is left alone
  bool is_text = false;         // was a string
  bool own_severity = false;    // the record's severity was stated by the program: not a syslog priority that a transport gave it
  std::string_view error{};     // what fields for errors say; see add_error
};

/// Sets the members of `record` for which `fields` holds something readable and leaves the others alone. With `keep_attributes`
/// what lost to a better name becomes an attribute. Views point into the text that was read or into kept text.
FilledMessage fill_record(const JsonFields& fields, Record& record, Batch& batch, const ParseContext& context);

/// Makes the attributes added since `first` the record's own, behind those that it had.
void own_attributes(Record& record, Batch& batch, std::size_t first);

}  // namespace loglode
