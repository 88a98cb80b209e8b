"""What happens at the identity providers of companies: people sign in, admins try it out.

Source: https://clerk.com/docs/guides/configure/auth-strategies/enterprise-connections/overview
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.simulate.refusals import refusals_told
from mirra_mcp.wire.model import Doc

ConnectionId = Annotated[
    str | None,
    Field(description="The enterprise connection; that of the address's domain, if left out."),
]
Attributes = Annotated[
    dict[str, str | list[str]] | None,
    Field(description="What the provider tells besides, by its own names: `department`."),
]


@story(
    "enterprise_sso.signed_in",
    aliases=("saml.signed_in", "sso.signed_in"),
    fires=(
        "user.created",
        "user.updated",
        "organizationMembership.created",
        "session.created",
    ),
)
def signed_in(
    clerk: Peers,
    email: Annotated[str, Field(description="The address that the identity provider tells.")],
    connection_id: ConnectionId = None,
    first_name: str | None = None,
    last_name: str | None = None,
    attributes: Attributes = None,
) -> Doc:
    """Somebody signs in at the company's identity provider and comes back: linked, or new."""
    noun = clerk.enterprise_connections
    connection = _connection(clerk, connection_id, email)
    with refusals_told():
        told = noun.asserted(connection, email, first_name, last_name, attributes or {})
        user = noun.arrive(connection, noun.identity(connection, told))
    return clerk.users.view(user)


@story("enterprise_connection.tested", aliases=("saml.tested",), fires=())
def connection_tried(
    clerk: Peers,
    connection_id: ConnectionId = None,
    email: Annotated[
        str | None, Field(description="Who is told; somebody of the first domain, if left out.")
    ] = None,
    outcome: Literal["success", "failed"] = "success",
) -> Doc:
    """Somebody opens the address of a test run, and the identity provider answers."""
    noun, runs = clerk.enterprise_connections, clerk.enterprise_test_runs
    connection = the_one(noun, connection_id, "connectionId")
    pending = runs.find(_connection_id=connection["id"], status="pending")
    if not pending:
        path = f"POST /v1/enterprise_connections/{connection['id']}/test_runs"
        raise SimulateError("The connection has no pending test run.", f"{path} makes one.")
    if outcome == "failed":
        code, message = "saml_response_invalid", "The SAML response is invalid."
        return runs.view(runs.fail(pending[0], code, message))
    address = email or f"test@{connection['domains'][0]}"
    with refusals_told():
        told = noun.asserted(connection, address, "Test", "User", {})
        return runs.view(runs.succeed(pending[0], noun.identity(connection, told)))


def _connection(clerk: Peers, id: str | None, email: str) -> Any:
    """Return the connection that is named, or that of an address's domain."""
    noun = clerk.enterprise_connections
    if id is None:
        found = noun.for_email(email)
        if found is not None:
            return found
    return the_one(noun, id, "connectionId")
