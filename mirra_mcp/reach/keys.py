"""An app's keys and secrets: the session's under the names that apps read, real ones hidden."""

import re
from collections.abc import Collection, Mapping

from mirra_mcp.vendors import VENDORS, Vendor

SECRETIVE = "KEY|SECRET|TOKEN|SID|PASSWORD"
"""What the names of variables end in that hold a vendor's credentials, as far as they may."""
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{16,}")
"""Stripe's and Resend's look alike: where the variable's name doesn't say whose, it is hidden."""
OURS = ("MIRRA_JUDGE_KEY",)
"""What no program that is tried needs."""


def dressed(
    environ: Mapping[str, str],
    mirrors: Mapping[str, Mapping[str, str]],
    live: Collection[str] = (),
) -> tuple[dict[str, str], list[str]]:
    """Return an environment with the mirrors' keys in place of real ones, and whose were hidden.

    `mirrors` holds the `env` of each, by vendor. A vendor that the session doesn't mirror loses
    its keys, unless one of its hosts may be called `live`.
    """
    wanted: dict[str, str] = {}
    for vendor, env in mirrors.items():
        wanted |= env
        known = VENDORS.get(vendor)
        for alias, name in (known.aliases if known else {}).items():
            if name in env:
                wanted.setdefault(alias, env[name])
    spared = {
        name for name, each in VENDORS.items() if any(h.endswith(each.domains) for h in live)
    } - set(mirrors)
    result, hidden = {}, []
    for name, value in environ.items():
        if name in OURS:
            continue
        stand_in = wanted.get(name, _stand_in(name, value, mirrors, spared))
        if stand_in is None:
            result[name] = value
            continue
        if stand_in != value and value:
            hidden.append(name)
        if stand_in:
            result[name] = stand_in
    return result | wanted, sorted(hidden)


def _stand_in(
    name: str, value: str, mirrors: Mapping[str, Mapping[str, str]], spared: Collection[str]
) -> str | None:
    """Return what to put in a variable's place: nothing for '', itself for None."""
    for vendor, known in VENDORS.items():
        if vendor in spared:
            continue
        env = mirrors.get(vendor, {})
        for shape, canonical in known.shapes.items():
            if re.fullmatch(shape, value):
                return env.get(canonical, "")
        if _is_credential(name, vendor, known):
            return ""
    return "" if WEBHOOK_SECRET.fullmatch(value) else None


def _is_credential(name: str, vendor: str, known: Vendor) -> bool:
    if name in known.aliases:
        return True
    upper = name.upper()
    return vendor.upper() in upper and re.search(rf"_({SECRETIVE})(_|\d|$)", upper) is not None
