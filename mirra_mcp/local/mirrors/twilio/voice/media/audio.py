"""Sound as phones carry it: µ-law, 8000 samples a second, in frames of 20 milliseconds.

Nothing is recorded or spoken: a voice hums a tone for each letter, so that what is heard is real
audio, always the same for the same words, with silence between words and at the end.

Source: https://www.itu.int/rec/T-REC-G.711 and
https://www.twilio.com/docs/voice/media-streams/websocket-messages#media-message
"""

import base64
import math
from collections.abc import Iterator
from functools import lru_cache

from mirra_mcp.wire.model import Doc

RATE, FRAME_MS = 8000, 20
SAMPLES = RATE * FRAME_MS // 1000
QUIET_AFTER = 50
"""Frames of silence after words, by which listeners know that they are over. Ours."""
LETTERS_A_FRAME = 0.3
MOST_FRAMES = 3000
"""Of one sentence: a minute. Ours."""
BIAS, LOUDEST = 132, 32_635


def frames_of(words: str) -> int:
    """Return how many frames some words take, with the silence after them."""
    return min(math.ceil(len(words) / LETTERS_A_FRAME), MOST_FRAMES) + QUIET_AFTER


def spelled(told: Doc) -> Iterator[Doc]:
    """Yield the messages that a told one stands for: of audio a message for each frame."""
    if "audio" not in told:
        yield told
        return
    audio, media = told["audio"], told["media"]
    first = {"sequenceNumber": int(told["sequenceNumber"])}
    first |= {name: int(media[name]) for name in ("chunk", "timestamp")}
    for at in range(audio["frames"]):
        yield {
            "event": "media",
            "sequenceNumber": str(first["sequenceNumber"] + at),
            "media": {
                "track": media["track"],
                "chunk": str(first["chunk"] + at),
                "timestamp": str(first["timestamp"] + at * FRAME_MS),
                "payload": _frame(_letter(audio["words"], at)),
            },
            "streamSid": told["streamSid"],
        }


def _letter(words: str | None, at: int) -> str:
    """Return which letter a frame belongs to: none in silence, and always the same in music."""
    if words is None:
        return "la"
    place = int(at * LETTERS_A_FRAME)
    return words[place].lower() if place < len(words) and words[place].isalnum() else ""


@lru_cache(maxsize=64)
def _frame(letter: str) -> str:
    """Return 20 milliseconds of a letter's tone, in base64."""
    hertz = 150 + 25 * (ord(letter[0]) % 32) if letter else 0
    turn = 2 * math.pi * hertz / RATE
    samples = (int(9000 * math.sin(turn * at)) for at in range(SAMPLES))
    return base64.b64encode(bytes(_mulaw(each) for each in samples)).decode()


def _mulaw(sample: int) -> int:
    """Return a sample of 16 bits as one of 8."""
    sign = 0x80 if sample < 0 else 0
    loud = min(abs(sample), LOUDEST) + BIAS
    exponent = loud.bit_length() - 8
    return ~(sign | exponent << 4 | (loud >> (exponent + 3)) & 0x0F) & 0xFF
