"""What went wrong by fault rules, as criteria call it, and which calls were made again after it."""

from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.requests import Requests
from mirra_mcp.local.scenarios.check.shapes import shaped
from mirra_mcp.local.scenarios.check.webhooks import Webhooks
from mirra_mcp.local.scenarios.world import Request, World
from mirra_mcp.wire.runs import Evidence

LOST = ("disconnect_after",)
BROKEN = ("disconnect_before", "disconnect_after", "cut_answer")
SPOKEN = {
    "disconnect_before": "the connection was closed",
    "disconnect_after": "the answer was lost",
    "cut_answer": "the answer was cut",
    "latency": "the answer was slow",
    "slow_answer": "the answer was slow",
    "error": "the call failed",
    "twice": "came twice",
    "late": "came late",
    "lost": "was lost",
    "out_of_order": "came out of order",
    "bad_signature": "had a wrong signature",
}


@dataclass(frozen=True)
class Mishap:
    """A fault rule struck so, at least once."""

    effects: tuple[str, ...]
    webhooks: Webhooks | None = None
    requests: Requests | None = None
    error: str = ""

    @property
    def plain(self) -> str:
        """What must have happened, in plain words."""
        how = " or ".join(dict.fromkeys(SPOKEN[each] for each in self.effects))
        if self.webhooks is not None:
            return f"a fault rule struck: one of {self.webhooks.name} {how}"
        named = f" of {self.requests.plain}" if self.requests is not None else ""
        said = f" with {self.error}" if self.error else ""
        return f"a fault rule struck: {how}{said}{named}"

    def find(self, world: World) -> list[Evidence]:
        """List the strikes."""
        return [
            Evidence(
                kind="event", id=str(each.id), mirror=each.data["mirror"], what="fault struck",
                fields={name: each.data[name] for name in ("faultId", "effect", "error", "method",
                        "path", "deliveryId", "type") if name in each.data},
            )
            for each in world.of_type("fault.struck")
            if self._is_one(each.data)
        ]  # fmt: skip

    def _is_one(self, data: dict[str, str]) -> bool:
        if data["effect"] not in self.effects or self.error not in ("", data.get("error")):
            return False
        if self.webhooks is not None:
            is_its = self.webhooks.vendor in ("", data["mirror"])
            return is_its and "type" in data and self.webhooks.has_type(data["type"])
        return self.requests is None or self.requests.has_path(
            data["mirror"], data.get("method", ""), data.get("path", "")
        )


def retries(world: World) -> list[list[Request]]:
    """List the calls that were made again after their answer was lost or failed, with the later.

    A call that never arrived is known by its method and path alone.
    """
    effects = {each.data["faultId"]: each.data["effect"] for each in world.of_type("fault.struck")}
    chains: list[list[Request]] = []
    waiting: list[tuple[str, str, str, object, list[Request]]] = []
    never = [
        (each.id, each.data)
        for each in world.of_type("fault.struck")
        if each.data["effect"] == "disconnect_before"
    ]
    for request in world.requests:
        while never and never[0][0] < request.entry:
            data = never.pop(0)[1]
            waiting.append((data["mirror"], data["method"], data["path"], None, []))
        about = (request.mirror, request.method, request.path)
        chain: list[Request] = [request]
        for place, (*same, body, before) in enumerate(waiting):
            if tuple(same) == about and body in (None, request.body):
                chain = [*before, request]
                del waiting[place]
                if chain[:-1] in chains:
                    chains.remove(chain[:-1])
                chains.append(chain)
                break
        is_lost = effects.get(request.fault or "") in BROKEN
        if is_lost or request.status >= 500 or request.status == 429:
            waiting.append((*about, request.body, chain))
    return chains


def _came(*effects: str) -> object:
    return lambda webhooks: Mishap(effects, webhooks=webhooks)


def _went(*effects: str) -> object:
    return lambda requests=None: Mishap(effects, requests=requests)


WEBHOOK = "[the/each/every/all/a/an/its/their] {webhooks}"
CAME = "came/come/comes/arrived/arrives/arrive"
ANSWER = "[the/an/its] answer/response"
TO = "(to|of) [the/a/an] [first] {requests:requests_base}"
shaped(
    "mishap",
    {
        f"{WEBHOOK} ({CAME}|{{was}} sent|{{was}} delivered|{{was}} received) twice"
        f" | {WEBHOOK} {{was}} duplicated": _came("twice"),
        f"{WEBHOOK} ({CAME}|{{was}} sent|{{was}} delivered|{{was}}) late"
        f" | {WEBHOOK} {{was}} delayed": _came("late"),
        f"{WEBHOOK} {{was}} lost | {WEBHOOK} never {CAME}": _came("lost"),
        f"{WEBHOOK} ({CAME}|{{was}} sent|{{was}} delivered) out of order": _came("out_of_order"),
        f"{ANSWER} [{TO}] {{was}} lost | {ANSWER} [{TO}] never {CAME}": _went(*LOST),
        f"{ANSWER} [{TO}] {{was}} cut [off/short]": _went("cut_answer"),
        "[the/a/its] connection {was} closed/lost/cut/interrupted [off]"
        " | [the/a/its] connection broke [off/down]": _went(*BROKEN),
        f"{ANSWER} [{TO}] {{was}} slow | [the] {{requests:requests_base}} {{was}} slow": _went(
            "latency", "slow_answer"
        ),
        "[the/a/an] [first/second] {requests:requests_base} {was}"
        " (rate limited|rate-limited|throttled)": lambda requests: Mishap(
            ("error",), requests=requests, error="rate_limit"
        ),
        "[the/a/an] [first/second] {requests:requests_base} failed [at first|once|twice]": _went(
            "error"
        ),
    },
)
