"""Credentials of installations: sealed in the database, opened only to make a call.

AES-256-GCM, bound to the installation and the kind, so that a sealed credential is worth nothing
in another row.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from mirra_mcp.local.kit.clock import Wall, utc
from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.marketplace import amounts
from mirra_mcp.local.marketplace.errors import bad, conflict, invalid
from mirra_mcp.local.marketplace.keys import Keys
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.wire import installations as wire
from mirra_mcp.wire.model import Body, Doc
from mirra_mcp.wire.problems import flaw

KINDS: dict[str, type[Body]] = {
    "api_key": wire.ApiKeyCredentials,
    "bearer": wire.BearerCredentials,
    "basic": wire.BasicCredentials,
    "oauth2": wire.OAuth2Credentials,
}
SHOWN = {"api_key": "api_key", "bearer": "token", "basic": "username", "oauth2": "access_token"}
"""The field whose end is shown; of a password nothing ever is."""
STRIPPED = {"api_key", "token", "access_token", "refresh_token", "client_id", "client_secret"}
"""Fields whose outer blanks, such as the newline of a file, are no part of them."""
NONCE = 12
SHORT = 4
"""A password below this length says that the username is the secret, as some APIs have it."""


@dataclass(frozen=True)
class Credential:
    """An opened credential. Its secrets are in no `repr`."""

    type: str
    fields: Doc

    def __repr__(self) -> str:
        """Say the kind alone."""
        return f"Credential(type={self.type!r})"

    def secrets(self) -> list[str]:
        """List everything in it that must not be repeated to anybody."""
        public = {"expires_at", "client_id"}
        if len(self.fields.get("password", "")) >= SHORT:
            public.add("username")
        return [
            value
            for name, value in self.fields.items()
            if isinstance(value, str) and name not in public
        ]

    @property
    def expires_at(self) -> datetime | None:
        """When its access token ends, if that is known."""
        text = self.fields.get("expires_at")
        return utc(datetime.fromisoformat(text)) if text else None


def read(type: str, given: Doc) -> Credential:
    """Return what a caller gave as a credential.

    Raises:
        Refused: a field is missing or unknown; no value is repeated.
    """
    if type not in KINDS:
        raise bad("type", f"'type' is one of {', '.join(KINDS)}.")
    model = KINDS[type]
    try:
        found = model.model_validate(given)
    except ValidationError as error:
        names = [field.alias or name for name, field in model.model_fields.items()]
        problems = []
        for each in error.errors(include_url=False, include_input=False):
            name = str(each["loc"][0]) if each["loc"] else "credentials"
            guess = nearest(name, names) if each["type"] == "extra_forbidden" else ""
            if each["type"] == "extra_forbidden" and name not in names:
                name = name if name.isidentifier() and len(name) <= 30 else "an unknown field"
            problems.append((f"credentials.{name}", f"{flaw(each)}.{guess}"))
        needed = [
            field.alias or name for name, field in model.model_fields.items() if field.is_required()
        ]
        problems.append(("credentials", f"'{type}' takes {', '.join(needed)}"))
        raise invalid(problems) from None
    fields = {
        name: value.strip() if isinstance(value, str) and name in STRIPPED else value
        for name, value in found.model_dump(mode="json", exclude_none=True).items()
    }
    if ":" in fields.get("username", ""):
        raise bad("credentials.username", "A user name can't have a colon.")
    for name, value in fields.items():
        if value == "" and name in STRIPPED:
            raise bad(f"credentials.{name}", f"'{name}' is empty")
        if isinstance(value, str) and any(ord(each) < 32 or ord(each) == 127 for each in value):
            raise bad(f"credentials.{name}", f"'{name}' has a control character, such as a newline")
    return Credential(type, fields)


def last_four(credential: Credential) -> str:
    """Return what may be shown: the last four characters, of a short secret none."""
    value = str(credential.fields[SHOWN[credential.type]])
    return value[-4:] if len(value) >= 12 else "****"


class Credentials:
    """The sealed credentials of one data folder."""

    def __init__(self, store: Store, wall: Wall) -> None:
        self._store, self._wall = store, wall
        self._keys = Keys(store)

    def ready(self) -> None:
        """See that there is a key to seal with. Call it before a change, not inside one.

        Raises:
            Refused: it can't be kept anywhere.
        """
        self._keys.make()

    def put(self, installation: str, credential: Credential) -> None:
        """Store a credential in place of the one before. Call it inside a change.

        Raises:
            Refused: `ready` was not called, or the key has gone since.
        """
        expires = credential.expires_at
        self._store.run(
            "INSERT OR REPLACE INTO credentials VALUES (?,?,?,?,?,?)",
            installation,
            credential.type,
            self._seal(installation, credential),
            last_four(credential),
            amounts.text(self._wall()),
            amounts.text(expires) if expires else None,
        )

    def open(self, installation: str) -> Credential | None:
        """Return an installation's credential, or None.

        Raises:
            Refused: its key is gone.
        """
        row = self._store.row(
            "SELECT type, sealed FROM credentials WHERE installation=?", installation
        )
        if row is None:
            return None
        fields = self._unseal(installation, row["type"], row["sealed"])
        return Credential(row["type"], fields)

    def drop(self, installation: str) -> bool:
        """Forget an installation's credential; tell whether there was one."""
        return self._store.run("DELETE FROM credentials WHERE installation=?", installation) > 0

    def show(self, installation: str) -> wire.StoredCredential | None:
        """Return what may be shown of it."""
        row = self._store.row("SELECT * FROM credentials WHERE installation=?", installation)
        if row is None:
            return None
        return wire.StoredCredential(
            type=row["type"],
            last_four=row["last_four"],
            stored_at=amounts.instant(row["stored"]),
            expires_at=amounts.instant(row["expires"]) if row["expires"] else None,
        )

    def _seal(self, installation: str, credential: Credential) -> bytes:
        key = self._keys.find()
        if key is None:
            raise conflict("NOT_AUTHENTICATED", "The key for credentials is gone. Try again.")
        nonce = secrets.token_bytes(NONCE)
        plain = json.dumps(credential.fields).encode()
        sealed: bytes = _cipher(key).encrypt(nonce, plain, _context(installation, credential.type))
        return nonce + sealed

    def _unseal(self, installation: str, type: str, sealed: bytes) -> Doc:
        from cryptography.exceptions import InvalidTag

        for _ in range(2):
            key = self._keys.find()
            if key is not None:
                try:
                    plain = _cipher(key).decrypt(
                        sealed[:NONCE], sealed[NONCE:], _context(installation, type)
                    )
                except InvalidTag:
                    self._keys.forget()
                    continue
                fields: Doc = json.loads(plain)
                return fields
        raise conflict(
            "NOT_AUTHENTICATED",
            "The stored credentials can't be read any more: their key is gone."
            " Authenticate the resource again.",
        )


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _context(installation: str, type: str) -> bytes:
    return f"mirra:{installation}:{type}".encode()
