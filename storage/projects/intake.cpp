#include "storage/projects/intake.h"

#include <xxhash.h>

#include <algorithm>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/model/decoder.h"

namespace asterism {

namespace {

// Files that a person expects to be read, and that something is wrong with; the others are left
// out on purpose.
bool isFailure(LeftOutCause cause) {
    switch (cause) {
        case LeftOutCause::unreadable:
        case LeftOutCause::changing:
        case LeftOutCause::damaged:
        case LeftOutCause::encrypted:
        case LeftOutCause::unsafe:
            return true;
        default:
            return false;
    }
}

DocumentRecord recordOf(const Document& document, std::int64_t source) {
    DocumentRecord record;
    record.sourceId = source;
    record.name = document.name;
    record.path = document.path;
    record.kind = document.kind;
    record.quality = document.quality;
    record.state = DocumentState::encoding;
    record.fileBytes = document.fileBytes;
    record.fileTime = document.fileTime;
    record.textHash = XXH3_64bits(document.text.data(), document.text.size());
    record.textBytes = std::ssize(document.text);
    record.marks = document.marks;
    record.notes = document.notes;
    record.secrets = document.secrets;
    return record;
}

// How much reading is lost at most when the program is killed.
constexpr double kKeepSeconds = 0.5;

class IntakeRun {
  public:
    IntakeRun(const IntakeRequest& request, const Tokenizer& tokenizer, const IntakeSteps& steps)
        : m_request(request), m_tokenizer(tokenizer), m_steps(steps) {
        for (const SharedDocument& document : request.documents) {
            m_known.emplace(document->record.name, document);
            m_owners.emplace(document->record.name, document->record.sourceId);
        }
        for (const DocumentRecord& record : request.failed)
            m_owners.emplace(record.name, record.sourceId);
    }

    Intake run(const EventSink& events, const std::stop_token& stop) {
        std::vector<SourceScan> scans;
        std::int64_t count = 0;
        // The records that the scans point to.
        std::vector<std::vector<DocumentRecord>> records;
        records.reserve(m_request.sources.size());
        for (const SourceRecord& source : m_request.sources) {
            records.push_back(recordsOf(source.id));
            scans.push_back(
                scanSource(source, records.back(), m_request.filter, m_request.read.folders, stop));
            count += std::ssize(scans.back().toRead);
        }
        std::int64_t index = 0;
        for (std::size_t i = 0; i < scans.size(); ++i) {
            note(scans[i]);
            for (const FileToRead& file : scans[i].toRead) {
                if (stop.stop_requested()) break;
                if (m_steps.pause) m_steps.pause();
                if (events) events(DocumentRead{index++, count, file.file.name});
                read(file, scans[i].leftOut);
                if (m_sinceKept.seconds() > kKeepSeconds) keepRead();
            }
            // Of a source that is not there now, what its last reading left out stands.
            if (scans[i].isListed)
                m_intake.leftOut.emplace_back(m_request.sources[i].id, std::move(scans[i].leftOut));
        }
        keepRead();
        if (stop.stop_requested()) throw Stopped();
        std::sort(m_intake.documents.begin(), m_intake.documents.end(),
                  [](const SharedDocument& a, const SharedDocument& b) {
                      return a->record.name < b->record.name;
                  });
        return std::move(m_intake);
    }

  private:
    std::vector<DocumentRecord> recordsOf(std::int64_t source) const {
        std::vector<DocumentRecord> records;
        for (const SharedDocument& document : m_request.documents)
            if (document->record.sourceId == source) records.push_back(document->record);
        for (const DocumentRecord& record : m_request.failed)
            if (record.sourceId == source) records.push_back(record);
        return records;
    }

    void note(const SourceScan& scan) {
        m_intake.problems.insert(m_intake.problems.end(), scan.problems.begin(),
                                 scan.problems.end());
        for (const DocumentRecord* record : scan.unchanged) keepAsItWas(record->name);
        for (const DocumentRecord* record : scan.removed) {
            m_intake.removed.push_back(record->name);
            m_intake.removedIds.push_back(record->id);
        }
    }

    void keepAsItWas(const std::string& name) {
        const auto known = m_known.find(name);
        if (known == m_known.end()) return;
        m_intake.documents.push_back(known->second);
        ++m_intake.unchanged;
    }

    void read(const FileToRead& file, std::vector<LeftOut>& leftOut) {
        if (isTaken(file, leftOut)) return;
        try {
            take(readFound(file.file, m_request.read), file);
        } catch (const RefusedFile& refusal) {
            refuse(file, refusal.cause(), refusal.what(), leftOut);
        } catch (const Error& error) {  // the tokenizer's: not UTF-8 after all
            refuse(file, LeftOutCause::damaged, error.what(), leftOut);
        }
    }

    // Two sources may have files of one name; the one that is known, or else the first one's, is
    // the document. The other one's is left out.
    bool isTaken(const FileToRead& file, std::vector<LeftOut>& leftOut) const {
        const auto owner = m_owners.find(file.file.name);
        if (owner == m_owners.end() || owner->second == file.sourceId) return false;
        leftOut.push_back({file.file.name,
                           "another source of the project has a document of this name",
                           LeftOutCause::unsupported, file.file.bytes});
        return true;
    }

    void take(Document document, const FileToRead& file) {
        DocumentRecord record = recordOf(document, file.sourceId);
        m_owners.emplace(record.name, file.sourceId);
        const auto known = m_known.find(record.name);
        if (known != m_known.end() && known->second->record.textHash == record.textHash &&
            known->second->record.textBytes == record.textBytes) {
            record.id = known->second->record.id;
            if (m_steps.confirm) m_steps.confirm(record);
            return keepAsItWas(record.name);
        }
        auto taken = std::make_shared<ProjectDocument>();
        taken->segment = buildSegment(m_tokenizer, record.name, document.text);
        record.tokens = std::ssize(taken->segment.tokens);
        taken->record = std::move(record);
        taken->text = std::move(document.text);
        const bool isNew = known == m_known.end();
        if (!isNew) taken->record.id = known->second->record.id;
        m_read.push_back(taken);
        (isNew ? m_intake.added : m_intake.changed).push_back(taken->record.name);
        m_intake.documents.push_back(std::move(taken));
    }

    void keepRead() {
        if (m_steps.keep && !m_read.empty()) m_steps.keep(m_read);
        m_read.clear();
        m_sinceKept = Stopwatch();
    }

    // What was read of a file before stays, so that a passing trouble loses nothing.
    void refuse(const FileToRead& file, LeftOutCause cause, const std::string& reason,
                std::vector<LeftOut>& leftOut) {
        const auto known = m_known.find(file.file.name);
        if (!isFailure(cause)) {
            leftOut.push_back({file.file.name, reason, cause, file.file.bytes});
            if (file.known) {
                m_intake.removed.push_back(file.known->name);
                m_intake.removedIds.push_back(file.known->id);
            }
            return;
        }
        m_owners.emplace(file.file.name, file.sourceId);
        DocumentRecord record;
        if (known != m_known.end())
            record = known->second->record;
        else if (file.known)
            record = *file.known;
        record.sourceId = file.sourceId;
        record.name = file.file.name;
        record.path = file.file.path;
        record.state = known != m_known.end() ? DocumentState::changed : DocumentState::failed;
        record.reason = reason;
        if (m_steps.fail) m_steps.fail(record);
        m_intake.failed.push_back(record.name + ": " + reason);
        keepAsItWas(record.name);
    }

    const IntakeRequest& m_request;
    const Tokenizer& m_tokenizer;
    const IntakeSteps& m_steps;
    std::unordered_map<std::string, SharedDocument> m_known;
    std::unordered_map<std::string, std::int64_t> m_owners;  // source of each name
    std::vector<std::shared_ptr<ProjectDocument>> m_read;    // not kept yet
    Stopwatch m_sinceKept;
    Intake m_intake;
};

}  // namespace

Intake takeIn(const IntakeRequest& request, const Tokenizer& tokenizer, const IntakeSteps& steps,
              const EventSink& events, const std::stop_token& stop) {
    return IntakeRun(request, tokenizer, steps).run(events, stop);
}

}  // namespace asterism
