"""Stories of connected accounts: whatever happens to the platform can happen to one of them."""

from dataclasses import fields
from typing import Any

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import Story
from mirra_mcp.wire.model import Doc


class OfAnyAccount(Story):
    """A story that takes `account` besides: the connected account that it happens to."""

    def run(self, mirror: Any, given: Doc) -> Doc | None:
        """Let it happen to the platform, or to the account that is named.

        Raises:
            Refusal: a parameter is unknown, missing or wrong, or there is no such account.
        """
        if "account" in self.params.model_fields or given.get("account") is None:
            return super().run(mirror, given)
        rest = dict(given)
        account = rest.pop("account")
        if not isinstance(account, str) or mirror.accounts.reached(account) is None:
            raise SimulateError(
                f"There is no connected account '{account}'.",
                "Leave `account` out for the platform itself.",
            )
        with mirror.acting_for(account):
            return super().run(mirror, rest)


def of_any_account(stories: dict[str, Story]) -> dict[str, Story]:
    """Let every story that names no account happen to any."""
    return {
        name: OfAnyAccount(**{each.name: getattr(story, each.name) for each in fields(story)})
        for name, story in stories.items()
    }
