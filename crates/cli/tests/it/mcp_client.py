"""Drives `marl mcp` with the protocol's official SDK, as an agent would, and prints what it got.

Started by mcp.rs with the binary as its argument, in a folder with people.csv.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


def children(parent):
    """The processes that one has started and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent_of = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # It ended meanwhile.
            continue
        if int(parent_of) == parent and state != "Z":
            found.append(int(stat.parent.name))
    return found


async def given_up(session, seconds, tool, **arguments):
    """Cancels a call; whether it was still under way."""
    with anyio.move_on_after(seconds) as scope:
        await session.call_tool(tool, arguments)
    return scope.cancelled_caught


async def task(session):
    seen = {}
    initialized = await session.initialize()
    seen["server"] = initialized.server_info.name
    seen["instructions"] = initialized.instructions
    listed = (await session.list_tools()).tools
    seen["tools"] = {
        tool.name: {
            "described": bool(tool.description),
            "input": tool.input_schema["type"],
            "output": tool.output_schema,
            "reads_only": tool.annotations.read_only_hint,
            "open_world": tool.annotations.open_world_hint,
            "destructive": tool.annotations.destructive_hint,
            "idempotent": tool.annotations.idempotent_hint,
        }
        for tool in listed
    }

    async def call(tool, progress=None, **arguments):
        answer = await session.call_tool(tool, arguments, progress_callback=progress)
        return {"error": bool(answer.is_error), "document": answer.structured_content}

    run = {"table": "people.csv", "integrations": ["linkedin_profile"]}
    Path("linked.csv").write_text(Path("people.csv").read_text())
    Path("linked_enriched.csv").symlink_to("/tmp/outside.csv")
    seen["integrations"] = await call("integrations")
    seen["one"] = await call("integrations", name="linkedin_profile")
    seen["refused"] = {
        "without a cap": await call("start_run", **run),
        "outside": await call("plan", table="/etc/hostname", integrations=["linkedin_profile"]),
        "unknown argument": await call("plan", table="people.csv", integration=["x"]),
        "unknown integration": await call("plan", table="people.csv", integrations=["linkedin"]),
        "unknown tool": await call("buy"),
        "a cap that is none": await call("start_run", max_calls=None, **run),
        "a cap that is no number": await call("start_run", max_calls=False, **run),
        "outside, in a list": await call("start_run", max_calls=1, output=["/tmp/outside.csv"], **run),
        "outside, by a link": await call("start_run", table="linked.csv", integrations=["linkedin_profile"], max_calls=1),
        "a flag for a table": await call("columns", table="--help"),
    }
    seen["columns"] = await call("columns", table="people.csv")
    seen["rows"] = await call("rows", table="people.csv", rows="199-", columns=["name"])
    plan = await call("plan", **run)
    seen["plan"] = plan
    started = await call("start_run", plan=plan["document"]["plan"], **run)
    seen["started"] = started
    number = started["document"]["run"]
    # A client that gives up ends the waiting, not the run.
    seen["gave up waiting"] = await given_up(session, 0.3, "run_status", run=number, wait_seconds=60)
    seen["meanwhile"] = await call("run_status", run=number)
    told = []

    async def progress(done, total, message):
        told.append([done, total, message])

    seen["status"] = await call("run_status", progress=progress, run=number, wait_seconds=60)
    seen["progress"] = told
    seen["runs"] = await call("run_status")
    seen["why"] = await call("explain_cell", table="people_enriched.csv", row=1, column="headline")
    seen["again"] = await call("plan", **run)
    seen["ledger"] = await call("ledger")
    # A command that was given up on is ended.
    people = "".join(f"P,https://www.linkedin.com/in/sandbox-{row}\n" for row in range(400_000))
    Path("many.csv").write_text("name,linkedin_url\n" + people)
    seen["gave up planning"] = await given_up(session, 0.3, "plan", **{**run, "table": "many.csv"})
    [server] = children(os.getpid())
    with anyio.move_on_after(20):
        while children(server):
            await anyio.sleep(0.02)
    seen["left behind"] = len(children(server))
    seen["long"] = await call("rows", table="many.csv", limit=100_000)
    seen["rest"] = await call("more", handle="answer-1", offset=20_000)
    return seen


async def main():
    server = StdioServerParameters(command=sys.argv[1], args=["mcp"], env=dict(os.environ))
    async with stdio_client(server) as (reader, writer):
        async with ClientSession(reader, writer) as session:
            print(json.dumps(await task(session)))


asyncio.run(main())
