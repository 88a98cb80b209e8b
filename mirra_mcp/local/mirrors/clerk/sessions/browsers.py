"""Clients as browsers see them: cookies, development browsers, the client with its sessions.

Source: https://clerk.com/docs/reference/frontend-api (Client, DevBrowser)
"""

from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of, jwt
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.sessions.sessions import ABANDONMENT
from mirra_mcp.wire.model import Doc

COOKIE = "__client"
IN_QUERY = ("__clerk_db_jwt", "__dev_session")


class BrowserClients(ClerkResource):
    """What browsers do with the client that they are."""

    @route("POST /v1/dev_browser")
    def create_dev_browser(self) -> Answer:
        """Give a browser a token by which a development instance knows it again.

        Source: https://clerk.com/docs/reference/frontend-api (Create a Dev Browser token)
        """
        client = self.save(self.new())
        token = self.token(client)
        body = {"object": "dev_browser", "id": token, "client_id": client["id"], "token": token}
        return Answer(200, body, self.cookie(token))

    @route("GET /v1/client")
    def show(self, call: Call) -> Answer:
        """Return the calling client; nothing, if the browser has none yet.

        Source: https://clerk.com/docs/reference/frontend-api (Get the current client)
        """
        client = self.calling(call)
        return Answer(200, {"response": client and self.frontend(client), "client": None})

    @route("PUT /v1/client")
    @route("POST /v1/client")
    def begin(self, call: Call) -> Answer:
        """Return the calling client, a new one if the browser has none yet.

        Source: https://clerk.com/docs/reference/frontend-api (Create a client)
        """
        client = self.calling(call) or self.save(self.new())
        return Answer(
            200,
            {"response": self.frontend(client), "client": None},
            self.cookie(self.token(client)),
        )

    @route("DELETE /v1/client")
    @route("DELETE /v1/client/sessions")
    def sign_out(self, call: Call) -> Answer:
        """Sign out of all sessions of the calling client.

        Fires: session.removed of each
        Source: https://clerk.com/docs/reference/frontend-api (Delete client sessions)
        """
        client = self.called_by(call)
        for id in client["session_ids"]:
            session = self.mirror.sessions.peek(id)
            if session is not None:
                self.mirror.sessions.stop(session, "removed")
        client = self.save(self.touch(client, session_ids=[], last_active_session_id=None))
        return Answer(200, {"response": self.frontend(client), "client": None})

    # who calls

    def calling(self, call: Call) -> Doc | None:
        """Return the client that calls: by its header, its cookie, or its browser's token."""
        for token in self._tokens(call):
            claims = claims_of(self.mirror.identity, token)
            client = None if claims is None else self.peek(str(claims.get("id")))
            if client is not None:
                return client
        return None

    def _tokens(self, call: Call) -> Iterator[str]:
        """List what a call shows of its client: a cookie may be one of another instance."""
        token = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if token:
            yield token
        if COOKIE in call.headers.get("cookie", ""):
            try:
                cookies = SimpleCookie(call.headers["cookie"])
            except CookieError:
                cookies = SimpleCookie()
            if COOKIE in cookies:
                yield cookies[COOKIE].value
        yield from (call.query[name] for name in IN_QUERY if name in call.query)

    def called_by(self, call: Call) -> Doc:
        """Return the client that calls.

        Raises:
            VendorError: it is none of this instance's.
        """
        client = self.calling(call)
        if client is None:
            raise errors.signed_out()
        return client

    def token(self, client: Doc) -> str:
        """Return the token that a browser keeps for a client: the cookie `__client`."""
        return jwt(self.mirror.keep_identity(), {"id": client["id"]})

    def cookie(self, token: str) -> dict[str, str]:
        """Return the headers by which a browser, or a native app, gets a client's token."""
        seconds = int(ABANDONMENT.total_seconds())
        kept = f"{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
        return {"set-cookie": kept, "authorization": token}

    def wrapped(self, response: Doc, client: Doc) -> Answer:
        """Answer a browser: what it asked for, with its client."""
        body = {"response": response, "client": self.frontend(client)}
        return Answer(200, body, self.cookie(self.token(client)))

    def frontend(self, client: Doc) -> Doc:
        """Return a client as browsers get it.

        Source: https://github.com/clerk/openapi-specs (fapi, Client.Client)
        """
        sessions = (self.mirror.sessions.peek(id) for id in client["session_ids"])
        sign_in = client["sign_in_id"] and self.mirror.sign_ins.peek(client["sign_in_id"])
        sign_up = client["sign_up_id"] and self.mirror.sign_ups.peek(client["sign_up_id"])
        is_over = {"complete", "abandoned"}
        return {
            "object": "client",
            "id": client["id"],
            "sessions": [
                self.mirror.sessions.frontend(each)
                for each in sessions
                if each is not None and each["status"] in ("active", "pending")
            ],
            "sign_in": self.mirror.sign_ins.view(sign_in)
            if sign_in and sign_in["status"] not in is_over
            else None,
            "sign_up": self.mirror.sign_ups.view(sign_up)
            if sign_up and sign_up["status"] not in is_over
            else None,
            "last_active_session_id": client["last_active_session_id"],
            "last_authentication_strategy": client["last_authentication_strategy"],
            "cookie_expires_at": None,
            "captcha_bypass": False,
            "created_at": client["created_at"],
            "updated_at": self.updated(client),
        }

    def updated(self, client: Doc) -> int:
        """Return when a client changed, in the time of its tokens: apps hold one to the other."""
        behind = self.now - self.mirror.machine_now
        return int(client["updated_at"] - behind.total_seconds() * 1000)

    def signed_in(self, client_id: str, strategy: str | None) -> None:
        """Remember how somebody signed in at a client."""
        client = self.get(client_id)
        self.save(self.touch(client, last_authentication_strategy=strategy))
