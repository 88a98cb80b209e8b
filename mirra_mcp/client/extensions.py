"""What not every Mirra offers: endpoints beyond the documented ones, and what to do without."""

from dataclasses import dataclass

_EMBEDDED = "unset MIRRA_TOKEN to use the embedded Mirra, which offers it."


@dataclass(frozen=True, slots=True)
class Extension:
    """An endpoint that a Mirra may lack: what it is for, and what to do instead."""

    what: str
    instead: str


CATALOG = Extension(
    "a catalog", f"Ask a running mirror for its metadata (`/_mirra/metadata`), or {_EMBEDDED}"
)
CLOCK = Extension("a clock that can be moved", f"Simulate the event you wait for, or {_EMBEDDED}")
STATES = Extension(
    "the state of all mirrors at once", f"Do it mirror by mirror (`/_mirra/state`), or {_EMBEDDED}"
)
FORKS = Extension("forks", f"Start a session and repeat the calls, or {_EMBEDDED}")
HISTORY = Extension(
    "its history", f"Read `state.changed` from the session's events, or {_EMBEDDED}"
)
QUERIES = Extension("queries by SQL", f"Read each mirror's state, or {_EMBEDDED}")
DELIVERIES = Extension(
    "a list of webhooks", f"Read `webhook.dispatched` from the session's events, or {_EMBEDDED}"
)
MIRRORS = Extension(
    "mirrors made from OpenAPI documents", f"Use a mirror of its catalog, or {_EMBEDDED}"
)
EVENT_PAGES = Extension("its events in pages", f"Follow the event stream, or {_EMBEDDED}")
FAULTS = Extension("fault rules", f"Put a proxy in between that fails, or {_EMBEDDED}")
RETRY = Extension("sending a webhook again", f"Simulate the event that caused it, or {_EMBEDDED}")
RUN_LIST = Extension("a list of runs", f"Get each run by its id, or {_EMBEDDED}")
RUN_FINISH = Extension(
    "a way to say that a run's work is done", f"Wait for the run's timeout, or {_EMBEDDED}"
)
RUN_CANCEL = Extension("cancelling a run", f"Wait for the run's timeout, or {_EMBEDDED}")
SCENARIO_CHECK = Extension("checking a scenario without a run", f"Run it, or {_EMBEDDED}")
SCENARIO_DRAFT = Extension(
    "drafting scenarios", f"Write it from the session's events and state, or {_EMBEDDED}"
)
