"""What vendors' own clients do on mirrors of the vendors' own documents: make, list, get, change,
act, delete."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

NODE = Path(os.environ.get("NODE_SDKS", "nowhere")) / "documents" / "node_modules"
PYTHON = Path(os.environ.get("PYTHON_SDKS", "nowhere")) / "documents-clients"


@contextmanager
def clients() -> Iterator[None]:
    """Let clients that lie apart be imported."""
    sys.path.append(str(PYTHON))
    try:
        yield
    finally:
        sys.path.remove(str(PYTHON))


def stripe(url: str) -> None:
    """Stripe's own SDK: customers, and a payment that is cancelled."""
    import stripe

    client = stripe.StripeClient("sk_test_any", base_addresses={"api": url})
    customers, intents = client.v1.customers, client.v1.payment_intents
    ada = customers.create({"email": "ada@example.com", "name": "Ada"})
    assert [each.id for each in customers.list({"limit": 3}).data] == [ada.id]
    assert customers.retrieve(ada.id).email == "ada@example.com"
    assert customers.update(ada.id, {"name": "Ada L"}).name == "Ada L"
    intent = intents.create({"amount": 100, "currency": "eur", "customer": ada.id})
    assert (intent.status, intent.amount) == ("requires_payment_method", 100)
    assert intents.cancel(intent.id).status == "canceled"
    assert customers.delete(ada.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        customers.retrieve(ada.id)


def asana(url: str) -> None:
    """Asana's own client, generated from its document: tasks."""
    with clients():
        asana: Any = import_module("asana")

    configuration = asana.Configuration()
    configuration.access_token, configuration.host = "any", f"{url}/api/1.0"
    tasks = asana.TasksApi(asana.ApiClient(configuration))
    made = tasks.create_task({"data": {"name": "Buy milk", "notes": "2 l"}}, {})
    id = made["gid"]
    assert [each["gid"] for each in tasks.get_tasks({"limit": 3})] == [id]
    assert tasks.get_task(id, {})["notes"] == "2 l"
    assert tasks.update_task({"data": {"name": "Buy oats"}}, id, {})["name"] == "Buy oats"
    shop = tasks.create_task({"data": {"name": "Shop"}}, {})["gid"]
    assert tasks.set_parent_for_task({"data": {"parent": shop}}, id, {})["gid"] == id
    tasks.delete_task(id)
    with pytest.raises(asana.rest.ApiException) as gone:
        tasks.get_task(id, {})
    assert gone.value.status == 404


def linode(url: str) -> None:
    """Linode's own client: volumes."""
    with clients():
        linode_api4: Any = import_module("linode_api4")

    client = linode_api4.LinodeClient("any", base_url=f"{url}/v4")
    made = client.volume_create("data", region="us-east", size=20)
    assert (made.label, made.size) == ("data", 20)
    assert [each.id for each in client.volumes()] == [made.id]
    one = client.load(linode_api4.Volume, made.id)
    one.label = "more"
    assert one.save()
    assert client.load(linode_api4.Volume, made.id).label == "more"
    assert one.resize(40)
    assert one.delete()
    with pytest.raises(linode_api4.ApiError):
        client.load(linode_api4.Volume, made.id)


def twilio(url: str) -> None:
    """Twilio's own SDK: conversations with who is in them and what they say."""
    from twilio.base.exceptions import TwilioRestException
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class Here(TwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
        def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Any:
            parts = urlsplit(uri)
            target = url + parts.path + (f"?{parts.query}" if parts.query else "")
            return super().request(method, target, *args, **kwargs)

    conversations = Client(
        "AC" + "0" * 32, "any", http_client=Here()
    ).conversations.v1.conversations
    made = conversations.create(friendly_name="Chat")
    id = str(made.sid)
    assert [each.sid for each in conversations.list()] == [id]
    assert conversations(id).fetch().friendly_name == "Chat"
    assert conversations(id).update(friendly_name="Talk").friendly_name == "Talk"
    ada = conversations(id).participants.create(identity="ada")
    assert (ada.identity, ada.conversation_sid) == ("ada", id)
    conversations(id).messages.create(author="ada", body="Hello")
    assert [each.body for each in conversations(id).messages.list()] == ["Hello"]
    assert conversations(id).update(state="closed").state == "closed"
    assert conversations(id).delete()
    with pytest.raises(TwilioRestException):
        conversations(id).fetch()


def github(url: str) -> None:
    """GitHub's own client: a repository, its labels and issues."""
    script = Path(__file__).with_name("github.mjs")
    ran = subprocess.run(
        ["node", str(script), url, str(NODE)], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout) == {
        "repo": "engine",
        "made": "f29513",
        "listed": ["bug"],
        "changed": "b01f26",
        "read": "b01f26",
        "issue": [1, "It breaks", "open"],
        "closed": "closed",
        "found": 1,
        "said": ["Yes"],
        "locked": 204,
        "deleted": 204,
        "gone": 404,
    }
