"""The judge against stubs that speak the providers' protocols, failures included."""

from collections.abc import Iterator
from contextlib import ExitStack

import anyio
import pytest

from mirra_mcp.local.scenarios.judge.calls import AT_ONCE, TRIES
from mirra_mcp.local.scenarios.judge.judge import Judge, choose
from mirra_mcp.local.scenarios.judge.protocols import Spent
from mirra_mcp.local.scenarios.judge.verdicts import Verdict
from mirra_mcp.settings import JudgeSettings, Provider
from tests.local.scenarios.providers import KEY, Said, Stub, judging

pytestmark = pytest.mark.anyio
PROVIDERS = {"anthropic": "claude-haiku-4-5", "openai": "gpt-4o-mini"}
FAIL = '{"result": "fail", "explanation": "No email was sent."}'


class Bench:
    """A judge, the stub behind it, and the waits that it made."""

    def __init__(self, provider: str, stub: Stub, timeout: float = 10) -> None:
        self.stub, self.waits = stub, list[float]()
        account = Provider(provider, stub.url, KEY)
        judge = Judge.of(
            JudgeSettings((account,), timeout=timeout), PROVIDERS[provider], self._sleep
        )
        assert judge is not None
        self.judge = judge

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def rule(self, packet: str = "Was an email sent?") -> Verdict:
        with anyio.fail_after(10):
            try:
                return await self.judge.judge(packet)
            finally:
                await self.judge.aclose()


@pytest.fixture(params=sorted(PROVIDERS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with ExitStack() as stack:
        yield stack.enter_context(judging())


async def test_a_verdict_is_asked_for_in_the_providers_own_protocol(
    provider: str, stub: Stub
) -> None:
    stub.answers = [Said(FAIL)]
    assert await Bench(provider, stub).rule() == Verdict("fail", "No email was sent.")
    (asked,) = stub.asked
    assert asked.body["model"] == PROVIDERS[provider]
    assert asked.body["temperature"] == 0
    assert asked.body["max_tokens"] >= 100
    assert asked.prompt == "Was an email sent?"
    if provider == "anthropic":
        assert asked.path == "/v1/messages"
        assert (asked.headers["x-api-key"], asked.headers["anthropic-version"]) == (
            KEY,
            "2023-06-01",
        )
    else:
        assert asked.path == "/chat/completions"
        assert asked.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [429, 500, 529])
async def test_a_failure_that_may_pass_is_tried_again_when_the_answer_says(
    provider: str, stub: Stub, status: int
) -> None:
    stub.answers = [
        Said(status=status, error="Too busy.", headers={"retry-after": "3"}),
        Said(status=status, error="Too busy."),
        Said(FAIL),
    ]
    bench = Bench(provider, stub)
    assert (await bench.rule()).result == "fail"
    assert 3 <= bench.waits[0] <= 3.5
    assert 0 < bench.waits[1] <= 2


async def test_a_provider_that_stays_busy_leaves_the_criterion_ungraded(
    provider: str, stub: Stub
) -> None:
    stub.answers = [Said(status=529, error="Overloaded")] * TRIES
    verdict = await Bench(provider, stub).rule()
    assert verdict == Verdict(
        "ungraded", f"The judge {PROVIDERS[provider]} answered 529: Overloaded"
    )
    assert len(stub.asked) == TRIES


async def test_a_refused_key_is_told_at_once_and_never_shown(provider: str, stub: Stub) -> None:
    stub.answers = [Said(status=401, error=f"Incorrect API key provided: {KEY}. Or sk-pr**kB4.")]
    bench = Bench(provider, stub)
    verdict = await bench.rule()
    assert verdict.result == "ungraded"
    assert "answered 401: Incorrect API key provided: [key]" in verdict.explanation
    assert "sk-" not in verdict.explanation
    assert KEY not in repr(bench.judge.model)
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    "words",
    ["", "It passes.", '{"result": "maybe"}', '{"result": "pass", ', "[1]", f"{FAIL} or {{}}"[:30]],
)
async def test_an_answer_that_is_no_verdict_is_asked_for_once_more(
    provider: str, stub: Stub, words: str
) -> None:
    stub.answers = [Said(words), Said(FAIL)]
    assert (await Bench(provider, stub).rule("The packet")).result == "fail"
    first, second = stub.asked
    assert first.prompt == "The packet"
    assert second.prompt.startswith("The packet\n\nYour last answer could not be read")


async def test_two_malformed_answers_leave_it_ungraded(provider: str, stub: Stub) -> None:
    stub.answers = [Said("Well."), Said("Hm, PASS I'd say.")]
    verdict = await Bench(provider, stub).rule()
    assert verdict == Verdict("ungraded", "The judge answered no verdict but 'Hm, PASS I'd say.'.")
    assert len(stub.asked) == 2


@pytest.mark.parametrize("said", ["refused", "cut off"])
async def test_refusals_and_cut_answers_are_ungraded_and_say_so(
    provider: str, stub: Stub, said: str
) -> None:
    cut = {"anthropic": "max_tokens", "openai": "length"}[provider]
    stop = "refusal" if said == "refused" else cut
    stub.answers = [Said(stop=stop), Said(stop=stop)]
    verdict = await Bench(provider, stub).rule()
    assert verdict.result == "ungraded"
    assert said in verdict.explanation


@pytest.mark.parametrize("raw", [b"", b"<html>", b"{}", b"[]", b'{"choices": []}'])
async def test_an_answer_of_another_form_is_ungraded(provider: str, stub: Stub, raw: bytes) -> None:
    stub.answers = [Said(raw=raw), Said(raw=raw)]
    verdict = await Bench(provider, stub).rule()
    assert verdict == Verdict("ungraded", "The judge's answer doesn't have the form of its API.")


async def test_a_slow_provider_is_given_up(provider: str, stub: Stub) -> None:
    stub.reply = lambda _: Said(stalls=True)
    verdict = await Bench(provider, stub, timeout=0.05).rule()
    assert verdict == Verdict("ungraded", "The judge didn't answer within 0.05 s.")
    assert len(stub.asked) == TRIES


async def test_an_address_where_nobody_listens_is_told(provider: str) -> None:
    bench = Bench(provider, Stub("http://127.0.0.1:9"))
    verdict = await bench.rule()
    assert verdict.result == "ungraded"
    assert "can't be reached" in verdict.explanation


async def test_a_key_never_travels_in_clear(provider: str) -> None:
    verdict = await Bench(provider, Stub("http://models.example.org/v1")).rule()
    assert verdict == Verdict(
        "ungraded", "A key isn't sent to the judge over plain http: use https."
    )


async def test_packets_are_judged_side_by_side_but_not_all_at_once(stub: Stub) -> None:
    together = 0
    most = 0

    def reply(prompt: str) -> Said:
        return Said(FAIL.replace("No email was sent.", prompt))

    stub.reply = reply
    bench = Bench("anthropic", stub)
    ask = bench.judge.model._once

    async def counted(prompt: str, most_tokens: int, spent: Spent) -> str:
        nonlocal together, most
        together += 1
        most = max(most, together)
        try:
            return await ask(prompt, most_tokens, spent)
        finally:
            together -= 1

    bench.judge.model._once = counted  # type: ignore[method-assign]  # it only counts
    packets = [f"packet {number}" for number in range(3 * AT_ONCE)]
    with anyio.fail_after(10):
        verdicts = await bench.judge.judge_all(packets)
    await bench.judge.aclose()
    assert [verdict.explanation for verdict in verdicts] == packets
    assert most == AT_ONCE


def test_the_scenarios_model_is_asked_of_who_has_it() -> None:
    claude = Provider("anthropic", "https://api.anthropic.com", KEY)
    gpt = Provider("openai", "https://api.openai.com/v1", KEY)
    both = JudgeSettings((claude, gpt))
    assert choose(both, "claude-sonnet-4-6") == (claude, "claude-sonnet-4-6")
    assert choose(both, "gpt-4o-mini") == (gpt, "gpt-4o-mini")
    assert choose(JudgeSettings((gpt,)), "claude-haiku-4-5") == (gpt, "gpt-4o-mini")
    assert choose(JudgeSettings((claude,)), "gpt-4o-mini") == (claude, "claude-haiku-4-5")
    assert choose(JudgeSettings((gpt,), model="llama3.3"), "gpt-4o-mini") == (gpt, "llama3.3")
    assert choose(JudgeSettings(), "claude-haiku-4-5") is None


@pytest.mark.parametrize(
    ("environ", "providers"),
    [
        ({}, []),
        ({"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"}, []),
        (
            {"ANTHROPIC_API_KEY": "a", "MIRRA_JUDGE_PROVIDER": "anthropic"},
            [("anthropic", "https://api.anthropic.com", "a")],
        ),
        (
            {
                "ANTHROPIC_API_KEY": "a",
                "OPENAI_API_KEY": "o",
                "OPENAI_BASE_URL": "https://o/v1",
                "MIRRA_JUDGE_PROVIDER": "auto",
            },
            [("anthropic", "https://api.anthropic.com", "a"), ("openai", "https://o/v1", "o")],
        ),
        ({"OPENAI_API_KEY": "o", "MIRRA_JUDGE_PROVIDER": "none"}, []),
        (
            {"OPENAI_API_KEY": "o", "MIRRA_JUDGE_URL": "http://127.0.0.1:11434/v1"},
            [("openai", "http://127.0.0.1:11434/v1", None)],
        ),
        (
            {"ANTHROPIC_API_KEY": "a", "MIRRA_JUDGE_KEY": "mine", "MIRRA_JUDGE_PROVIDER": "openai"},
            [("openai", "https://api.openai.com/v1", "mine")],
        ),
    ],
    ids=["nobody", "not asked", "asked", "both", "off", "address", "key and provider"],
)
def test_the_environment_says_who_judges(
    environ: dict[str, str], providers: list[tuple[str, str, str | None]]
) -> None:
    """A usual key never goes to an address that was given for the judge."""
    found = JudgeSettings.from_env(environ).providers
    assert [(each.name, each.url, each.key) for each in found] == providers
    assert all(each.key is None or f"'{each.key}'" not in repr(each) for each in found)


@pytest.mark.parametrize("name", ["MIRRA_JUDGE_PROVIDER", "MIRRA_JUDGE_TIMEOUT"])
def test_a_setting_that_makes_no_sense_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        JudgeSettings.from_env({name: "gemini"})
