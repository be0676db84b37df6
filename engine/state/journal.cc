#include "engine/state/journal.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "base/text.h"
#include "engine/state/deployment.h"

namespace drydock::engine {
namespace {

/// CRC-32 (IEEE 802.3), to find torn lines; no defence against anybody.
std::uint32_t crc32(std::string_view text) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
      t[i] = c;
    }
    return t;
  }();
  std::uint32_t c = 0xFFFFFFFFu;
  for (unsigned char byte : text) c = table[(c ^ byte) & 0xFF] ^ (c >> 8);
  return c ^ 0xFFFFFFFFu;
}

std::string line(const Json& json) {
  std::string text = json.dump();
  return fmt::format("{:08x} {}\n", crc32(text), text);
}

Result<Json> encode(const Change& change, const StateWriter& writer) {
  Json out = Json::object();
  if (change.operation != 0) out["op"] = static_cast<std::int64_t>(change.operation);
  if (change.ends) out["ends"] = true;
  if (change.begins) {
    auto resource = writer.resource(*change.begins->resource);
    if (!resource) return resource;
    out["begins"] = Json::object({{"type", to_string(change.begins->kind)}, {"resource", std::move(*resource)}});
  }
  for (const auto& [slot, record] : change.puts) {
    auto resource = writer.resource(*record);
    if (!resource) return resource;
    out["puts"].push_back(Json::array({static_cast<std::int64_t>(slot), std::move(*resource)}));
  }
  for (Slot slot : change.erases) out["erases"].push_back(static_cast<std::int64_t>(slot));
  for (const auto& [from, to] : change.renames) out["renames"].push_back(Json::array({from.str(), to.str()}));
  for (const Urn& urn : change.resolved_creates) out["resolved"].push_back(urn.str());
  return out;
}

Result<Change> decode(const Json& json, SecretsManager& secrets) {
  Change change;
  change.operation = static_cast<std::uint64_t>(json.at("op").int_or(0));
  change.ends = json.at("ends").bool_or(false);
  if (const Json* begins = json.find("begins")) {
    auto kind = parse_pending_kind(begins->at("type").string_or());
    if (!kind) return pass(kind);
    auto record = read_resource(begins->at("resource"), secrets);
    if (!record) return pass(record);
    change.begins = PendingOperation{*kind, std::make_shared<const Resource>(std::move(*record))};
  }
  if (const Json& puts = json.at("puts"); puts.is_array()) {
    for (const auto& put : puts.as_array()) {
      auto record = read_resource(put.item(1), secrets);
      if (!record) return pass(record);
      change.puts.emplace_back(static_cast<Slot>(put.item(0).int_or(0)),
                               std::make_shared<const Resource>(std::move(*record)));
    }
  }
  if (const Json& erases = json.at("erases"); erases.is_array())
    for (const auto& slot : erases.as_array()) change.erases.push_back(static_cast<Slot>(slot.int_or(0)));
  if (const Json& renames = json.at("renames"); renames.is_array()) {
    for (const auto& pair : renames.as_array()) {
      auto from = Urn::parse(pair.item(0).string_or()), to = Urn::parse(pair.item(1).string_or());
      if (from && to) change.renames.emplace_back(std::move(*from), std::move(*to));
    }
  }
  if (const Json& resolved = json.at("resolved"); resolved.is_array())
    for (const auto& text : resolved.as_array())
      if (auto urn = Urn::parse(text.string_or())) change.resolved_creates.push_back(std::move(*urn));
  return change;
}

}  // namespace

Journal::Journal(AppendFile file, Snapshot base, SecretsManager& secrets)
    : secrets_(secrets), ledger_(std::move(base)), file_(std::move(file)), salt_(secrets.salt()), thread_([this] {
        run();
      }) {}

Result<std::unique_ptr<Journal>> Journal::begin(std::string path, std::string fingerprint, Snapshot base,
                                                SecretsManager& secrets) {
  if (auto removed = remove_file(path); !removed) return pass(removed);
  auto file = AppendFile::open(path);
  if (!file) return pass(file);
  auto written = file->append(line(Json::object({{"journal", 1}, {"base", fingerprint}})));
  if (written) written = file->sync();
  if (!written) return pass(written);
  return std::unique_ptr<Journal>(new Journal(std::move(*file), std::move(base), secrets));
}

Journal::~Journal() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Journal::write(const Change& change, std::function<void(Result<void>)> durable) {
  ledger_.apply(change);
  bool minor = change.minor;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back({change, minor ? nullptr : durable});
  }
  wake_.notify_one();
  if (minor) durable({});
}

void Journal::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::deque<Pending> batch;
    batch.swap(queue_);
    Result<void> done = failure_;
    lock.unlock();
    if (done) done = commit(batch);
    for (const auto& pending : batch)
      if (pending.durable) pending.durable(done);
    lock.lock();
    failure_ = done;
  }
}

Result<void> Journal::commit(const std::deque<Pending>& batch) {
  StateWriter writer(SecretForm::encrypted, &secrets_);
  std::string text;
  bool flush = false;
  for (const auto& pending : batch) {
    auto json = encode(pending.change, writer);
    if (!json) return pass(json);
    if (std::string salt = secrets_.salt(); salt != salt_) {
      text += line(Json::object({{"salt", salt}}));
      salt_ = salt;
    }
    text += line(*json);
    flush = flush || pending.durable;
  }
  auto written = file_.append(text);
  if (written && flush) written = file_.sync();
  return written;
}

Result<Snapshot> Journal::finish() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  if (!failure_) return pass(failure_);
  return ledger_.snapshot();
}

Result<void> Journal::note_folded(const std::string& fingerprint) {
  auto written = file_.append(line(Json::object({{"folded", fingerprint}})));
  if (written) written = file_.sync();
  return written;
}

Result<JournalText> parse_journal(const std::string& path, std::string_view text) {
  JournalText journal;
  for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
    auto newline = text.find('\n', at);
    bool last = newline == std::string_view::npos || newline + 1 == text.size();
    std::string_view whole = text.substr(at, newline == std::string_view::npos ? newline : newline - at);
    at = newline == std::string_view::npos ? text.size() : newline + 1;
    std::string_view body = whole.size() > 9 ? whole.substr(9) : std::string_view();
    bool intact = newline != std::string_view::npos && whole.size() > 9 &&
                  whole.substr(0, 8) == fmt::format("{:08x}", crc32(body));
    auto json = intact ? Json::parse(body) : Result<Json>(Json());
    if (!intact || !json) {
      if (last) break;
      return fail(
          ErrorCode::invalid_input,
          fmt::format("the journal {} is damaged in line {}; nothing was changed. It holds the steps of a run that "
                      "was cut off; move it away to go on without them",
                      path, number));
    }
    if (const Json* base = json->find("base"))
      journal.base = base->string_or();
    else if (const Json* salt = json->find("salt"))
      journal.salt = salt->string_or();
    else if (const Json* folded = json->find("folded"))
      journal.folded = folded->string_or();
    else
      journal.changes.push_back(std::move(*json));
  }
  return journal;
}

Result<Snapshot> replay(const JournalText& journal, Snapshot base, SecretsManager& secrets) {
  Ledger ledger(std::move(base));
  for (const auto& json : journal.changes) {
    auto change = decode(json, secrets);
    if (!change) return pass(change, "replaying the journal of a run that was cut off");
    ledger.apply(*change);
  }
  return ledger.snapshot();
}

}  // namespace drydock::engine
