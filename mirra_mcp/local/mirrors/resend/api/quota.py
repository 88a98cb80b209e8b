"""What the account may send and has sent, and the limits that a fixture or a story set.

Source: https://resend.com/docs/api-reference/rate-limit and
https://resend.com/docs/knowledge-base/account-quotas-and-limits
"""

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.wire.model import Doc

SETTING = "quota"
PRO_MONTHLY, FREE_MONTHLY, FREE_DAILY = 50_000, 3_000, 100
FRESH: Doc = {
    "day": "",
    "sent_today": 0,
    "received_today": 0,
    "sent": 0,
    "received": 0,
    "free": False,
    "exceeded": None,
    "suspended": False,
    "rate_limited": False,
}


class Quota:
    """Counts recipients of sent emails and received emails, by day and month in UTC.

    The account is on a paid plan, which has no daily quota, unless a fixture says otherwise.
    Nothing is refused for the counts alone: paid plans go over their quota, too.
    """

    def __init__(self, resend: Mirror) -> None:
        self._resend = resend
        self._state = dict(FRESH)
        self._changed = False

    def load(self) -> None:
        """Read what was counted."""
        self._state = FRESH | (self._resend.setting(SETTING) or {})
        self._changed = False

    def keep(self) -> None:
        """Write what was counted, if anything was."""
        if self._changed:
            self._resend.set_setting(SETTING, self._state)
            self._changed = False

    def set(self, **state: object) -> None:
        """Change a limit: `free`, `exceeded`, `suspended` or `rate_limited`."""
        self._state |= state
        self._changed = True

    def sent(self, recipients: int) -> None:
        """Count an email that was sent to so many recipients."""
        state = self._current()
        state["sent_today"] += recipients
        state["sent"] += recipients

    def received(self) -> None:
        """Count an email that was received."""
        state = self._current()
        state["received_today"] += 1
        state["received"] += 1

    def today(self) -> Doc:
        """Return today's count."""
        state = self._current(write=False)
        limit = FREE_DAILY if self.is_free else None
        return _count(state["sent_today"], state["received_today"], limit)

    def this_month(self) -> Doc:
        """Return this month's count."""
        state = self._current(write=False)
        limit = FREE_MONTHLY if self.is_free else PRO_MONTHLY
        return _count(state["sent"], state["received"], limit)

    @property
    def is_free(self) -> bool:
        """Whether the account is on the free plan."""
        return bool(self._state["free"])

    @property
    def exceeded(self) -> str | None:
        """Which quota is used up: `daily` or `monthly`."""
        return self._state["exceeded"]  # type: ignore[no-any-return]  # set by `set`

    @property
    def suspended(self) -> bool:
        """Whether Resend stopped the account from sending."""
        return bool(self._state["suspended"])

    @property
    def rate_limited(self) -> bool:
        """Whether the rate limit is enforced."""
        return bool(self._state["rate_limited"])

    def _current(self, *, write: bool = True) -> Doc:
        """Return the counts, which begin anew with each day and month."""
        now, state = self._resend.now, self._state
        day = f"{now.year}-{now.month:02}-{now.day:02}"
        if state["day"] != day:
            if not write:
                state = dict(state)
            state["sent_today"] = state["received_today"] = 0
            if state["day"][:7] != day[:7]:
                state["sent"] = state["received"] = 0
            state["day"] = day
        self._changed = self._changed or write
        return state


def _count(sent: int, received: int, limit: int | None) -> Doc:
    return {"used": sent + received, "limit": limit, "sent": sent, "received": received}
