#!/usr/bin/env python3
"""Checks and times Asterism on several GPUs of one host.

    several_gpus.py ASTERISM_CLI --model smollm2-135m-instruct --ranks 1,2,4
    several_gpus.py ASTERISM_CLI --checks "" --ranks 2,4 --lengths 524288 --modes star,ring --kv q8

Checks, with a real model: every number of ranks gives the tokens that one rank gives, attention
masses sum to 1, and ring attention gives the logits of dense attention (`answers`); a project that
is read over several GPUs has blocks on each, is opened again without encoding anything, and answers
as one on a single GPU (`project`).

Times, with random weights in the shape of Llama-3.1-8B: seconds to encode by mode, length and number
of GPUs, the first time (when the GPUs' libraries make ready what they run) and the fastest, what every
GPU took for its blocks, the speed-up over one GPU, how even the blocks are spread (the speed-up that
whole blocks allow), milliseconds a generated token and microseconds of one layer's
merge in it; then Star attention against ring attention. `quarter` is star with blocks of a quarter of
the context. A run that does not fit, or for which the time is not left, is a line that says so. Ends
with 1 if a check fails.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

FAILURES = []
DATA_HOME = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share")
CITIES = ["Paris", "Berlin", "Rome", "Madrid", "Lisbon", "Vienna", "Athens", "Oslo"]


class RunFailed(Exception):
    """The command's own words."""


class Cli:
    """Runs asterism-cli until the time is over."""

    def __init__(self, program, seconds):
        self.program = program
        self.end = time.monotonic() + seconds

    def run(self, words, environment=None):
        """The JSON object that the command prints."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise RunFailed("no time left")
        try:
            result = subprocess.run([self.program, *words, "--json"], capture_output=True,
                                    text=True, timeout=left, env=environment)
        except subprocess.TimeoutExpired:
            raise RunFailed("no time left") from None
        if result.returncode != 0:
            raise RunFailed((result.stderr.strip().splitlines() or ["no reason given"])[-1])
        return json.loads(result.stdout)


def expect(holds, what):
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    if not holds:
        FAILURES.append(what)


def difference(logits, expected):
    """Greatest difference of the logits that both have, and how many these are."""
    expected = dict(map(tuple, expected))
    both = [abs(value - expected[token]) for token, value in logits if token in expected]
    return max(both, default=float("inf")), len(both)


def common_length(first, second):
    same = 0
    while same < min(len(first), len(second)) and first[same] == second[same]:
        same += 1
    return same


def notes(first, count):
    return "".join(f"Note {i}: the train from {CITIES[i % 8]} leaves at platform {i * 7 % 23}.\n"
                   for i in range(first, first + count))


def check_answers(cli, model, ranks, folder):
    context = folder / "context.txt"
    query = folder / "query.txt"
    context.write_text(notes(0, 180))
    query.write_text("From which platform does the train of note 100 leave?")

    def ask(mode, count):
        return cli.run(["generate", "--model", model, "--device", "cuda", "--ranks", str(count),
                        "--context-file", str(context), "--query-file", str(query),
                        "--attention", mode, "--block-tokens", "512", "--kv", "bf16",
                        "--max-tokens", "24", "--top-logits", "20"])

    alone = {mode: ask(mode, 1) for mode in ("star", "dense")}
    for count in ranks:
        for mode in ("star", "dense", "ring"):
            if mode == "ring" and count == 1:
                continue
            answer = alone[mode] if count == 1 else ask(mode, count)
            mass = sum(answer["attention_mass"]) + answer.get("anchor_mass", 0)
            expect(abs(mass - 1) < 1e-3, f"{mode}, {count} ranks: masses sum to {mass:.5f}")
            one = alone["dense" if mode == "ring" else mode]
            off, common = difference(answer["first_logits"], one["first_logits"])
            expect(off < 0.5 and common > 15,
                   f"{mode}, {count} ranks: {common} of 20 logits within {off:.3f} of one rank's")
            # In bf16 a close race between two tokens may end either way later on.
            same = common_length(answer["tokens"], one["tokens"])
            expect(same >= 4, f"{mode}, {count} ranks: first {same} of {len(one['tokens'])} tokens "
                              "are one rank's")


def check_project(cli, model, ranks, folder):
    sources = folder / "notes"
    sources.mkdir()
    for file in range(12):
        (sources / f"notes{file:02}.txt").write_text(notes(60 * file, 60))
    answers = {}
    for count in ranks:
        # Projects and blocks of their own; the user's models.
        home = folder / f"home{count}"
        (home / "asterism").mkdir(parents=True)
        if (DATA_HOME / "asterism/models").is_dir():
            (home / "asterism/models").symlink_to(DATA_HOME / "asterism/models")
        environment = dict(os.environ)
        for name in ("DATA", "CACHE", "CONFIG", "STATE"):
            environment[f"XDG_{name}_HOME"] = str(home)

        def call(*words, on=count):
            return cli.run([*words, "--device", "cuda", "--ranks", str(on)], environment)

        def ask(on):
            return call("ask", "trains", "From which platform does the train of note 100 leave?",
                        "--max-tokens", "24", on=on)

        read = call("ingest", "trains", str(sources), "--model", model, "--block-tokens", "1024")
        total = read["blocks_total"]
        expect(read["blocks_encoded"] == total > count,
               f"project, {count} ranks: {read['blocks_encoded']} of {total} blocks are encoded")
        answer = ask(count)
        by_rank = answer["blocks"]["by_rank"]
        expect(len(by_rank) == count and min(by_rank) > 0 and sum(by_rank) == total,
               f"project, {count} ranks: blocks of every rank: {by_rank}")
        expect(answer["blocks"]["restored"] == total,
               f"project, {count} ranks: opened again, {answer['blocks']['restored']} of {total} "
               "blocks come from disk")
        answers[count] = answer["answer"]
        expect(ask(count)["answer"] == answers[count],
               f"project, {count} ranks: the same answer the next time")
        same = common_length(answers[count], answers[ranks[0]])
        expect(same >= min(12, len(answers[ranks[0]])),
               f"project, {count} ranks: first {same} letters of {answers[count]!r} are those of "
               f"{ranks[0]} ranks")
        if count > 1:
            elsewhere = ask(1)
            expect(elsewhere["blocks"]["restored"] == total,
                   f"project, {count} ranks: one GPU opens it and restores "
                   f"{elsewhere['blocks']['restored']} blocks")


class Timing:
    """The rows of the table, of which those on one GPU come first."""

    def __init__(self, cli, options):
        self.cli = cli
        self.options = options
        self.seconds = {}  # by mode, tokens, GPUs

    def row(self, mode, length, count, report):
        row = report["rows"][0]
        seconds = row["encode_s"]
        self.seconds[mode, length, count] = seconds
        alone = self.seconds.get(("dense" if mode == "ring" else mode, length, 1))
        speed_up = f"{alone / seconds:.2f}" if alone else ""
        by_rank = row["rank_s"]
        even = sum(by_rank) / max(by_rank) if max(by_rank) > 0 else 0
        blocks = ", ".join(f"{each:.2f}" for each in by_rank)
        print(f"| {length} | {mode} | {row['blocks']} | {count} | {row['first_encode_s']:.3f} | "
              f"{seconds:.3f} | {speed_up} | "
              f"{even:.2f} | {1e3 / row['generation_tokens_per_s']:.2f} | "
              f"{row['merge_us_per_layer']:.1f} | {blocks} |", flush=True)

    def time(self, mode, length, count):
        block = length // 4 if mode == "quarter" else 8192
        try:
            report = self.cli.run(
                ["bench", "--shape", self.options.shape, "--device", "cuda", "--ranks", str(count),
                 "--modes", "star" if mode == "quarter" else mode, "--lengths", str(length),
                 "--block-tokens", str(block), "--kv", self.options.kv,
                 "--repeats", str(self.options.repeats), "--generate",
                 str(self.options.generate)])
        except RunFailed as failure:
            print(f"| {length} | {mode} | | {count} | {failure} |", flush=True)
        else:
            self.row(mode, length, count, report)

    def table(self, ranks, lengths, modes):
        print("\n| tokens | mode | blocks | GPUs | the first time | seconds | speed-up | blocks allow "
              "| ms a token | us a layer's merge | seconds by GPU |\n"
              "|---|---|---|---|---|---|---|---|---|---|---|")
        for length in lengths:
            for mode in modes:
                for count in ranks:
                    if mode != "ring" or count > 1:
                        self.time(mode, length, count)
        for (mode, length, count), seconds in self.seconds.items():
            ring = self.seconds.get(("ring", length, count))
            if ring and mode in ("star", "quarter"):
                print(f"{length} tokens, {count} GPUs: {mode} encodes {ring / seconds:.2f} times as "
                      "fast as ring", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli", help="path of asterism-cli, built with CUDA and NCCL")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--ranks", default="1,2", help="numbers of GPUs")
    parser.add_argument("--checks", default="answers,project", help="empty: none")
    parser.add_argument("--shape", default="llama-3.1-8b")
    parser.add_argument("--lengths", default="65536,131072", help="empty: nothing is timed")
    parser.add_argument("--modes", default="star,quarter,dense,ring")
    parser.add_argument("--kv", default="bf16")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--generate", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=570, help="for all of it")
    options = parser.parse_args()
    cli = Cli(options.cli, options.seconds)
    ranks = [int(word) for word in options.ranks.split(",")]
    checks = {"answers": check_answers, "project": check_project}
    for name in filter(None, options.checks.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            try:
                checks[name](cli, options.model, ranks, pathlib.Path(folder))
            except RunFailed as failure:
                expect(False, f"{name}: {failure}")
    lengths = [int(word) for word in filter(None, options.lengths.split(","))]
    if lengths:
        Timing(cli, options).table(ranks, lengths, options.modes.split(","))
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
