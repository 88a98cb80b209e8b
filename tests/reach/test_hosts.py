"""Hosts are told apart, and what a mirror answers leads back to it."""

import shutil
from pathlib import Path

import pytest

from tests.reach import commands
from tests.reach.conftest import Place

PRODUCTS = """
import stripe
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

client = Client()

def refused(call):
    try:
        call()
    except (TwilioRestException, stripe.StripeError) as problem:
        return getattr(problem, "status", None) or problem.http_status
    return "taken"

messaging = client.messaging.v1.services
for name in ("One", "Two", "Three"):
    messaging.create(friendly_name=name)
print([each.friendly_name for each in messaging.list(page_size=1)])
first = messaging.page(page_size=1)
print(first.next_page_url.split("/v1")[0], messaging.get_page(first.next_page_url).next_page_url)
print(refused(lambda: client.conversations.v1.services.create("Chat")))
print(refused(lambda: client.sync.v1.services.create()))
print(refused(lambda: client.video.v1.rooms.create()))
print(refused(lambda: client.trunking.v1.trunks.create()))
print(refused(Client(region="ie1", edge="dublin").insights.v1.calls("CA" + "0" * 32).fetch))
print(len(Client(region="ie1", edge="dublin").incoming_phone_numbers.list()))
stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
print(refused(lambda: stripe.OAuth.token(grant_type="authorization_code", code="ac_1")))
"""


def test_each_product_is_called_at_its_own_host_and_pages_lead_back(place: Place) -> None:
    """One that isn't mirrored is refused as the vendor refuses, and never called live."""
    done = commands.python(place.folder, PRODUCTS, "--session", place.id, "--json")
    assert done.returncode == 0, done.stderr
    names, pages, *answered = done.stdout.splitlines()
    assert sorted(eval(names)) == ["One", "Three", "Two"]
    base, following = pages.split()
    assert base == "https://messaging.twilio.com"
    assert following.startswith("https://messaging.twilio.com/v1/Services?")
    assert answered == ["taken", "501", "501", "501", "501", "1", "400"]
    account = commands.account(done)
    assert account["live"] == []
    assert {each["why"].partition(" See ")[0] for each in account["gaps"]} >= {
        "Sync is not mirrored.",
        "Video is not mirrored.",
        "Elastic SIP Trunking is not mirrored.",
        "Voice Insights is not mirrored.",
    }


PETS = """
openapi: 3.0.3
info: {title: Pets, version: "1"}
servers:
  - url: https://{region}.pets.example/v2
    variables: {region: {default: api}}
  - url: https://old.pets.example/v1
  - url: http://localhost:9/v2
paths:
  /pets:
    get:
      parameters: [{name: page, in: query, schema: {type: integer}},
        {name: per_page, in: query, schema: {type: integer}}]
      responses:
        "200":
          description: Some.
          headers: {Link: {schema: {type: string}}}
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses:
        "201":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
components:
  schemas: {Pet: {type: object, properties: {id: {type: string}, name: {type: string}}}}
"""

IN_PYTHON = """
import httpx
for name in ("Rex", "Tom"):
    httpx.post("https://api.pets.example/v2/pets", json={"name": name})
page = httpx.get("https://api.pets.example/v2/pets?per_page=1")
following = page.links["next"]["url"]
print(page.json()[0]["name"], following.split("?")[0], httpx.get(following).json()[0]["name"])
print(len(httpx.get("https://old.pets.example/v1/pets").json()))
print(httpx.get("https://old.pets.example/v3/pets").status_code)
"""

IN_NODE = """
fetch("https://api.pets.example/v2/pets", { method: "POST", body: '{"name":"Rex"}',
  headers: { "content-type": "application/json" } }).then(async (a) => console.log(await a.json()))
"""


def test_the_servers_of_a_document_lead_to_its_mirror(place: Place, tmp_path: Path) -> None:
    document = tmp_path / "pets.yaml"
    document.write_text(PETS, encoding="utf-8")
    options = ("--mirrors", str(document), "--json")
    done = commands.python(place.folder, IN_PYTHON, *options)
    expected = ["Rex https://api.pets.example/v2/pets Tom", "2", "404"]
    assert done.stdout.splitlines() == expected, done.stderr
    assert commands.account(done)["requests"] == 6
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node")
    done = commands.execute(place.folder, *options, "--", node, "-e", IN_NODE)
    assert "name: 'Rex'" in done.stdout, done.stderr
