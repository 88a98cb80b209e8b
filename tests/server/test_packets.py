"""Judge packets that share one answer: what they quote is cut, what they ask stays whole."""

import json

import pytest

from mirra_mcp.server.packets import fitted
from mirra_mcp.wire.runs import JudgePacket


def packet_of(lines: int, width: int = 300) -> str:
    quoted = "\n".join(json.dumps({"line": number, "text": "x" * width}) for number in range(lines))
    return (
        f"You are the judge.\n\n### Session trace\n<data-ab12>\n{quoted}\n</data-ab12>\n\n"
        "### Your task\nDecide."
    )


@pytest.mark.parametrize("count", [1, 2, 8, 40])
def test_packets_fit_into_one_answer(count: int) -> None:
    packets = [
        JudgePacket(criterion=number, text=f"Criterion {number}", packet=packet_of(100))
        for number in range(count)
    ]
    found = fitted(packets, 20_000)
    assert len(json.dumps([each.to_json() for each in found]).encode()) <= 20_000
    assert [each.text for each in found] == [each.text for each in packets]
    shown = [each.packet for each in found if each.packet]
    assert shown
    for text in shown:
        assert text.startswith("You are the judge.")
        assert text.endswith("\n</data-ab12>\n\n### Your task\nDecide.")


def test_small_packets_stay_whole() -> None:
    packets = [JudgePacket(criterion=0, text="It is kind", packet=packet_of(3))]
    assert fitted(packets, 20_000) == packets
