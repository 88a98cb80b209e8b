"""How many documents: made in this attempt, deleted, reached by a status, or simply there."""

from dataclasses import replace

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.counting import Count, Several, Times, chosen, is_unclear
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.filters import ByOwner, can_refer
from mirra_mcp.local.scenarios.check.grades import Clause
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import FieldName, Raw, RawField, Things, narrow
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.scopes import RawText
from mirra_mcp.local.scenarios.check.shapes import Reader
from mirra_mcp.local.scenarios.check.words import Be


def scoped(things: Things, raw: tuple[Raw, ...]) -> Selection | None:
    """Return what a phrase means, narrowed by what follows the verb."""
    return narrow(things.selection, raw)


def _made(
    reader: Reader, quantity: Quantity, thing: Things, verb: str, raw: tuple[Raw, ...] = (),
    be: Be | None = None, times: Quantity | None = None,
) -> Count | Times | None:  # fmt: skip
    if is_unclear(reader, thing.selection, verb):
        return None
    selection = chosen(thing.selection, verb, be)
    selection = narrow(selection, raw) if selection is not None else None
    if selection is None:
        return None
    if times is not None:
        if quantity != SOME:
            return None
        if any(deed.kind in ("changed", "touched") for deed in selection.deeds):
            return Times(selection, times) if be is None or not be.is_not else None
        quantity = times
    if be is not None and be.is_not:
        if quantity != SOME or times is not None:
            return None
        quantity = NONE
    return Count(selection, quantity)


def _some(
    reader: Reader, thing: Things, verb: str, be: Be, raw: tuple[Raw, ...] = (),
    times: Quantity | None = None,
) -> Count | Times | None:  # fmt: skip
    return _made(reader, SOME, thing, verb, raw, be, times) if thing.is_plural else None


def _does(
    reader: Reader, deed: str, thing: Things, quantity: Quantity = SOME,
    times: Quantity | None = None,
) -> Count | Times | None:  # fmt: skip
    return _made(reader, quantity, thing, deed, times=times)


def _does_not(reader: Reader, deed: str, thing: Things) -> Count | Times | None:
    return _made(reader, NONE, thing, deed)


def _both(
    reader: Reader, first: Things, many: Quantity, second: Things, few: Quantity, verb: str,
    raw: tuple[Raw, ...] = (), be: Be | None = None,
) -> Clause | None:  # fmt: skip
    if be is not None and be.is_not:
        return None
    one, other = (
        _made(reader, many, first, verb, raw, be),
        _made(reader, few, second, verb, raw, be),
    )
    if not isinstance(one, Count) or not isinstance(other, Count):
        return None
    return Several((one, other))


def _there(
    reader: Reader, quantity: Quantity, thing: Things, raw: tuple[Raw, ...] = (),
    vendor: str = "",
) -> Count | None:  # fmt: skip
    selection = narrow(thing.selection, raw)
    if any(noun.is_strict for noun in thing.selection.nouns):
        return None
    if selection is not None and vendor:
        nouns = tuple(noun for noun in selection.nouns if noun.vendor == vendor)
        selection = replace(selection, nouns=nouns) if nouns else None
    return Count(selection, quantity) if selection is not None else None


def _with_text(
    reader: Reader, quantity: Quantity, thing: Things, condition: Condition,
    name: FieldName | None = None,
) -> Count | None:  # fmt: skip
    if condition.is_not:
        return None
    raw = RawText(condition) if name is None else RawField(name, condition)
    selection = narrow(thing.selection, (raw,))
    return Count(selection, quantity) if selection is not None else None


def _not_there(reader: Reader, thing: Things, quantity: Quantity = SOME) -> Count | None:
    return Count(thing.selection, NONE) if quantity == SOME else None


def _exists(reader: Reader, thing: Things) -> Count:
    return Count(_wherever(thing), SOME)


def _is_gone(reader: Reader, thing: Things) -> Count:
    return Count(_wherever(thing), NONE)


def _wherever(thing: Things) -> Selection:
    selection = thing.selection
    return selection.of("there") if selection.how == "the" else selection


def _owns(reader: Reader, owner: Things, quantity: Quantity, thing: Things) -> Count | None:
    if owner.is_plural or owner.is_each:
        return None  # each of them, or together?
    if not all(can_refer(noun, owner.selection.nouns) for noun in thing.selection.nouns):
        return None
    return Count(thing.selection.narrowed(ByOwner(owner.selection)), quantity)


PATTERNS = (
    Pattern(
        "count.made",
        (
            "{quantity} {thing:scoped} {be} [{sure}] {verb:participle} {raw:scopes}",
            "{quantity} {thing:scoped} {be} [{sure}] {verb:participle} {raw:scopes} {times}",
            "there {be} {quantity} {thing:scoped} {verb:participle} {raw:scopes}",
            "{quantity} {thing:scoped} {verb:participle} {raw:scopes}",
            "{quantity} {thing:scoped} {verb:left} {raw:scopes}",
        ),
        _made,
        (
            "Exactly 1 email is created in the Resend mirror",
            "Exactly 3 emails were sent",
            "At least two emails were sent to alice@example.com",
            "No more than 1 customer was created",
            "An email was sent exactly once",
            "No refunds were created on `pi_abc`",
            "A webhook endpoint for `invoice.payment_failed` was registered",
        ),
    ),
    Pattern(
        "count.both_made",
        (
            "{many:quantity} {first:scoped} and {few:quantity} {second:scoped} {be}"
            " {verb:participle} {raw:scopes}",
            "both {many:quantity} {first:scoped} and {few:quantity} {second:scoped} {be}"
            " {verb:participle} {raw:scopes}",
        ),
        _both,
        ("Exactly 1 email and exactly 1 customer were created",),
    ),
    Pattern(
        "count.some_made",
        (
            "{thing:scoped} {be} [{sure}] {verb:participle} {raw:scopes}",
            "{thing:scoped} {be} [{sure}] {verb:participle} {raw:scopes} {times}",
        ),
        _some,
        ("Emails were sent to bob@example.com", "Emails are not sent to `bob@example.com`"),
    ),
    Pattern(
        "count.done_by",
        (
            "[{actor}] [should/must/will] [only] {deed} {quantity} {thing:scoped}",
            "[{actor}] [should/must/will] {deed} {quantity} {thing:scoped} {times}",
        ),
        _does,
        (
            "The app sends exactly 1 email to alice@example.com",
            "The agent created a refund on payment_intent pi_abc",
        ),
    ),
    Pattern(
        "count.not_done_by",
        (
            "[{actor}] (do/does/did|should/must/will) not {deed} [any/a/an] {thing:scoped}",
            "[{actor}] never {deed} [any/a/an] {thing:scoped}",
        ),
        _does_not,
        ("The app does not send any emails", "The agent never created a customer"),
    ),
    Pattern(
        "count.number",
        (
            "[the] [total] number/count of {thing:scoped} [that] [{be}] {verb:participle}"
            " {raw:scopes} (is/was/equals|=|should be|must be) {quantity}",
        ),
        _made,
        (
            "The number of emails created is 1",
            "The total number of emails that were sent is at most 3",
        ),
    ),
    Pattern(
        "count.there",
        (
            "there (is/are/was/were/exist/exists/remain/remains|should be|must be) [still]"
            " {quantity} {thing:scoped}",
            "[the] {vendor} [mirror/account/api]"
            " (has/have/contains/holds/had|should/must have) {quantity} {thing:scoped}",
            "{quantity} {thing:scoped} (exist/exists|is/are present|should/must exist"
            "|remain/remains|is/are left) {raw:scopes}",
            "[the] [total] number/count of {thing:scoped} (is/equals|=|should/must be) {quantity}",
            "{quantity} {thing:scoped} has/have/had {raw:own_tests}",
        ),
        _there,
        (
            "There are exactly 1000 contacts",
            "There is no customer with email `bob@example.com`",
            "The Resend mirror has 2 domains",
            "Exactly 1 customer with email alice@example.com exists",
            "Exactly 1 email has status `delivered`",
        ),
    ),
    Pattern(
        "count.not_there",
        (
            "{quantity} {thing:scoped} (does/do not exist|no longer exists/exist)",
            "there is not {quantity} {thing:scoped}",
        ),
        _not_there,
        ("A customer with email bob@example.com does not exist",),
    ),
    Pattern(
        "count.texts",
        (
            "{quantity} {thing:scoped} {condition:verb_condition}",
            "{quantity} {thing:scoped} 's {name:field} {condition}",
        ),
        _with_text,
        ('No email mentions "password"', 'No email\'s subject contains "test"'),
    ),
    Pattern(
        "exists",
        (
            "{thing:the_thing} [still] exists/exist",
            "{thing:the_thing} (should/must [still] exist|is [still] there/present)",
        ),
        _exists,
        ("The customer cus_1 still exists", "Contact `bob@example.com` exists"),
    ),
    Pattern(
        "exists.not",
        (
            "{thing:the_thing} (no longer exists/exist|does/do not exist|should/must not exist"
            "|is/are gone|does/do no longer exist)",
        ),
        _is_gone,
        ("The customer cus_1 no longer exists",),
    ),
    Pattern(
        "count.owned",
        ("{owner:the_thing} has/have/owns/had {quantity} {thing:scoped}",),
        _owns,
        (
            "Customer `cus_1` has exactly 1 active subscription",
            "The customer alice@example.com has no subscriptions",
        ),
    ),
)
