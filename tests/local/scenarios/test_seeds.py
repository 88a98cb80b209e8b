"""Seeds: JSON of one's own or of a language model, checked whole and then planted."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.parse import parse_markdown
from mirra_mcp.local.scenarios.plans import plan
from mirra_mcp.local.scenarios.seeds import SeedError, read_seed
from mirra_mcp.local.scenarios.setup import apply, apply_phrases
from mirra_mcp.settings import JudgeSettings, Provider
from tests.local.scenarios.providers import KEY, Said, Stub, judging
from tests.standing.project import ROOT

IMAGES = Images()


def wall() -> datetime:
    return datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[Session]:
    vendors = ("clerk", "resend", "stripe", "twilio")
    mirrors = {name: MIRRORS[name]("http://127.0.0.1:1", "empty") for name in vendors}
    session = Session(
        "ses_x", "x", "ephemeral", mirrors, Clock(wall, standing=wall()), wall, IMAGES
    )
    session.open()
    yield session
    session.close()


def documents(session: Session, vendor: str, plural: str) -> list[dict[str, Any]]:
    return session.mirrors[vendor].nouns[plural].find(newest_first=False)


def test_parameters_ids_and_further_fields_are_planted(session: Session) -> None:
    given = {
        "resend": {
            "domains": [{"name": "a.com", "status": "verified"}],
            "contacts": [{"email": "alice@example.com", "first_name": "Alice"}],
        },
        "stripe": {
            "customers": [{"id": "cus_alice", "email": "alice@example.com"}],
            "products": {"id": "prod_pro", "name": "Pro"},
            "prices": [{"product": "prod_pro", "currency": "usd", "unit_amount": 2000}],
        },
        "twilio": {"messaging_services": [{"FriendlyName": "Orders"}]},
    }
    told = read_seed(given, session.mirrors).plant(session)
    assert told == [
        "resend: 1 domains", "resend: 1 contacts", "stripe: 1 customers", "stripe: 1 products",
        "stripe: 1 prices", "twilio: 1 messaging_services",
    ]  # fmt: skip
    assert documents(session, "resend", "domains")[0]["status"] == "verified"
    assert documents(session, "stripe", "customers")[0]["id"] == "cus_alice"
    assert documents(session, "stripe", "prices")[0]["unit_amount"] == 2000
    assert documents(session, "twilio", "messaging_services")[0]["friendly_name"] == "Orders"
    assert [each.type for each in session.log.page(0, 100).events] == ["session.lifecycle"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "A seed is an object"),
        ({"github": {}}, "no mirror 'github'; it has clerk, resend, stripe, twilio"),
        ({"resend": []}, "'resend' isn't an object"),
        ({"resend": {"domain": []}}, "'resend.domain': there is no such entity. Did you mean"),
        ({"resend": {"domains": 3}}, "'resend.domains' isn't a list"),
        ({"resend": {"domains": [3]}}, "'resend.domains[0]': it isn't an object"),
        ({"resend": {"domains": [{"nam": "a.com"}]}}, "there is no field 'nam'"),
        ({"resend": {"domains": [{"name": 3}]}}, "'name'"),
        ({"stripe": {"prices": [{"unit_amount": "much"}]}}, "'stripe.prices[0]'"),
        ({"stripe": {"subscriptions": [{"status": "happy"}]}}, "'status' can't be 'happy'"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_planted(
    session: Session, given: Any, said: str
) -> None:
    with pytest.raises(SeedError) as caught:
        read_seed(given, session.mirrors)
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once(session: Session) -> None:
    given = {"resend": {"domains": [{"name": "a.com"}, {"x": 1}], "cats": []}, "github": {}}
    with pytest.raises(SeedError) as caught:
        read_seed(given, session.mirrors)
    assert len(caught.value.mistakes) == 3


def test_what_the_mirror_refuses_leaves_nothing_behind(session: Session) -> None:
    given = {"resend": {"domains": [{"name": "a.com"}, {"name": "not a domain"}]}}
    with pytest.raises(SeedError, match=r"resend\.domains\[1\].*not valid"):
        read_seed(given, session.mirrors).plant(session)
    assert documents(session, "resend", "domains") == []


def account(stub: Stub) -> JudgeSettings:
    return JudgeSettings((Provider("anthropic", stub.url, KEY),), timeout=5)


SEED = {"resend": {"domains": [{"name": "acme.com", "status": "verified"}]}}
TEXT = "Acme's domain acme.com works since long. There is a unicorn."


@pytest.mark.anyio
async def test_what_no_phrase_reads_a_language_model_writes(session: Session) -> None:
    with judging(Said(json.dumps({"seed": SEED, "notApplied": ["There is a unicorn."]}))) as stub:
        report = await apply(TEXT, session, account(stub), "claude-haiku-4-5")
    assert (report.applied, report.not_applied) == (["resend: 1 domains"], ["There is a unicorn."])
    (asked,) = stub.asked
    assert TEXT in asked.prompt
    assert "- domains: name" in asked.prompt
    assert "status is one of" in asked.prompt


@pytest.mark.anyio
async def test_a_seed_that_does_not_fit_is_asked_for_once_more(session: Session) -> None:
    wrong: dict[str, Any] = {"seed": {"resend": {"domain": []}}}
    answers = Said(json.dumps(wrong)), Said(f"Here:\n```json\n{json.dumps({'seed': SEED})}\n```")
    with judging(*answers) as stub:
        report = await apply(TEXT, session, account(stub))
    assert report.applied == ["resend: 1 domains"]
    assert "'resend.domain': there is no such entity" in stub.asked[1].prompt


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        Said("I'd rather not."),
        Said('{"result": "pass", "explanation": ""}'),
        Said(status=401, error="no"),
        Said(stop="refusal"),
        Said(json.dumps({"seed": {"resend": {"domains": [{"name": "not a domain"}]}}})),
    ],
    ids=["words", "verdict", "key", "refusal", "refused by the mirror"],
)
async def test_when_the_model_fails_what_the_phrases_made_stays(
    session: Session, answer: Said
) -> None:
    with judging(answer, answer) as stub:
        report = await apply("A verified domain b.com and a unicorn", session, account(stub))
    assert (report.applied, report.not_applied) == (
        ["resend: verified domain b.com"],
        ["a unicorn"],
    )
    assert [each["name"] for each in documents(session, "resend", "domains")] == ["b.com"]


@pytest.mark.anyio
async def test_what_the_phrases_read_whole_asks_nobody(session: Session) -> None:
    with judging() as stub:
        report = await apply("A verified domain b.com", session, account(stub))
    assert report.applied == ["resend: verified domain b.com"]
    assert stub.asked == []


PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def test_the_phrases_of_the_docs_are_read(session: Session) -> None:
    for vendor in ("Resend", "Stripe", "Twilio"):
        (bullet,) = re.findall(rf"^- {vendor}: (.*?)(?=\n- )", PAGE, re.DOTALL | re.MULTILINE)
        for text in re.findall(r"`([^`]+)`", bullet):
            report = apply_phrases(text, session)
            assert (len(report.applied), report.not_applied) == (1, []), text


def test_the_scenario_and_the_seed_of_the_docs_are_valid(session: Session) -> None:
    (text,) = re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL)
    scenario = parse_markdown(text, MIRRORS)
    assert [each.reading is not None for each in plan(scenario, MIRRORS)] == [True, False]
    assert apply_phrases(scenario.setup or "", session).not_applied == []
    (seed,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    read_seed(json.loads(seed) | {}, session.mirrors)


def test_the_checks_of_the_docs_are_read() -> None:
    rows = re.findall(r"^\| [\w ]+ \| ([A-Z].*?) \|$", PAGE, re.MULTILINE)
    criteria = [each for row in rows for each in row.split(" · ") if not each.startswith("...")]
    text = "# T\n\n## Checks\n" + "".join(f"- check: {each}\n" for each in criteria)
    scenario = parse_markdown(f"{text}\n## Config\nmirrors: resend, stripe\n", MIRRORS)
    unread = [each.criterion.text for each in plan(scenario, MIRRORS) if each.reading is None]
    assert len(criteria) >= 8
    assert unread == []
