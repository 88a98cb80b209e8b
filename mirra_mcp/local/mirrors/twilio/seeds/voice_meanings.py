"""What people's words mean of calls, and of what belongs to them.

Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values,
https://www.twilio.com/docs/voice/answering-machine-detection and
https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from typing import Any

from mirra_mcp.local.kit.facts import Begins, Fact, Given, Not, all_, either, is_
from mirra_mcp.local.kit.meanings import (
    Alias,
    Meaning,
    Means,
    Sentence,
    State,
    Unclear,
    Words,
    means,
    spoken,
)
from mirra_mcp.local.mirrors.twilio.seeds.transcripts import Between, InTranscript

OUT = Begins("direction", ("outbound",))
IN = is_("direction", "inbound")
RANG = is_("status", "ringing", "in-progress", "completed", "busy", "no-answer")
ANSWERED = is_("status", "in-progress", "completed")
UNTOLD: Fact = either(is_("answered_by", "unknown"), all_(OUT, ANSWERED, Not(Given("answered_by"))))
"""Nobody looked who answered, or couldn't say."""
MACHINE = Begins("answered_by", ("machine",))
HUMAN = is_("answered_by", "human")
ELSEWHERE = Unclear(
    "whom a call was led to is a call of its own, or waited for in a queue",
    ("A call to +15555550123 was answered", "Exactly 1 queue member was bridged"),
)

CALLS: dict[str, Meaning] = spoken(
    {
        "made placed sent dialed": means(RANG, is_("status", "queued"), among=OUT),
        "answered": means(ANSWERED),
        "completed": means(is_("status", "completed")),
        "received": Means(IN, IN, among=IN),
        "recorded": means(Given("recordings_kept")),
        "failed": means(is_("status", "failed"), is_("status", "busy", "no-answer", "canceled")),
        "connected transferred forwarded routed": ELSEWHERE,
    }
)


def _pressed(keys: str) -> Means:
    """Say that these keys were pressed at once; denied is that they were among what was."""
    sure = InTranscript(("pressed",), keys, is_whole=True)
    return means(sure, InTranscript(("pressed",), keys))


def _said(words: str) -> Means:
    return means(InTranscript(("said",), words))


def _heard(words: str) -> Means:
    return means(InTranscript(("said", "played"), words, by_caller=False))


def _queued(name: str = "") -> Means:
    return means(InTranscript(("enqueued",), name or None, is_whole=True, by_caller=False))


def _lasted(seconds: Any) -> Means:
    """Say how many seconds a call was long: from the least to the most."""
    return means(Between("duration", seconds.low, seconds.high))


PRESSED, SAID = InTranscript(("pressed",)), InTranscript(("said",))
BY = "[a/an/the] (machine|answering machine|voicemail|bot)"
PERSON = "[a/the] (human|person|human being)"
ANY = "[the/a/any] [phone] call/calls/phone | the phone"

SPEAKERS: dict[str, State] = {
    "pressed/presses/press (nothing|no key|no keys)": means(Not(PRESSED)),
    "pressed/presses/press (a key|any key|anything|something|any keys)": means(PRESSED),
    "pressed/presses/press [key/keys/digit/digits] {keys:keys}"
    " | did press [key/keys/digit/digits] {keys:keys}": _pressed,
    "did press (a key|any key|anything|any keys)": means(PRESSED),
    "hung up | hangs up | did hang up": means(InTranscript(("hung up",))),
    "said/spoke nothing | did say nothing": means(Not(SAID)),
    "stayed/remained/was silent": means(Not(either(SAID, PRESSED)), Not(SAID)),
    "said/says/say {words:quoted} | did say {words:quoted}": _said,
    "did say anything | said something": means(SAID),
    "heard/hears {words:quoted} | did hear {words:quoted} | was told {words:quoted}": _heard,
    "(was|got) (enqueued|queued|put in [the/a] queue|placed in [the/a] queue) [{name:quoted}]"
    " | waited in [the/a] queue [{name:quoted}] | entered/joined [the/a] queue [{name:quoted}]"
    " | did (enter|join|wait in) [the/a] queue [{name:quoted}]"
    " | (was|got) (put in|placed in) [the/a] {name:quoted} queue": _queued,
}
"""What whoever is at the other end does."""
BY_MACHINE, BY_HUMAN = means(MACHINE, UNTOLD), means(HUMAN, UNTOLD)
ANSWERING: dict[str, State] = {
    f"(was|were|is|got) (answered|picked up) by {BY}": BY_MACHINE,
    f"(was|were|is|got) (answered|picked up) by {PERSON}": BY_HUMAN,
    "(was|were|is|got) answered by [a] fax [machine]": means(is_("answered_by", "fax"), UNTOLD),
    "(went|was|were|remained) unanswered | rang out | (was|were) missed": means(
        all_(OUT, is_("status", "no-answer")),
        is_("status", "no-answer", "busy", "canceled", "failed"),
    ),
    "lasted/lasts/took {seconds:quantity} second/seconds"
    " | was {seconds:quantity} second/seconds long": _lasted,
}
NOBODY = "(nobody|no one|noone|no-one)"
UP = f"(answered|picked up) [{ANY}]"
CALLED: dict[str, Sentence] = {
    f"{NOBODY} {UP}": Sentence(means(Not(ANSWERED))),
    f"(somebody|someone) {UP}": Sentence(means(ANSWERED), "some"),
    f"{BY} {UP}": Sentence(BY_MACHINE, "some"),
    f"no (machine|answering machine|voicemail|bot) {UP}": Sentence(BY_MACHINE, "none"),
    f"{PERSON} {UP}": Sentence(BY_HUMAN, "some"),
    f"no (human|person|human being) {UP}": Sentence(BY_HUMAN, "none"),
}
"""Sentences of their own about those whom the account calls."""

VOICE: dict[str, Words] = {
    "call": Words(
        means=CALLS,
        states=ANSWERING,
        aliases=(
            Alias("caller", {}, IN, IN, is_strict=True, states=SPEAKERS, names=("from",)),
            Alias(
                "callee",
                {},
                OUT,
                OUT,
                is_strict=True,
                states=SPEAKERS,
                sentences=CALLED,
                names=("to",),
            ),
            Alias("other side", {}, is_strict=True, states=SPEAKERS),
        ),
        texts=("words_said", "words_heard"),
    ),
    "recording": Words(
        aliases=(
            Alias(
                "voicemail",
                spoken(
                    {
                        "recorded left kept completed": means(is_("status", "completed")),
                        "transcribed": means(is_("is_transcribed", True)),
                    }
                ),
                is_("source", "RecordVerb"),
                is_("source", "RecordVerb"),
            ),
        ),
        means=spoken(
            {
                "recorded completed": means(is_("status", "completed")),
                "transcribed": means(is_("is_transcribed", True)),
            }
        ),
        texts=("words_said",),
    ),
    "transcription": Words(texts=("transcription_text",)),
    "conference": Words(
        means=spoken(
            {
                "started begun": means(is_("status", "in-progress"), stands=False),
                "ended completed": means(is_("status", "completed")),
            }
        ),
    ),
    "participant": Words(
        means=spoken(
            {
                "joined connected": means(is_("status", "connected"), stands=False),
                "left": means(is_("status", "complete")),
                "muted": means(is_("muted", True), stands=False),
                "held put_on_hold placed_on_hold": means(is_("hold", True), stands=False),
            }
        ),
        states={
            "joined/entered [the/a/our] (conference|room|call)": means(
                is_("status", "connected", "complete")
            ),
            "left [the/a/our] (conference|room|call)": means(is_("status", "complete")),
            "(is|was|were) (coaching|a coach) | coaches/coached": means(is_("coaching", True)),
        },
    ),
    "queue_member": Words(
        means=spoken({"bridged connected served": means(is_("status", "bridged"))}),
        states={
            "hung up | gave up | hung up while waiting": means(is_("status", "hangup")),
            "left [the] queue": means(is_("status", "leave"), Not(is_("status", "waiting"))),
            "(is|was) still waiting | is waiting": means(is_("status", "waiting")),
        },
    ),
    "queue": Words(
        states={
            "(is|was|ended up) [left] empty": means(is_("current_size", 0)),
        }
    ),
}
"""By entity of Voice."""
