"""Protocols: how each provider's HTTP API is asked, and how its answers and failures read.

Sources:
- https://platform.claude.com/docs/en/api/messages
- https://platform.claude.com/docs/en/api/errors
- https://platform.openai.com/docs/api-reference/chat/create
- https://platform.openai.com/docs/guides/error-codes
"""

from dataclasses import dataclass
from typing import Any

from mirra_mcp.settings import Provider

STEADY = ("claude-haiku-4-5", "claude-sonnet-4-6", "gpt-4o")
"""Models known to take a temperature; newer ones refuse it."""
DEFAULT_MODELS = {"anthropic": "claude-haiku-4-5", "openai": "gpt-4o-mini"}


@dataclass(slots=True)
class Spent:
    """What a verdict has taken so far, as the provider counts it."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None

    def add(self, provider: Provider, answer: Any) -> None:
        """Count an answer."""
        self.calls += 1
        usage = answer.get("usage") if isinstance(answer, dict) else None
        if not isinstance(usage, dict):
            return
        kind = ("input", "output") if provider.name == "anthropic" else ("prompt", "completion")
        taken, given = (_number(usage.get(f"{each}_tokens")) for each in kind)
        if taken is not None:
            self.input_tokens = (self.input_tokens or 0) + int(taken)
        if given is not None:
            self.output_tokens = (self.output_tokens or 0) + int(given)
        if (cost := _number(usage.get("cost"))) is not None:  # some gateways state it
            self.cost_usd = (self.cost_usd or 0.0) + cost


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and 0 <= value < 1e12 else None


class Unusable(Exception):
    """An answer that arrived and holds no text to read."""


@dataclass(frozen=True, slots=True)
class Question:
    """One HTTP request."""

    url: str
    headers: dict[str, str]
    body: dict[str, Any]


def question(provider: Provider, model: str, prompt: str, most_tokens: int) -> Question:
    """Write the request that asks a model one thing."""
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    if model.startswith(STEADY):
        body["temperature"] = 0
    base = provider.url.rstrip("/")
    if provider.name == "anthropic":
        headers = {"anthropic-version": "2023-06-01"}
        if provider.key:
            headers["x-api-key"] = provider.key
        path = "/messages" if base.endswith("/v1") else "/v1/messages"
        return Question(base + path, headers, body | {"max_tokens": most_tokens})
    headers = {"authorization": f"Bearer {provider.key}"} if provider.key else {}
    # Servers that only resemble OpenAI's know the older name alone.
    limit = "max_completion_tokens" if "api.openai.com" in base else "max_tokens"
    return Question(f"{base}/chat/completions", headers, body | {limit: most_tokens})


def text_of(provider: Provider, answer: Any) -> str:
    """Take the model's words out of a successful answer.

    Raises:
        Unusable: the model refused, was cut off, or the answer has another shape.
    """
    try:
        return _anthropic(answer) if provider.name == "anthropic" else _openai(answer)
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Unusable("The judge's answer doesn't have the form of its API.") from None


def _anthropic(answer: Any) -> str:
    if answer["stop_reason"] == "refusal":
        raise Unusable("The judge's model refused to answer.")
    if answer["stop_reason"] in ("max_tokens", "model_context_window_exceeded"):
        raise Unusable("The judge's answer was cut off at its token limit.")
    return "".join(block["text"] for block in answer["content"] if block["type"] == "text")


def _openai(answer: Any) -> str:
    choice = answer["choices"][0]
    message, finish = choice["message"], choice.get("finish_reason")
    if message.get("refusal") or finish == "content_filter":
        raise Unusable("The judge's model refused to answer.")
    if finish == "length":
        raise Unusable("The judge's answer was cut off at its token limit.")
    content = message.get("content")
    if isinstance(content, list):  # parts, as some compatible servers answer
        return "".join(part.get("text", "") for part in content)
    return content or ""


def complaint(answer: Any) -> str:
    """Take the provider's own words out of a failed answer, if there are any."""
    error = answer.get("error") if isinstance(answer, dict) else None
    said = error.get("message") if isinstance(error, dict) else error
    return " ".join(said.split())[:200] if isinstance(said, str) else ""
