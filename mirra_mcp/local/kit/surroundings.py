"""What a mirror has around it: the session's log, deliveries and ids, and nothing else of it."""

from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.deliveries import Deliveries
from mirra_mcp.local.kit.events import Log
from mirra_mcp.local.kit.ids import Ids


class Surroundings:
    """What mirrors write to besides their own state. A session offers it while it is open."""

    log: Log
    deliveries: Deliveries
    ids: Ids
    clock: Clock
