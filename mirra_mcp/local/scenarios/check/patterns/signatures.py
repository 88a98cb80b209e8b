"""Signatures: does the handler turn forged webhooks away?

It verifies if it answered at least one real webhook with 2xx and every forgery otherwise.
"""

from dataclasses import dataclass
from typing import ClassVar

from mirra_mcp.local.scenarios.check.evidence import evidence_of
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped
from mirra_mcp.local.scenarios.check.webhooks import Webhooks
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import Verification, World, is_accepted
from mirra_mcp.wire.runs import Evidence

REAL = "none"
FORGERIES = {
    "bad_signature": "a wrong signature",
    "stale_timestamp": "a stale timestamp",
    "tampered_body": "a tampered body",
}


@dataclass(frozen=True)
class Verified(Clause):
    """Real webhooks were taken and forged ones turned away."""

    webhooks: Webhooks
    forgery: str = ""
    """One kind of forgery, if only that is spoken of."""
    forges: ClassVar[bool] = True

    @property
    def plain(self) -> str:
        """The claim."""
        what = f"copies with {FORGERIES[self.forgery]}" if self.forgery else "every forged copy"
        return f"the handler accepts {self.webhooks.name} and rejects {what}"

    @property
    def subject(self) -> Webhooks:
        """What is verified."""
        return self.webhooks

    def grade(self, world: World) -> Grade:
        """Look at the verification log."""
        log = [each for each in world.verifications if self._is_one(each)]
        forged = [
            each for each in log if each.forgery != REAL and self.forgery in ("", each.forgery)
        ]
        real = [each for each in self.webhooks.all(world) if each.accepted]
        if not real and not any(each.forgery == REAL and is_accepted(each.status) for each in log):
            told = f"the handler took none of the real {self.webhooks.name}: none was answered 2xx"
            return _grade(False, told, log)
        if not forged:
            return _grade(False, "no forged webhook was sent, so that nothing shows it", log)
        silent = [each for each in forged if each.status is None]
        if silent:
            return _grade(False, "the handler left a forged webhook unanswered", silent)
        fooled = [each for each in forged if is_accepted(each.status)]
        if fooled:
            kinds = sorted({FORGERIES.get(each.forgery, each.forgery) for each in fooled})
            told = f"the handler accepted webhooks with {' and '.join(kinds)}"
            return _grade(False, told, fooled)
        return _grade(True, f"{len(forged)} forged webhooks were turned away", forged)

    def _is_one(self, each: Verification) -> bool:
        if self.webhooks.vendor not in ("", each.mirror):
            return False
        return self.webhooks.has_type(each.type)


def _grade(holds: bool, told: str, log: list[Verification]) -> Grade:
    return grade(holds, told, map(_shown, log))


def _shown(each: Verification) -> Evidence:
    answer = each.status if each.status is not None else each.error
    told = f"{each.type} ({FORGERIES.get(each.forgery, 'genuine')}) to {each.url}: {answer}"
    (piece,) = evidence_of([each])
    return piece.model_copy(update={"text": told})


def _verified(
    reader: Reader, webhooks: Webhooks | None = None, be: Be | None = None, vendor: str = ""
) -> Verified | None:
    if be is not None and be.is_not:
        return None
    if webhooks is None:
        before = reader.antecedent
        webhooks = before if isinstance(before, Webhooks) else Webhooks(vendor=vendor)
    return Verified(Webhooks(webhooks.types, webhooks.vendor or vendor))


def _rejects(reader: Reader, forgery: str, webhooks: Webhooks | None = None) -> Verified:
    return Verified(Webhooks(webhooks.types, webhooks.vendor) if webhooks else Webhooks(), forgery)


shaped(
    "verified",
    {
        "[signature] verified/validated/checked | signature-verified/signature-checked"
        " | [a] (verified|checked) [signature]": True,
    },
)
shaped(
    "forged",
    {
        "[a/any/all] forged/fake/spoofed/counterfeit {webhooks}": lambda webhooks: ("", webhooks),
        "[a/any/all] unsigned/unverified {webhooks} | [a/any/all] {webhooks} with [an/a]"
        " (invalid|bad|wrong|forged|incorrect|missing)"
        " signature/signatures | [a/any/all] incorrectly/wrongly signed {webhooks}"
        " | invalid/forged/bad signatures": lambda webhooks=None: ("bad_signature", webhooks),
        "[a/any/all] {webhooks} with [a/an] (stale|old|expired) timestamp/timestamps"
        " | [a/any/all] (replayed|stale) {webhooks} | stale timestamps": lambda webhooks=None: (
            "stale_timestamp", webhooks,
        ),
        "[a/any/all] {webhooks} with [a/an] (tampered|altered|modified)"
        " body/bodies/payload/payloads"
        " | [a/any/all] tampered {webhooks}": lambda webhooks=None: ("tampered_body", webhooks),
    },
)  # fmt: skip


def _turns_away(
    reader: Reader, forged: tuple[str, Webhooks | None], be: Be | None = None
) -> Verified | None:
    if be is not None and be.is_not:
        return None
    return _rejects(reader, *forged)


def _not_taken(reader: Reader, forged: tuple[str, Webhooks | None], be: Be) -> Verified | None:
    return _rejects(reader, *forged) if be.is_not else None


PATTERNS = (
    Pattern(
        "signature.verified",
        (
            "[the/each/every/all] {webhooks} ['s] signature/signatures [{be}]"
            " verified/validated/checked"
            " [by {handler}] [successfully]",
            "[the/each/every/all] [{vendor}] signature/signatures [{be}]"
            " verified/validated/checked"
            " [by {handler}]",
            "[the] signature of [the/each/every/all] {webhooks} {be}"
            " verified/validated/checked",
            "[the/each/every/all/a/an] {webhooks} {be} signature-verified/signature-checked",
            "[the/each/every/all/a/an] {webhooks} {be} (verified|validated) [by {handler}]",
            "{handler} verifies/verified/validates/validated/checks/checked [the/all]"
            " {webhooks} ['s]"
            " signature/signatures",
            "{handler} verifies/verified/validates/validated/checks/checked [the/all]"
            " signature/signatures"
            " [of/on [the/all/every] {webhooks}]",
            "[the/every/all] {webhooks} ['s] signature verification"
            " passes/passed/succeeds/succeeded",
            "[the] signature verification passes/passed/succeeds/succeeded",
            "no signature (errors|failures|mismatches|error|failure) [{was}]"
            " [logged/recorded/reported|occurred]",
            "no signature (errors|failures|mismatches|error|failure) occurred/occur",
        ),
        _verified,
        (
            "The webhook signature was verified",
            "Signature was verified",
            "The handler verifies webhook signatures",
            "The `charge.refunded` webhook's signature was verified",
            "No signature errors were logged",
        ),
    ),
    Pattern(
        "signature.it",
        (
            "[it/they] [{be}] {verified} [by {handler}]",
            "its/their signature/signatures [{be}] verified/validated/checked [by {handler}]",
        ),
        _verified,
        ("A `charge.refunded` webhook was received and signature-verified",),
    ),
    Pattern(
        "signature.rejects",
        (
            "{handler} (rejects|rejected|refuses|refused|ignores|turns away) {forged}",
            "{handler} (should/must reject|does not accept|did not accept|never accepts) {forged}",
            "{forged} {be} (rejected|refused|turned away) [by {handler}]",
        ),
        _turns_away,
        (
            "The handler rejects webhooks with an invalid signature",
            "The handler rejects webhooks with a stale timestamp",
            "Tampered webhooks are rejected by the handler",
        ),
    ),
    Pattern(
        "signature.not_taken",
        ("{forged} {be} (accepted|received) [by {handler}]",),
        _not_taken,
        ("Forged webhooks are not accepted",),
    ),
)  # fmt: skip
