#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "storage/projects/project_session.h"
#include "storage/workspace.h"

namespace asterism {

// What commands say of a project's documents.

// {"added", "changed", "removed"}: how many.
nlohmann::ordered_json changesJson(const ProjectChanges& changes);

// Adds "left_out" ({"document", "reason"}), failed documents among them, and "notes"
// ({"document", "note"}) as the project's documents were read last.
void addReading(nlohmann::ordered_json& json, Workspace& workspace, std::int64_t project);
nlohmann::ordered_json leftOutJson(std::span<const LeftOut> leftOut);

// The tree of a pre-flight as lines: tokens, bytes of KV cache, name, what is wrong with it.
std::string preflightText(const Preflight& preflight);
// {"name", "folder", "files", "tokens", "kv_bytes", "children"}; of a file that is left out
// "reason" instead of figures; "secrets" ({"kind", "line"}) where some were found.
nlohmann::ordered_json preflightJson(const Preflight& preflight);

// Throws Error for the first path that cannot be read: what is made of none is not made at all.
void checkPaths(std::span<const std::filesystem::path> paths);

// "2026-11-26 14:05" in the user's time zone; "never" for 0.
std::string timeText(std::int64_t milliseconds);

}  // namespace asterism
