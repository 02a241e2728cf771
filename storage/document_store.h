#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"
#include "storage/records.h"

namespace asterism {

// Token ids of a text, and the fingerprint of the model whose vocabulary they are of.
struct ModelTokens {
    std::string_view model;
    std::span<const TokenId> ids;
};

// Which text a document has.
struct DocumentVersion {
    std::int64_t id = 0;
    std::uint64_t textHash = 0;
    auto operator<=>(const DocumentVersion&) const = default;
};

// Documents of projects in the database: what was read of them, their tokens, what was left out,
// and the plan of blocks. As Database: one thread at a time, Error if it fails or what is to be
// read or changed is gone. Every call is made as a whole or not at all; calls inside a Transaction
// of the caller's are kept or taken back together.
class DocumentStore {
  public:
    explicit DocumentStore(const Database& database) : m_database(database) {}

    std::vector<DocumentRecord> list(std::int64_t project) const;  // by name
    // Of those that have a text, by id; much cheaper than the list.
    std::vector<DocumentVersion> versions(std::int64_t project) const;
    std::string text(std::int64_t document) const;
    // None if those that are kept are another model's.
    std::vector<TokenId> tokens(std::int64_t document, std::string_view model) const;

    // Keeps what was read, in place of what was kept under the record's name; returns its id, which
    // stays the same. Text bytes and tokens are counted here. Throws Error if the name is that of a
    // document of another source.
    std::int64_t save(std::int64_t project, const DocumentRecord& record, const std::string& text,
                      const ModelTokens& tokens);
    // What another model makes of the text.
    void setTokens(std::int64_t document, const ModelTokens& tokens);
    void setState(std::int64_t document, DocumentState state, const std::string& reason = {});
    // The file was looked at and holds what it held.
    void setFileTime(std::int64_t document, std::uintmax_t fileBytes, std::int64_t fileTime);
    void remove(std::int64_t document);

    // What the last reading of a source left out.
    void setLeftOut(std::int64_t source, std::span<const LeftOut> leftOut);
    std::vector<LeftOut> leftOut(std::int64_t project) const;
    // Names of those among them that the user does not want.
    std::vector<std::string> unwanted(std::int64_t project) const;

    // Which files the project takes, the last rule at the end.
    void setFilterRules(std::int64_t project, std::span<const FilterRule> rules);
    std::vector<FilterRule> filterRules(std::int64_t project) const;

    // Which documents a question reads unless it says otherwise: all but these, by name; a name
    // need not be that of a document.
    std::vector<std::string> outOfScope(std::int64_t project) const;
    void setInScope(std::int64_t project, std::span<const std::string> names, bool isInScope);

    void setPlan(std::int64_t project, std::span<const PlannedBlock> blocks);
    std::vector<PlannedBlock> plan(std::int64_t project) const;
    // Key, time and rank of a block that was planned under `planned`. Nothing if the plan has
    // become another one meanwhile.
    void noteEncoded(std::int64_t project, std::size_t index, const BlockKey& planned,
                     const PlannedBlock& block);

    // Encoding speed that was measured on this machine, for estimates: the last figure of a device,
    // model and block size. 0: none yet.
    void noteRate(const std::string& device, const std::string& modelFingerprint,
                  std::int64_t blockTokens, double tokensPerSecond);
    double rate(const std::string& device, const std::string& modelFingerprint,
                std::int64_t blockTokens) const;

  private:
    // The row of a document without its text and tokens; returns its id.
    std::int64_t saveRecord(std::int64_t project, const DocumentRecord& record);
    [[noreturn]] void failAsGone() const;

    const Database& m_database;
};

}  // namespace asterism
