"""Segments: how many a text takes, and what Smart Encoding spares.

Source: https://www.twilio.com/docs/glossary/what-sms-character-limit
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirra_mcp.local.mirrors.twilio.messaging.messages.segments import count, is_gsm, size, smart

SMILE = "\U0001f600"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 153, 3),
        ("ñ" * 160, 1),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("ç" * 134, 2),
        ("ç" * 135, 3),
        (SMILE * 35, 1),
        (SMILE * 36, 2),
        (SMILE * 66, 2),
        (SMILE * 67, 3),
    ],
    ids=range(17),
)
def test_a_text_takes_so_many_segments(text: str, number: int) -> None:
    assert count(text) == number


@given(st.text(max_size=400))
def test_segments_hold_their_text(text: str) -> None:
    """Source: https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding"""
    number, units = count(text), size(text)
    alone, joined = (160, 153) if is_gsm(text) else (70, 67)
    if number == 1:
        assert units <= alone
    else:
        assert alone < units <= number * joined
        assert units > (number - 1) * (joined - 1)


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_text_takes_no_fewer_segments(text: str, more: str) -> None:
    """Source: https://www.twilio.com/docs/glossary/what-sms-character-limit"""
    assert count(text + more) >= count(text)


@given(st.text(max_size=200))
def test_smart_encoding_is_done_at_once(text: str) -> None:
    """Source: https://www.twilio.com/docs/messaging/services#smart-encoding"""
    once = smart(text)
    assert smart(once) == once
    if is_gsm(text) and "`" not in text:
        assert once == text


def test_smart_encoding_replaces_what_only_looks_special() -> None:
    """Source: https://www.twilio.com/docs/messaging/services#smart-encoding"""
    fancy = "\u201cHi\u201d\u00a0\u2013 \u2018it\u2019s\u2026 \u00bd \uff21\u1d00\uff11\u200b"
    assert smart(fancy) == "\"Hi\" - 'it's... 1/2 AA1"
    assert smart("Grüße, 你好 " + SMILE) == "Grüße, 你好 " + SMILE
