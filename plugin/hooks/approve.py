"""Approves marl commands that only read or plan; everything else is left to the user.

It gets the tool call as JSON on stdin. Saying nothing leaves the decision where it was. Only one
plain command is ever approved: no pipes, no redirection, no substitution, no second command.
"""

import json
import shlex
import sys

# Subcommands that send nothing, buy nothing and write nothing.
READS = {"plan", "integrations", "describe", "why", "columns", "rows", "schema", "exit-codes"}
READS_OF = {"runs": {"show", "wait"}, "ledger": {"stats"}}
# What a shell would do more with than pass it on.
SHELL = set("|&;<>()$`\\\n*?[]{}!#~")


def only_reads(command):
    if SHELL & set(command):
        return False
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    # These may stand anywhere and change nothing.
    words = [word for word in words if word not in {"--json", "-v", "--verbose"}]
    if len(words) < 2 or words[0] != "marl":
        return False
    if words[1] in READS:
        return True
    if words[1] in READS_OF:
        rest = [word for word in words[2:] if not word.startswith("-")]
        if words[1] == "runs" and not rest:
            return True
        return bool(rest) and words[2] in READS_OF[words[1]]
    return False


def main():
    call = json.load(sys.stdin)
    if call.get("tool_name") == "Bash" and only_reads(call.get("tool_input", {}).get("command", "")):
        decision = {
            "hookEventName": "PreToolUse",
            "permissionDecision": "allow",
            "permissionDecisionReason": "this marl command only reads or plans",
        }
        print(json.dumps({"hookSpecificOutput": decision}))


if __name__ == "__main__":
    main()
