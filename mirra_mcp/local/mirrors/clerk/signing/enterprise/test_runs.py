"""Test runs: somebody tries a connection out before people come in by it.

Source: https://clerk.com/docs/reference/backend-api (Enterprise Connections, test runs)
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, page_of
from mirra_mcp.local.mirrors.clerk.signing.enterprise.params import ListTestRuns
from mirra_mcp.wire.model import Doc


class EnterpriseTestRuns(ClerkResource):
    """The runs of an instance's connections."""

    entity, plural = "enterprise_test_run", "enterprise_test_runs"
    object, prefix, title = "enterprise_connection_test_run", "enttr", "test run"
    names = ()
    indexes = ("_connection_id", "status")
    statuses = ("pending", "success", "failed")
    blank = {
        "id": "",
        "status": "pending",
        "connection_type": "saml",
        "parsed_user_info": None,
        "logs": [],
        "saml": None,
        "oauth": None,
        "created_at": None,
        "_connection_id": "",
    }

    @route("POST /v1/enterprise_connections/{enterprise_connection_id}/test_runs")
    def create(self, enterprise_connection_id: str) -> Doc:
        """Begin a run, which whoever opens the address goes on with at the identity provider.

        Source: https://clerk.com/docs/reference/backend-api (Create an enterprise connection test
            run)
        """
        connections = self.mirror.enterprise_connections
        connection = connections.get(enterprise_connection_id)
        kind = connections.protocol(connection)
        doc = self.save(self.new(connection_type=kind, _connection_id=connection["id"]))
        place = f"{self.mirror.frontend_api}/v1/enterprise_connections/{connection['id']}"
        return {"url": f"{place}/init_test_run?token={doc['id']}"}

    @route("GET /v1/enterprise_connections/{enterprise_connection_id}/test_runs")
    def list(self, enterprise_connection_id: str, params: ListTestRuns) -> Doc:
        """List the runs of a connection, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List enterprise connection test runs)
        """
        self.mirror.enterprise_connections.get(enterprise_connection_id)
        found = [
            each
            for each in self.find(_connection_id=enterprise_connection_id)
            if not params.status or each["status"] in params.status
        ]
        return page_of(found, params, self.view)

    def succeed(self, doc: Doc, identity: Doc) -> Doc:
        """End a run well: the identity provider told of somebody."""
        names = ("email_address", "first_name", "last_name")
        told = {name: identity[name] or "" for name in names}
        info = told | {"user_id": identity["provider_user_id"] or ""}
        return self.save(doc | {"status": "success", "parsed_user_info": info})

    def fail(self, doc: Doc, code: str, message: str) -> Doc:
        """End a run badly, and log why."""
        line = {"level": "error", "code": code, "short_message": message, "message": message}
        return self.save(doc | {"status": "failed", "logs": [*doc["logs"], line]})

    def forget(self, connection_id: str) -> None:
        """Drop the runs of a connection that is being deleted."""
        for doc in self.find(_connection_id=connection_id):
            self.drop(doc)
