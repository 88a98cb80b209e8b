"""Reading scenarios. Source: https://docs.mirra.run/reference/scenario-format"""

from typing import Any

import pytest

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.model import Config, Mistake, ScenarioDoc, ScenarioError
from mirra_mcp.local.scenarios.parse import parse_json, parse_markdown
from tests.local.scenarios.documents import JSON, REFUND, WELCOME

WHOLE = """\
# Title
## Success Criteria
- check: Exactly 1 email is created
## Config
mirrors: resend
"""


def read(text: str) -> ScenarioDoc:
    return parse_markdown(text, MIRRORS)


def mistakes(text: str) -> list[Mistake]:
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return list(caught.value.mistakes)


def config(*lines: str) -> str:
    return "# T\n## Checks\n- judge: a\n## Config\n" + "\n".join(lines) + "\n"


def test_the_guides_first_scenario_is_read_whole() -> None:
    scenario = read(WELCOME)
    assert scenario.title == "Send Welcome Email on Signup"
    assert scenario.setup == (
        "A Resend account with one verified domain `mail.acme.com` and no emails\nsent yet."
    )
    assert scenario.prompt is not None
    assert scenario.prompt.endswith("delivery status via webhook.")
    assert scenario.expected_behavior is not None
    assert scenario.expected_behavior.startswith("The integration should")
    assert [(each.tag, each.text, each.line) for each in scenario.criteria][:2] == [
        ("check", "Exactly 1 email is created in the Resend mirror", 18),
        ("check", "The email's `from` address is `hello@mail.acme.com`", 19),
    ]
    assert scenario.config == Config(mirrors=("resend",), timeout=60, runs=3)
    assert scenario.warnings == ()


def test_the_references_complete_example_is_read_whole() -> None:
    scenario = read(REFUND)
    assert [each.tag for each in scenario.criteria] == ["check"] * 4 + ["judge"] * 2
    assert scenario.config == Config(
        mirrors=("stripe",),
        fixtures={"stripe": "subscription-lifecycle"},
        fixture="subscription-lifecycle",
        mirror_version="stripe@0.7.3",
        timeout=90,
        runs=3,
        agent="claude-code",
    )
    assert scenario.warnings == ()


def test_the_apis_json_example_is_read_whole() -> None:
    scenario = parse_json(JSON, MIRRORS)
    assert scenario.config == Config(
        mirrors=("resend",),
        fixtures={"resend": "transactional-busy"},
        fixture="resend:transactional-busy",
        runs=3,
    )
    assert [(each.tag, each.is_explicit) for each in scenario.criteria] == [
        ("check", True),
        ("judge", True),
    ]
    assert scenario.prompt == "When a user signs up with email `alice@example.com`…"


def test_sections_come_in_any_order_and_case_under_either_name() -> None:
    scenario = read(
        "## CONFIG\nmirrors: resend\n\n## checks:\n* [D] One\n* [P] Two\n\n## Notes\n- check: no\n"
        "\n## task\nDo it.\n\n# Late title #\n\n### Not a section\n"
    )
    assert (scenario.title, scenario.prompt) == ("Late title", "Do it.")
    assert [(each.tag, each.text) for each in scenario.criteria] == [
        ("check", "One"),
        ("judge", "Two"),
    ]


@pytest.mark.parametrize("margin", ["    ", "\t"])
def test_a_text_that_is_indented_as_a_whole_is_read_all_the_same(margin: str) -> None:
    text = "".join(margin + line for line in WELCOME.splitlines(keepends=True))
    assert read(text) == read(WELCOME)


@pytest.mark.parametrize("row", ["      - check: a", "• check: a", "```\n- check: a\n```"])
def test_what_looks_like_a_bullet_but_is_none_is_never_lost(row: str) -> None:
    (mistake,) = mistakes(f"# T\n## Checks\n\n{row}\n\n- judge: b\n## Config\nmirrors: resend\n")
    assert mistake.message.endswith("is a criterion, but not a bullet.")


def test_what_stands_in_code_or_quotes_is_no_heading_and_no_rule_makes_one() -> None:
    scenario = read(
        "# T\n## Prompt\n```md\n# not a title\n## Config\nmirrors: stripe\n```\n> # quoted\n\n"
        "above a rule\n---\nbelow\n## Checks\n- judge: a\n## Config\nmirrors: resend\n---\n"
    )
    assert scenario.config.mirrors == ("resend",)
    assert scenario.prompt is not None
    assert scenario.prompt.startswith("```md\n# not a title")
    assert scenario.prompt.endswith("above a rule\n---\nbelow")


@pytest.mark.parametrize(
    ("bullet", "tag", "text", "is_explicit"),
    [
        ("- check: A", "check", "A", True),
        ("* JUDGE : A", "judge", "A", True),
        ("+ **check:** A", "check", "A", True),
        ("- **judge**: A", "judge", "A", True),
        ("- `check:` A", "check", "A", True),
        ("- [ ] check: A", "check", "A", True),
        ("- [x] [P] A", "judge", "A", True),
        ("- [judge] A", "judge", "A", True),
        ("- check: A <!-- or B -->", "check", "A", True),
        ("1. check: A", "check", "A", True),
        ("- check: A\n  goes on\n  here", "check", "A goes on here", True),
        ("- Exactly 3 emails were sent", "check", "Exactly 3 emails were sent", False),
        ("- Note: it is polite", "judge", "Note: it is polite", False),
    ],
)
def test_a_bullet_is_read_however_it_is_written(
    bullet: str, tag: str, text: str, is_explicit: bool
) -> None:
    criterion = read(f"# T\n## Checks\n{bullet}\n\n## Config\nmirrors: resend\n").criteria[0]
    assert (criterion.tag, criterion.text, criterion.is_explicit) == (tag, text, is_explicit)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["mirrors: resend, stripe"], Config(("resend", "stripe"))),
        (["- mirrors: [ 'Resend', \"stripe\" ]"], Config(("resend", "stripe"))),
        (["mirrors:", "  - resend", "  - stripe"], Config(("resend", "stripe"))),
        (["```yaml", "mirrors: resend", "runs: 2 # twice", "```"], Config(("resend",), runs=2)),
        (
            ["**Mirrors**: resend", "Judge Model: gpt-4o-mini"],
            Config(("resend",), judge_model="gpt-4o-mini"),
        ),
        (
            ["mirrors: resend", "persistent: Yes", "timeout: 90s"],
            Config(("resend",), timeout=90, persistent=True),
        ),
        (
            ["mirrors: resend", "fixture_file: ./a.json"],
            Config(("resend",), fixture_file="./a.json"),
        ),
        (
            ["fixture: resend:over-quota"],
            Config(("resend",), {"resend": "over-quota"}, fixture="resend:over-quota"),
        ),
        (
            ["mirrors: resend, stripe", "fixture: resend:over-quota, stripe:failed-payments"],
            Config(
                ("resend", "stripe"),
                {"resend": "over-quota", "stripe": "failed-payments"},
                fixture="resend:over-quota, stripe:failed-payments",
            ),
        ),
    ],
)
def test_config_lines_are_read_however_they_are_written(lines: list[str], expected: Config) -> None:
    assert read(config(*lines)).config == expected


def test_all_mistakes_are_told_at_once_with_line_and_remedy() -> None:
    text = (
        "# A\n# B\n## Checks\n- chek: Exactly 1 email\n-\n- a\n  - check: b\n\ncheck: loose\n"
        "## Checks\n- again\n## Config\nmirrors: resend, strip\nfixture: over-quota\n"
        "timeout: soon\nruns: 0\nrnus: 3\nagent: cursr\njudge-model: gpt-9\npersistent: maybe\n"
        "runs: 2\nmirror-version: resend@9.9.9\n"
    )
    assert [(each.line, each.message) for each in mistakes(text)] == [
        (2, "A second H1, 'B'."),
        (4, "Unknown tag 'chek:'. Did you mean 'check'?"),
        (5, "A criterion says nothing."),
        (7, "A bullet inside a bullet is no criterion of its own."),
        (9, "'check: loose' is a criterion, but not a bullet."),
        (10, "'## Checks' comes a second time, after line 3."),
        (13, "Unknown mirror 'strip'. Not in the current catalog. Did you mean 'stripe'?"),
        (14, "The fixture 'over-quota' may be of any of resend."),
        (15, "'timeout' can't be 'soon'."),
        (16, "'runs' can't be '0'."),
        (17, "Unknown config key 'rnus'. Did you mean 'runs'?"),
        (18, "'agent' can't be 'cursr'. Did you mean 'cursor'?"),
        (19, "'judge-model' can't be 'gpt-9'. Did you mean 'gpt-4o-mini'?"),
        (20, "'persistent' can't be 'maybe'."),
        (21, "The config key 'runs' comes a second time, after line 16."),
        (22, "This Mirra has resend@0.3.1, not resend@9.9.9."),
    ]
    assert all(each.hint for each in mistakes(text))


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        (WHOLE.replace("# Title\n", ""), 1, "The title is missing.", "Begin with '# "),
        (WHOLE.replace("# Title", "#"), 1, "The title is missing.", "Begin with '# "),
        (WHOLE.replace("- check", "check"), 3, "'check: Exactly", "Begin the line with '- '"),
        (
            WHOLE.replace("## Success", "## Sucess"),
            None,
            "There are no criteria",
            "'## sucess criteria' meant",
        ),
        (WHOLE.replace("mirrors: resend", ""), 4, "'mirrors' is missing", "as 'mirrors: clerk'"),
        (
            WHOLE.replace("mirrors: resend", "mirrors resend"),
            5,
            "'mirrors resend' is no config line",
            "mirrors: <value>",
        ),
        (
            WHOLE.replace("resend", "github"),
            5,
            "Unknown mirror 'github'. Not in the current catalog.",
            "resend",
        ),
        (
            WHOLE + "fixture: transactional-bust\n",
            6,
            "Unknown fixture 'resend:transactional-bust'. Did you mean 'transactional-busy'?",
            "over-quota",
        ),
        (
            WHOLE.replace("mirrors: resend", "fixture: transactional-busy"),
            5,
            "has no mirror",
            "'fixture: resend:transactional-busy', or add 'mirrors:'",
        ),
        (
            WHOLE.replace("resend", "resend, stripe") + "fixture: failed-payments\n",
            6,
            "may be of any of resend, stripe",
            "'fixture: stripe:failed-payments'",
        ),
        (WHOLE + "fixture: stripe:failed-payments\n", 6, "not among 'mirrors'", "Add 'stripe'"),
        (WHOLE + "fixture: github:empty\n", 6, "of an unknown mirror, 'github'", "catalog has"),
        (
            WHOLE + "fixture: empty, resend:over-quota\n",
            6,
            "'resend' has two fixtures",
            "one fixture",
        ),
        (WHOLE + "mirror-version: 0.0.1\n", 6, "This Mirra has resend@0.3.1", "Pin resend@0.3.1"),
        (
            WHOLE + "mirror-version: stripe@0.7.3\n",
            6,
            "'mirror-version' can't be",
            "as 'resend@0.3.1'",
        ),
        (WHOLE + "timeout: 90000\n", 6, "'timeout' can't be '90000'", "from 1 to 86400"),
        (WHOLE + "runs: 5s\n", 6, "'runs' can't be '5s'", "from 1 to 100"),
        ("#" * 100_001, None, "The scenario has 100001 characters", "fixture file"),
    ],
)
def test_each_mistake_has_its_line_and_remedy(
    text: str, line: int | None, message: str, hint: str
) -> None:
    found = [each for each in mistakes(text) if message in each.message]
    assert [each.line for each in found] == [line]
    assert hint in found[0].hint


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"title": 3}, "'scenario.title' isn't text."),
        ({"titel": "T"}, "'scenario.titel' is unknown. Did you mean 'title'?"),
        ({"criteria": []}, "There are no criteria."),
        ({"criteria": [{"tag": "check"}]}, "'scenario.criteria.0' has no text."),
        (
            {"criteria": [{"text": "a", "tag": "chek"}]},
            "'scenario.criteria.0.tag' can't be 'chek'. Did you mean 'check'?",
        ),
        ({"config": []}, "'scenario.config' isn't an object."),
        ({"config": {"mirrors": 3}}, "'mirrors' can't be '3'."),
        ({"config": {"mirrors": ["resend"], "runs": True}}, "'runs' can't be 'True'."),
        ({"config": {"mirrors": ["resend"], "fixtureFile": 1}}, "'fixture-file' can't be '1'."),
    ],
)
def test_json_has_the_same_mistakes(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_json(JSON | given, MIRRORS)
    assert message in [each.message for each in caught.value.mistakes]


@pytest.mark.parametrize("key", ["fixture-file", "fixtureFile", "fixture_file"])
def test_json_keys_of_several_words_are_taken_in_each_spelling(key: str) -> None:
    given = JSON | {"config": {"mirrors": ["resend"], key: "./a.json", "runs": 2}}
    assert parse_json(given, MIRRORS).config.fixture_file == "./a.json"


def test_what_a_run_gives_beside_its_scenario_wins() -> None:
    text = WHOLE + "fixture-file: a.json\nruns: 5\n"
    given = {"fixture": "over-quota", "runs": 1, "timeout": None}
    scenario = parse_markdown(text, MIRRORS, given)
    assert scenario.config == Config(
        ("resend",), {"resend": "over-quota"}, fixture="over-quota", runs=1
    )


def test_a_section_that_looks_misspelt_is_pointed_out() -> None:
    text = WHOLE + "## Promt\nSend it.\n## Background\nNone.\n"
    assert read(text).warnings == (
        "Line 6: the section 'Promt' is ignored. Did you mean 'prompt'?",
    )


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Exactly 3 emails were sent", "check"),
        ("At least one customer exists", "check"),
        ("There are fewer than 5 retries", "check"),
        ("From address is hello@mail.acme.com", "check"),
        ("The subscription is sub_abc", "check"),
        ("The email was delivered", "check"),
        ("Signature was verified", "check"),
        ("No errors logged", "check"),
        ("There were no signature failures", "check"),
        ("The tone is appropriate", "judge"),
        ("The message is clear", "judge"),
        ("It handles bounces gracefully", "judge"),
        ("Error handling exists for refund-creation failure", "judge"),
        ("It correctly handles declined cards", "judge"),
        ("It correctly handles 3 declined cards", "check"),
        ("1 email was sent and the code is well-structured", "judge"),
        ("Exactly 1 email has a clear subject", "judge"),
        ("The subject is `A clear win`", "check"),
        ("The right email is sent", "judge"),
        ("The email subject and body are appropriate for a welcome message", "judge"),
        ("The log line for the refund includes the customer id", "judge"),
        ("Error handling for bounces is implemented in the code", "judge"),
    ],
)
def test_a_tag_is_inferred_from_the_wording(text: str, tag: str) -> None:
    """Source: https://docs.mirra.run/reference/evaluation-dp; a subjective word outweighs a
    number (our choice), and what has no signal is vague and judged."""
    criterion = read(f"# T\n## Checks\n- {text}\n## Config\nmirrors: resend\n").criteria[0]
    assert (criterion.tag, criterion.is_explicit, criterion.warning) == (tag, False, None)


@pytest.mark.parametrize(
    ("bullet", "tag", "word"),
    [
        ("check: The error message is clear", "check", "'clear'"),
        ("judge: Exactly 3 emails were sent", "judge", "'3'"),
        ("judge: The webhook signature was verified", "judge", "'was verified'"),
    ],
)
def test_an_explicit_tag_wins_with_a_warning_where_it_looks_wrong(
    bullet: str, tag: str, word: str
) -> None:
    scenario = read(f"# T\n## Checks\n- {bullet}\n## Config\nmirrors: resend\n")
    assert scenario.criteria[0].tag == tag
    assert word in (scenario.criteria[0].warning or "")
