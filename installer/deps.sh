#!/bin/sh
# Installs what Asterism needs to be built and run on Debian 12 (bookworm) or Ubuntu 24.04:
#   installer/deps.sh [--tests]
# --tests adds what the checks of .ci/run need. Where nvcc is, the headers of cuDNN's front end are
# fetched too. Quick when nothing is missing.
set -eu

fail() {
    echo "deps.sh: $1" >&2
    exit 1
}

with_tests=no
case "${1:-}" in
    '') ;;
    --tests) with_tests=yes ;;
    *) echo "usage: installer/deps.sh [--tests]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "this is not Debian or Ubuntu; install the packages listed in $0 by your system's means"
fi

# Headers alone, so a Python package is the shortest way to them; they land beside the sources, in
# a folder that git ignores. Without them a slower attention kernel of our own is built.
front_end_version=1.32.0
front_end=$(dirname "$0")/../.cache/cudnn-frontend
fetch_front_end() {
    [ -e "$front_end/$front_end_version" ] && return
    command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] || return 0
    echo "deps.sh: fetching the headers of cuDNN's front end" >&2
    rm -rf "$front_end"
    mkdir -p "$front_end"
    if python3 -m pip download -q --no-deps --only-binary=:all: -d "$front_end" \
            "nvidia-cudnn-frontend==$front_end_version" >&2 &&
        python3 -c 'import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith("include/")])' \
            "$front_end"/*.whl "$front_end"; then
        rm "$front_end"/*.whl
        touch "$front_end/$front_end_version"
    else
        echo "deps.sh: they could not be fetched; long texts will encode slower on the GPU" >&2
    fi
}

# Compiler and tools; python3-pip fetches models that come as Python packages.
packages="g++ cmake ninja-build ccache mold pkg-config git ca-certificates python3 python3-pip"
# Tokenizers, Unicode, patterns, kernels, checksums, database, command line, downloads.
packages="$packages libsentencepiece-dev libicu-dev libpcre2-dev libhwy-dev libxxhash-dev
    libsqlite3-dev nlohmann-json3-dev libcli11-dev libcurl4-openssl-dev libssl-dev libzip-dev"
# Document formats and repositories.
packages="$packages libuchardet-dev libgumbo-dev libgit2-dev libpugixml-dev qt6-pdf-dev"
# The desktop: widgets, icons, translations.
packages="$packages qt6-base-dev qt6-svg-dev qt6-tools-dev qt6-l10n-tools"
# Packages: dpkg-shlibdeps, and the file command, by which CPack finds programs.
packages="$packages dpkg-dev file"
# Tests and benchmarks are part of the default build.
packages="$packages libgtest-dev libgmock-dev libbenchmark-dev xvfb"
if [ "$with_tests" = yes ]; then
    packages="$packages clang-16 clang-format-16 clang-tidy-16 libclang-rt-16-dev
        appstream desktop-file-utils mandoc"
fi

# Those of "$@" that are not installed.
list_missing() {
    for package in "$@"; do
        state=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
        case "$state" in
            ii*) ;;
            *) echo "$package" ;;
        esac
    done
}

# shellcheck disable=SC2086  # a list of words
missing=$(list_missing $packages | tr '\n' ' ')
if [ -z "$missing" ]; then
    fetch_front_end
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        fail "root or sudo is needed to install: ${missing% }"
    as_root=sudo
fi

echo "deps.sh: installing ${missing% }" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs apt-get; shows its words only if it fails.
run_apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null
}

# A failed update of one list need not matter: the install below says if it does.
run_apt update || updated=no
# shellcheck disable=SC2086
if ! run_apt install --no-install-recommends $missing; then
    tail -n 20 "$log" >&2
    [ "${updated:-yes}" = yes ] ||
        fail "the package lists could not be updated; check the network and /etc/apt/sources.list"
    fail "apt-get could not install: ${missing% }; see its words above"
fi
fetch_front_end
