#include "app/cli/project_output.h"

#include <cmath>
#include <ctime>
#include <sstream>

#include "app/cli/byte_text.h"
#include "app/cli/progress.h"
#include "core/base/error.h"
#include "core/documents/file_reading.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

// Bytes of KV cache that belong to so many tokens.
std::int64_t kvBytesOf(const Preflight& preflight, std::int64_t tokens) {
    const ProjectChanges& changes = preflight.changes;
    if (changes.tokens == 0) return 0;
    return std::llround(static_cast<double>(changes.kvBytes) * static_cast<double>(tokens) /
                        static_cast<double>(changes.tokens));
}

void addLine(std::ostringstream& text, const Preflight& preflight, const PreflightNode& node,
             int depth) {
    const std::string name = node.name.empty() ? "total" : node.name + (node.isFolder ? "/" : "");
    const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
    if (node.leftOut) {
        text << std::string(24, ' ') << indent << name
             << "  left out: " << preflight.collection.leftOut[*node.leftOut].reason << '\n';
        return;
    }
    std::ostringstream figures;
    figures.width(12);
    figures << grouped(node.tokens);
    figures.width(10);
    figures << bytesText(static_cast<std::uint64_t>(kvBytesOf(preflight, node.tokens)));
    text << figures.str() << "  " << indent << name;
    if (node.isFolder) {
        text << "  " << grouped(node.files) << " files";
        if (node.filesLeftOut > 0) text << ", " << grouped(node.filesLeftOut) << " left out";
    }
    if (node.document)
        for (const PossibleSecret& secret : preflight.collection.documents[*node.document].secrets)
            text << "  possible secret: " << secret.kind << " in line " << secret.line;
    text << '\n';
    for (const PreflightNode& child : node.children) addLine(text, preflight, child, depth + 1);
}

Json nodeJson(const Preflight& preflight, const PreflightNode& node) {
    Json json{{"name", node.name}, {"folder", node.isFolder}};
    if (node.leftOut) {
        json["reason"] = preflight.collection.leftOut[*node.leftOut].reason;
        return json;
    }
    json["files"] = node.files;
    json["files_left_out"] = node.filesLeftOut;
    json["tokens"] = node.tokens;
    json["kv_bytes"] = kvBytesOf(preflight, node.tokens);
    Json secrets = Json::array();
    if (node.document)
        for (const PossibleSecret& secret : preflight.collection.documents[*node.document].secrets)
            secrets.push_back({{"kind", secret.kind}, {"line", secret.line}});
    if (!secrets.empty()) json["secrets"] = std::move(secrets);
    if (!node.isFolder) return json;
    Json children = Json::array();
    for (const PreflightNode& child : node.children) children.push_back(nodeJson(preflight, child));
    json["children"] = std::move(children);
    return json;
}

PreflightNode topOf(const Preflight& preflight) {
    PreflightNode top = preflight.tree;
    top.isFolder = true;
    return top;
}

}  // namespace

Json changesJson(const ProjectChanges& changes) {
    return {{"added", changes.added.size()},
            {"changed", changes.changed.size()},
            {"removed", changes.removed.size()}};
}

Json leftOutJson(std::span<const LeftOut> leftOut) {
    Json list = Json::array();
    for (const LeftOut& file : leftOut)
        list.push_back({{"document", file.name}, {"reason", file.reason}});
    return list;
}

void addReading(Json& json, Workspace& workspace, std::int64_t project) {
    Json leftOut = leftOutJson(workspace.documents().leftOut(project));
    Json notes = Json::array();
    for (const DocumentRecord& document : workspace.documents().list(project)) {
        if (document.state == DocumentState::failed)
            leftOut.push_back({{"document", document.name}, {"reason", document.reason}});
        for (const std::string& note : document.notes)
            notes.push_back({{"document", document.name}, {"note", note}});
    }
    json["left_out"] = std::move(leftOut);
    json["notes"] = std::move(notes);
}

std::string preflightText(const Preflight& preflight) {
    std::ostringstream text;
    text << "      tokens  KV cache\n";
    addLine(text, preflight, topOf(preflight), 0);
    return text.str();
}

Json preflightJson(const Preflight& preflight) {
    return nodeJson(preflight, topOf(preflight));
}

void checkPaths(std::span<const std::filesystem::path> paths) {
    for (const std::filesystem::path& path : paths) {
        std::error_code failure;
        const std::filesystem::file_status status = std::filesystem::status(path, failure);
        if (!std::filesystem::exists(status))
            throw Error(displayName(path), ": cannot be read: ", failure.message(),
                        "; name a file or folder that is there");
    }
}

std::string timeText(std::int64_t milliseconds) {
    if (milliseconds == 0) return "never";
    const std::time_t seconds = milliseconds / 1000;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
    return text;
}

}  // namespace asterism
