"""The judge: decides on what no check can read, through a provider that is configured.

Source: https://docs.mirra.run/reference/evaluation-dp
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Self

from mirra_mcp.local.scenarios.judge.calls import CallFailed, Model, Sleep
from mirra_mcp.local.scenarios.judge.protocols import DEFAULT_MODELS, Spent, Unusable
from mirra_mcp.local.scenarios.judge.verdicts import Malformed, Verdict, read_verdict
from mirra_mcp.settings import JudgeSettings, Provider
from mirra_mcp.wire.runs import Judgement

MOST_TOKENS = 1_000
"""A verdict takes about 100; models that think first need more."""
WAIT = 120.0
"""Seconds after which a criterion is given up, tries and waits included."""
REMINDER = (
    "\n\nYour last answer could not be read as a verdict. Answer with the one JSON object"
    ' { "result": "pass" | "fail", "explanation": "..." } and nothing else.'
)


class Judge:
    """Asks a model for verdicts."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def of(cls, settings: JudgeSettings, wanted: str, sleep: Sleep = asyncio.sleep) -> Self | None:
        """Return the judge that the settings allow for a scenario's `judge-model`, if any."""
        chosen = choose(settings, wanted)
        if chosen is None:
            return None
        provider, model = chosen
        return cls(Model(provider, model, settings.timeout, sleep))

    async def judge(self, packet: str) -> Verdict:
        """Decide on one packet. An answer that can't be read is asked for once more."""
        problem, spent = "", Spent()
        try:
            async with asyncio.timeout(WAIT):
                for _ in range(2):
                    try:
                        said = await self.model.ask(packet, MOST_TOKENS, spent)
                        return replace(read_verdict(said), judgement=self._judgement(spent))
                    except (Malformed, Unusable) as failure:
                        problem = str(failure)
                        packet += REMINDER  # never quoting the answer, which may quote the data
        except CallFailed as failure:
            problem = str(failure)
        except TimeoutError:
            problem = f"The judge gave no verdict within {WAIT:.0f} s."
        return Verdict("ungraded", problem, self._judgement(spent))

    def _judgement(self, spent: Spent) -> Judgement:
        return Judgement(model=self.model.name, **asdict(spent))

    async def judge_all(self, packets: Sequence[str]) -> list[Verdict]:
        """Decide on several packets side by side; the verdicts come in the packets' order."""
        return await asyncio.gather(*(self.judge(packet) for packet in packets))

    async def aclose(self) -> None:
        """Close the connections."""
        await self.model.aclose()


def choose(settings: JudgeSettings, wanted: str) -> tuple[Provider, str] | None:
    """Pick provider and model: the scenario's wish where somebody can fulfil it."""
    if not settings.providers:
        return None
    model = settings.model or wanted
    family = "anthropic" if model.startswith("claude") else "openai"
    for provider in settings.providers:
        if provider.name == family:
            return provider, model
    provider = settings.providers[0]
    return provider, settings.model or DEFAULT_MODELS[provider.name]
