"""Approves marl commands that only read or plan; everything else is left to the user.

It gets the tool call as JSON on stdin. Saying nothing leaves the decision where it was. Only one
plain command is ever approved: no pipes, no redirection, no substitution, no second command. Every
flag must be known here, and every file must be a table below the working folder: a delimiter of
one's own makes any text a table, so that a command that only reads could show a key.
"""

import json
import os
import re
import shlex
import stat
import sys

# What a shell would do more with than pass it on.
SHELL = set("|&;<>()$`\\\n*?[]{}!#~")

TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")

# The longest that a command may keep the agent waiting, in seconds.
LONGEST_WAIT = 600

# The longest condition, in characters: it is evaluated for every row.
LONGEST_CONDITION = 500

# What a flag takes: nothing, any text, a condition over a row, a table below the working folder, a
# bounded time.
NOTHING, TEXT, CONDITION, TABLE, WAIT = "nothing", "text", "condition", "table", "wait"

ANYWHERE = {"--json": NOTHING, "-v": NOTHING, "-vv": NOTHING, "--verbose": NOTHING}
SANDBOX = {"--sandbox": NOTHING}
READING = {
    "--delimiter": TEXT,
    "--encoding": TEXT,
    "--header-line": TEXT,
    "--no-header": NOTHING,
    "--skip-footer": TEXT,
    "--pad-rows": NOTHING,
    "--name-columns": NOTHING,
}
# Recipes and formulas are left out: a chain of formulas can compute for very long. So is `--ledger`,
# which opens any file, and `--detach`, which is about another command.
PLAN = {
    "--input": TABLE,
    "-i": TABLE,
    "--output": TABLE,
    "-o": TABLE,
    "--raw-cells": NOTHING,
    "--filter": CONDITION,
    "--where": CONDITION,
    **{
        f"--{name}": TEXT
        for name in (
            "integrations want map into prefix provider-column column-type existing parallel limit pilot "
            "rows only in-doubt max-age max-calls max-cost plan output-encoding sample progress"
        ).split()
    },
}

# By its words: which flags a command takes besides those of all, and how many other words, and of
# which kind the first is.
COMMANDS = {
    ("integrations",): ({}, 0, TEXT),
    ("describe",): ({}, 1, TEXT),
    ("schema",): ({}, 3, TEXT),
    ("exit-codes",): ({}, 0, TEXT),
    ("columns",): ({"--all": NOTHING, **READING}, 1, TABLE),
    ("rows",): (
        {
            "--filter": CONDITION,
            "--column-type": TEXT,
            "--columns": TEXT,
            "--rows": TEXT,
            "--limit": TEXT,
            "--full": NOTHING,
            **READING,
        },
        1,
        TABLE,
    ),
    ("plan",): ({**PLAN, **READING, **SANDBOX}, 0, TEXT),
    ("why",): ({"--row": TEXT, "--column": TEXT, "--run": TEXT, **READING, **SANDBOX}, 1, TABLE),
    ("gaps",): (
        {
            "--column": TEXT,
            "--reason": TEXT,
            "--rows": TEXT,
            "--limit": TEXT,
            "--run": TEXT,
            **READING,
            **SANDBOX,
        },
        1,
        TABLE,
    ),
    ("runs",): ({"--limit": TEXT, **SANDBOX}, 0, TEXT),
    ("runs", "show"): (SANDBOX, 1, TEXT),
    ("runs", "wait"): ({"--timeout": WAIT, **SANDBOX}, 1, TEXT),
    ("ledger", "stats"): (SANDBOX, 0, TEXT),
}


def is_table(path, folder):
    """Whether a name leads to a table below the folder, links followed, or to nothing there."""
    if not path or path.startswith("-"):
        return False
    folder = os.path.realpath(folder)
    real = os.path.realpath(os.path.join(folder, path))
    # Where a link leads counts, and so does what it is called.
    if os.path.commonpath([folder, real]) != folder:
        return False
    if not all(name.lower().endswith(TABLES) for name in (path, real)):
        return False
    hidden = os.path.relpath(real, folder).split(os.sep)
    if any(name.startswith(".") for name in hidden):
        return False
    try:
        about = os.lstat(real)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    # A second name of a file may be that of a key.
    return stat.S_ISREG(about.st_mode) and about.st_nlink == 1


def is_short(time):
    """Whether a time such as `100s` or `1m 30s` is bounded."""
    units = {"ms": 0.001, "s": 1, "m": 60, "min": 60}
    parts = re.fullmatch(r"(?:\d{1,6}(?:ms|s|min|m) ?)+", time)
    if not parts:
        return False
    total = sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)(ms|s|min|m)", time))
    return total <= LONGEST_WAIT


def is_cheap(condition):
    """Whether a condition takes no longer than reading its row.

    Functions and lists need brackets, which no approved command has. Sums make texts longer and longer.
    """
    return len(condition) <= LONGEST_CONDITION and "+" not in condition


def fits(kind, value, folder):
    if kind == TABLE:
        return is_table(value, folder)
    if kind == WAIT:
        return is_short(value)
    if kind == CONDITION and not is_cheap(value):
        return False
    return not value.startswith("-")


def leads_out(folder):
    """Whether the project's ledger is reached through a link."""
    here = os.path.realpath(folder)
    while True:
        marl = os.path.join(here, ".marl")
        if os.path.isdir(marl) or os.path.islink(marl):
            names = [marl] + [os.path.join(marl, name) for name in ("ledger.db", "sandbox.db")]
            sides = [name + end for name in names[1:] for end in ("", "-wal", "-shm", "-journal", "-room")]
            special = any(os.path.exists(name) and not os.path.isfile(name) for name in sides)
            return special or any(os.path.islink(name) for name in names)
        above = os.path.dirname(here)
        if above == here:
            return False
        here = above


def split(words):
    """The longest known command at the start of the words, and the rest."""
    for length in (2, 1):
        if tuple(words[:length]) in COMMANDS:
            return tuple(words[:length]), words[length:]
    return None, []


def only_reads(command, folder):
    # What cannot be seen may part words for one reader and not for another.
    if SHELL & set(command) or not command.isprintable():
        return False
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    if len(words) < 2 or words[0] != "marl":
        return False
    words = words[1:]
    # The command's own words, before any flag that takes a value.
    first = []
    while words and len(first) < 2 and (words[0] in ANYWHERE or not words[0].startswith("-")):
        word = words.pop(0)
        if word not in ANYWHERE:
            first.append(word)
    name, rest = split(first)
    rest = rest + words
    if name is None or leads_out(folder):
        return False
    flags, most, kind = COMMANDS[name]
    others = []
    rest = iter(rest)
    for word in rest:
        if not word.startswith("-"):
            others.append(word)
            continue
        flag, sign, value = word.partition("=")
        if flag == "--refresh" and name == ("plan",):
            # It names integrations behind an equals sign, or stands alone.
            takes = TEXT if sign else NOTHING
        elif word in ANYWHERE:
            continue
        elif flag in flags:
            takes = flags[flag]
        else:
            return False
        if takes == NOTHING:
            if sign:
                return False
            continue
        if not sign:
            value = next(rest, "-")
        if not fits(takes, value, folder):
            return False
    return len(others) <= most and all(fits(kind, word, folder) for word in others)


def main():
    try:
        call = json.load(sys.stdin)
    except ValueError:
        return
    if not isinstance(call, dict) or call.get("tool_name") != "Bash":
        return
    given = call.get("tool_input")
    command = given.get("command") if isinstance(given, dict) else None
    folder = call.get("cwd") or os.getcwd()
    if isinstance(command, str) and isinstance(folder, str) and only_reads(command, folder):
        decision = {
            "hookEventName": "PreToolUse",
            "permissionDecision": "allow",
            "permissionDecisionReason": "this marl command only reads or plans",
        }
        print(json.dumps({"hookSpecificOutput": decision}))


if __name__ == "__main__":
    main()
