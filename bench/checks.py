"""What grading costs a criterion: finishing an attempt with many criteria, against one with one.

`python -m bench.checks [--rounds 20]`
"""

import argparse
import statistics
from typing import Any

from bench.common import Http, milliseconds, mirra, table, timed, verdict

BUDGET = 0.010
"""Seconds a check, as documented."""
CRITERIA = (
    "Exactly 20 contacts were created",
    "There are exactly 1020 contacts",
    "A contact with email `c7@example.com` exists",
    "No errors were logged",
    "Exactly 20 `contact.created` webhooks were dispatched",
    "POST /contacts was called exactly 20 times",
    "No contacts were deleted",
    "The contact `c7@example.com` was created",
    "Nothing else changed",
    "No emails were sent",
)


def main() -> None:
    """Finish attempts with one criterion and with all, in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    taken: dict[int, list[float]] = {1: [], len(CRITERIA): []}
    with mirra() as up, Http(up.url, up.token) as control:
        for number in range(given.rounds + 2):
            for count, seconds in taken.items():
                cost = _finish(control, CRITERIA[:count])
                if number >= 2:
                    seconds.append(cost)
    one, all_ = (statistics.median(seconds) for seconds in taken.values())
    each = (all_ - one) / (len(CRITERIA) - 1)
    rows = [[f"{count} criteria", milliseconds(seconds)] for count, seconds in taken.items()]
    rows.append(["each further", f"{1000 * each:.2f}, budget 10: {verdict(each, BUDGET)}"])
    table(f"Finishing an attempt on 1,000 contacts, ms of {given.rounds}", ["", "ms"], rows)


def _finish(control: Http, criteria: tuple[str, ...]) -> float:
    """Play an attempt that makes 20 contacts; return the seconds that grading it took."""
    run: dict[str, Any] = control.call("POST", "/v1/runs", {"scenario": {
        "title": "Contacts",
        "criteria": [{"tag": "check", "text": text} for text in criteria],
        "config": {"mirrors": ["resend"], "fixture": "marketing-list"},
    }})  # fmt: skip
    mirror = run["mirrors"][0]
    with Http(mirror["url"], mirror["env"]["RESEND_API_KEY"]) as resend:
        for number in range(20):
            resend.call("POST", "/contacts", {"email": f"c{number}@example.com"})
    seconds = timed(lambda: control.call("POST", f"/v1/runs/{run['runId']}/finish", {}))
    told = control.call("GET", f"/v1/runs/{run['runId']}")
    if told["satisfactionScore"] != 1:
        missed = [each for each in told["attempts"][0]["criteria"] if each["result"] != "pass"]
        raise RuntimeError(f"The attempt should pass: {missed}")
    return seconds


if __name__ == "__main__":
    main()
