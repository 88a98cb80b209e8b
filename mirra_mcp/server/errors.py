"""How a tool says no: `{"error": {"code", "message", "hint"}}`, always with the next step."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mcp.server.mcpserver.exceptions import ToolError

if TYPE_CHECKING:
    from mirra_mcp.client.errors import MirraError


LONGEST = 4_000
"""Characters of a message or hint that are told."""


class Refusal(ToolError):
    """A failure that the agent can do something about."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        """Say what is wrong (`message`) and what to do next (`hint`)."""
        super().__init__(message)
        self.code, self.message, self.hint = code, _short(message), _short(hint)

    @property
    def body(self) -> dict[str, dict[str, str]]:
        """Return the error as a tool answers it."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}


def _short(text: str) -> str:
    """Return a text without its middle where it is over `LONGEST`, as by what it quotes."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … (+{len(text) - 2 * half}) … {text[-half:]}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?`, or nothing when no known word is close."""
    options = {option.lower(): option for option in known}
    found = get_close_matches(word.lower(), options, n=1, cutoff=0.5)
    return f" Did you mean '{options[found[0]]}'?" if found else ""


def listed(words: Iterable[str]) -> str:
    """Return the words as a sentence has them, or 'none'."""
    return ", ".join(words) or "none"


_HINTS = {
    "mirra.session.not_found": "mirra_session_list shows the sessions, mirra_session_start starts"
    " one.",
    "mirra.session.mirror_not_in_catalog": "mirra_catalog lists the mirrors.",
    "mirra.fixture.not_found": "mirra_catalog lists a mirror's fixtures.",
    "mirra.run.not_found": "mirra_run_get without `run` shows the newest run.",
    "mirra.scenario.invalid": "Correct it; mirra_scenario_check tells every mistake with its line.",
    "mirra.scenario.fixture_file_missing": "Give the scenario by its `path`: then the file is found"
    " beside it. Or leave `fixture-file` out.",
    "mirra.run.over": "mirra_run_get tells its result; mirra_scenario_run starts another.",
    "NOT_FOUND": "mirra_marketplace_search finds resources; mirra_installation_list shows yours.",
    "NOT_INSTALLED": "mirra_resource_install installs it; mirra_installation_list shows yours.",
    "NOT_AUTHENTICATED": "mirra_resource_authenticate gives it credentials.",
    "ALREADY_INSTALLED": "Call it with mirra_resource_call; mirra_installation_list shows yours.",
    "ACTIVE_INSTALLATIONS": "mirra_resource_unpublish keeps others from installing it. Delete it"
    " once nobody has it installed.",
}
"""What to do next in our tools' words, where Mirra's own are about its HTTP API."""


def from_mirra(error: "MirraError") -> Refusal:
    """Return Mirra's refusal as a tool's, with a hint even where Mirra gave none."""
    hint = _HINTS.get(error.code) or error.hint
    doctor = "Repeat the call; `mirra-mcp doctor` tells whether Mirra is well."
    return Refusal(error.code, error.message, hint or doctor)
