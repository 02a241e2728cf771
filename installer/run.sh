#!/bin/bash
# Installs what is missing, builds and opens the desktop: installer/run.sh
# Where there is no display, or with an argument, it fetches the model and asks a question over a
# folder of text on the command line instead:
#   installer/run.sh [--model NAME] [FOLDER [QUESTION]]
# Without FOLDER it reads Asterism's manual and the sources of core/star.
set -euo pipefail

usage() {
    echo "usage: installer/run.sh [--model NAME] [FOLDER [QUESTION]]" >&2
    exit 2
}

opens_desktop=
if [[ $# -eq 0 ]]; then opens_desktop=${DISPLAY:-}${WAYLAND_DISPLAY:-}; fi
model=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --model) [[ $# -ge 2 ]] || usage; model=("$2"); shift 2 ;;
        --model=*) model=("${1#--model=}"); shift ;;
        --) shift; break ;;
        -*) usage ;;
        *) break ;;
    esac
done
[[ $# -le 2 ]] || usage

root=$(cd "$(dirname "$0")/.." && pwd)
if [[ $# -ge 1 ]]; then
    [[ -e $1 ]] || { echo "run.sh: no file or folder at $1" >&2; exit 1; }
    folder=$(realpath "$1")
else
    folder=$root/build/cpu/sample
fi
question=${2:-"What is Asterism, and what does it do?"}

"$root/installer/deps.sh"
if [[ -n $opens_desktop ]]; then
    "$root/installer/build.sh" asterism-desktop
    exec "$root/build/cpu/app/asterism"
fi
"$root/installer/build.sh" asterism-cli asterism_sample
cli=$root/build/cpu/app/asterism-cli

if [[ ${#model[@]} -eq 0 || ! -e ${model[0]} ]]; then
    "$cli" model pull "${model[@]}"
fi
echo "asterism-cli ask $folder \"$question\"" >&2
exec "$cli" ask "$folder" "$question" ${model[@]:+--model "${model[0]}"}
