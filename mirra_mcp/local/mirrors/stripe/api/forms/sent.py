"""The fields of a new document: what was sent, without what was sent empty."""

from mirra_mcp.local.mirrors.stripe.api.forms.params import merged
from mirra_mcp.wire.model import Doc


def sent_of(given: Doc) -> Doc:
    """Return what was sent and isn't null; metadata without its null values."""
    sent = {name: value for name, value in given.items() if value is not None}
    if "metadata" in sent:
        sent["metadata"] = merged({}, sent["metadata"])
    return sent
