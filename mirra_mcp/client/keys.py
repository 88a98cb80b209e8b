"""The header by which a vendor knows an account."""

from base64 import b64encode

from mirra_mcp.wire.sessions import MirrorInfo


def header_of(mirror: MirrorInfo) -> dict[str, str]:
    """Return it, made of a mirror's own keys; empty where it has none."""
    named = {name.partition("_")[2]: value for name, value in mirror.env.items()}
    if "ACCOUNT_SID" in named and "AUTH_TOKEN" in named:
        pair = f"{named['ACCOUNT_SID']}:{named['AUTH_TOKEN']}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}
    key = named.get("API_KEY") or named.get("SECRET_KEY")
    return {"Authorization": f"Bearer {key}"} if key else {}
