#include "storage/stores/redacted.h"

#include <string>
#include <variant>

namespace berth::storage {
namespace {

struct RedactRecord {
  const core::Redactor& redactor;

  void operator()(core::EventRecord& event) const { redactor.redact_json(event.data); }
  void operator()(core::SessionRecord& session) const {
    redactor.redact_text(session.name);
    redactor.redact_text(session.end_reason);
  }
  void operator()(core::ConnectionRecord& connection) const {
    redactor.redact_text(connection.client_name);
    redactor.redact_text(connection.client_version);
    redactor.redact_text(connection.close_reason);
  }
  template <class Record>
  void operator()(Record&) const {}
};

}  // namespace

void redact(const core::Redactor& redactor, core::Change& change) {
  std::visit(RedactRecord{redactor}, change);
}

core::Result<void> redact_ended_job(sqlite::Database& database, const core::Redactor& redactor,
                                    const core::JobRecord& job) {
  std::string command = job.command;
  std::string env_json = job.env_json;
  std::string stdin_text = job.stdin_text;
  std::string message = job.message;
  bool changed = redactor.redact_text(command);
  changed = redactor.redact_json(env_json) || changed;
  changed = redactor.redact_text(stdin_text) || changed;
  changed = redactor.redact_text(message) || changed;
  if (!changed) return {};
  sqlite::Statement statement = database.statement(
      "UPDATE jobs SET command = ?, env_json = ?, stdin_text = ?, message = ? WHERE id = ?");
  statement.bind(sqlite::Blob{command}).bind(env_json).bind(sqlite::Blob{stdin_text}).bind(message);
  statement.bind(job.id.str());
  return statement.run();
}

}  // namespace berth::storage
