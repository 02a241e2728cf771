#include <algorithm>

#include "core/documents/reader_list.h"
#include "core/documents/text_encoding.h"

namespace asterism {

namespace {

// Files that are known by their whole name.
constexpr std::string_view kFileNames[] = {
    "Makefile",    "GNUmakefile", "CMakeLists.txt", "Dockerfile", "Rakefile", "Gemfile",
    "Jenkinsfile", "meson.build", "BUILD",          "WORKSPACE",  "Kconfig",  "SConstruct"};

class SourceReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::source; }

    bool accepts(std::string_view fileName, std::string_view head) const override {
        return head.starts_with("#!") ||
               std::find(std::begin(kFileNames), std::end(kFileNames), fileName) !=
                   std::end(kFileNames) ||
               hasSuffix(
                   fileName,
                   {".c",      ".h",   ".cc",   ".cpp",   ".cxx",   ".hpp",    ".hh",    ".hxx",
                    ".inl",    ".ipp", ".cu",   ".cuh",   ".m",     ".mm",     ".py",    ".pyi",
                    ".pyx",    ".rs",  ".go",   ".java",  ".kt",    ".kts",    ".scala", ".groovy",
                    ".gradle", ".js",  ".mjs",  ".cjs",   ".jsx",   ".ts",     ".tsx",   ".vue",
                    ".svelte", ".css", ".scss", ".less",  ".rb",    ".php",    ".pl",    ".pm",
                    ".lua",    ".r",   ".jl",   ".swift", ".dart",  ".cs",     ".fs",    ".vb",
                    ".hs",     ".ml",  ".mli",  ".ex",    ".exs",   ".erl",    ".hrl",   ".clj",
                    ".cljs",   ".el",  ".lisp", ".scm",   ".sh",    ".bash",   ".zsh",   ".fish",
                    ".ps1",    ".bat", ".cmd",  ".sql",   ".proto", ".thrift", ".cmake", ".mk",
                    ".bzl",    ".nix", ".tf",   ".zig",   ".nim",   ".d",      ".f",     ".f90",
                    ".f95",    ".pas", ".ada",  ".adb",   ".ads",   ".asm",    ".s",     ".v",
                    ".sv",     ".vhd", ".vhdl", ".glsl",  ".hlsl",  ".wgsl",   ".metal", ".qml",
                    ".y",      ".l"});
    }

    ReadText read(std::string_view bytes, const ReadLimits&) const override {
        return readEncodedText(bytes);
    }
};

}  // namespace

const DocumentReader& sourceReader() {
    static const SourceReader reader;
    return reader;
}

}  // namespace asterism
