#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/database.h"
#include "storage/records.h"

namespace asterism {

// Documents of projects in the database: what was read of them, their tokens, what was left out,
// and the plan of blocks. As Database: one thread at a time, Error if it fails or what is to be
// read or changed is gone. Every call is made as a whole or not at all; calls inside a Transaction
// of the caller's are kept or taken back together.
class DocumentStore {
  public:
    explicit DocumentStore(const Database& database) : m_database(database) {}

    std::vector<DocumentRecord> list(std::int64_t project) const;  // by name
    std::string text(std::int64_t document) const;
    std::vector<TokenId> tokens(std::int64_t document) const;

    // Keeps what was read, in place of what was kept under the record's name; returns its id, which
    // stays the same. Text bytes and tokens are counted here. Throws Error if the name is that of a
    // document of another source.
    std::int64_t save(std::int64_t project, const DocumentRecord& record, const std::string& text,
                      std::span<const TokenId> tokens);
    // What another model makes of the text.
    void setTokens(std::int64_t document, std::span<const TokenId> tokens);
    void setState(std::int64_t document, DocumentState state, const std::string& reason = {});
    // The file was looked at and holds what it held.
    void setFileTime(std::int64_t document, std::uintmax_t fileBytes, std::int64_t fileTime);
    void remove(std::int64_t document);

    // What the last reading of a source left out.
    void setLeftOut(std::int64_t source, std::span<const LeftOut> leftOut);
    std::vector<LeftOut> leftOut(std::int64_t project) const;
    // Names of those among them that the user does not want.
    std::vector<std::string> unwanted(std::int64_t project) const;

    // Which documents a question reads unless it says otherwise: all but these, by name; a name
    // need not be that of a document.
    std::vector<std::string> outOfScope(std::int64_t project) const;
    void setInScope(std::int64_t project, std::span<const std::string> names, bool isInScope);

    void setPlan(std::int64_t project, std::span<const PlannedBlock> blocks);
    std::vector<PlannedBlock> plan(std::int64_t project) const;
    void setBlockTime(std::int64_t project, std::size_t index, double seconds, int rank);

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
