"""Judge packets that fit into one answer: what they quote is cut, what they ask stays whole."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from mirra_mcp.server.answers import narrowed, size
from mirra_mcp.wire.runs import JudgePacket

SMALLEST = 2_500
"""Bytes below which a packet says too little to judge by."""
WIDTHS = (1_500, 500, 200)

Change = Callable[[list[str]], list[str]]

_LEFT_OUT = re.compile(r"\((\d+) lines are left out of this answer\.\)")
_QUOTED = re.compile(r"(<data-(\w+)>\n)(.*?)(\n</data-\2>)", re.DOTALL)


def fitted(packets: Sequence[JudgePacket], limit: int) -> list[JudgePacket]:
    """Return the packets so that together they take at most so many bytes of JSON.

    Each gets an equal share. Where the shares would be too small, the last packets are empty:
    of those there is the criterion's text only.
    """
    if size([packet.to_json() for packet in packets]) <= limit:
        return list(packets)
    bare = [packet.model_copy(update={"packet": ""}) for packet in packets]
    room = limit - size([packet.to_json() for packet in bare])
    whole = max(1, min(len(packets), room // SMALLEST))
    return [
        packet.model_copy(update={"packet": _shortened(packet.packet, room // whole)})
        for packet in packets[:whole]
    ] + bare[whole:]


def _shortened(packet: str, limit: int) -> str:
    """Cut the lines between the marks of quoted data, then leave lines out; the marks stay."""
    for width in WIDTHS:
        packet = _requoted(packet, partial(_narrow, width=width))
        if size(packet) <= limit:
            return packet
    while size(packet) > limit:
        shorter = _requoted(packet, _halved)
        if shorter == packet:
            return packet.encode()[: max(0, limit // 2)].decode(errors="ignore")
        packet = shorter
    return packet


def _requoted(packet: str, change: Change) -> str:
    return _QUOTED.sub(
        lambda found: found[1] + "\n".join(change(found[3].split("\n"))) + found[4], packet
    )


def _narrow(lines: list[str], width: int) -> list[str]:
    return [narrowed(line, width) for line in lines]


def _halved(lines: list[str]) -> list[str]:
    """Keep the first half, and say how many lines are gone by now."""
    told = _LEFT_OUT.fullmatch(lines[-1])
    rest = lines[:-1] if told else lines
    kept = rest[: len(rest) // 2]
    gone = len(rest) - len(kept) + (int(told[1]) if told else 0)
    return [*kept, f"({gone} lines are left out of this answer.)"]
