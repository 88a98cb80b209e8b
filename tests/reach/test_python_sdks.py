"""Each official Python SDK, with each of its HTTP clients, in code that knows of no mirror."""

import json

from tests.reach import commands
from tests.reach.conftest import Place

APP = """
import asyncio, io, json
import resend, stripe
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

KEY, EMAIL = os.environ["STRIPE_SECRET_KEY"], {
    "from": "a@resend.dev", "to": "delivered@resend.dev", "subject": "Hi", "text": "Hello"}
NUMBER = os.environ["TWILIO_PHONE_NUMBER"]
done = {}

def stripe_with(client):
    return stripe.StripeClient(KEY, http_client=client)

stripe.api_key = KEY
customer = stripe.Customer.create(email="ann@example.com").id

def now():
    for name in ("RequestsClient", "UrllibClient", "HTTPXClient"):
        more = {"allow_sync_methods": True} if name == "HTTPXClient" else {}
        client = stripe_with(getattr(stripe, name)(**more))
        done[name] = client.v1.customers.retrieve(customer).id == customer
    png = io.BytesIO(b"\\x89PNG\\r\\n\\x1a\\n")
    done["files"] = stripe.File.create(purpose="dispute_evidence", file=png).object == "file"
    done["resend"] = bool(resend.Emails.send(EMAIL)["id"])
    done["twilio"] = Client().incoming_phone_numbers.list()[0].phone_number == NUMBER

async def later():
    for name in ("HTTPXClient", "AIOHTTPClient"):
        http = getattr(stripe, name)()
        found = await stripe_with(http).v1.customers.retrieve_async(customer)
        done["async " + name] = found.id == customer
        await http.close_async()
    done["async resend"] = bool((await resend.Emails.send_async(EMAIL))["id"])
    async with AsyncTwilioHttpClient() as http:
        found = await Client(http_client=http).incoming_phone_numbers.list_async()
        done["async twilio"] = found[0].phone_number == NUMBER

for round in ("direct", "proxied"):
    now()
    asyncio.run(later())
    print(json.dumps(done))
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        os.environ[name] = "http://127.0.0.1:9"  # nobody: whoever asks it fails
"""


def test_every_python_sdk_reaches_the_mirrors_unchanged(place: Place) -> None:
    """Directly, and where the user has a proxy."""
    done = commands.python(place.folder, APP, "--session", "shop", "--json")
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        came = json.loads(line)
        assert len(came) == 10
        assert came == dict.fromkeys(came, True)
    assert commands.calls(done) >= {
        "stripe POST /v1/customers",
        "stripe GET /v1/customers/{id}",
        "stripe POST /v1/files",
        "resend POST /emails",
        "twilio GET /2010-04-01/Accounts/{id}/IncomingPhoneNumbers.json",
    }
    assert commands.account(done)["live"] == []


PROXIES = """
import httpx, requests, urllib.request
NOBODY = "http://127.0.0.1:9"
KEY = {"authorization": "Bearer " + os.environ["STRIPE_SECRET_KEY"]}
URL = "https://api.stripe.com/v1/customers"
print(requests.get(URL, headers=KEY, proxies={"https": NOBODY}).status_code)
print(httpx.Client(proxy=NOBODY).get(URL, headers=KEY).status_code)
handler = urllib.request.ProxyHandler({"https": NOBODY})
opener = urllib.request.build_opener(handler)
print(opener.open(urllib.request.Request(URL, headers=KEY)).status)
"""


def test_a_proxy_that_the_code_itself_names_is_not_asked_for_a_vendors_host(place: Place) -> None:
    done = commands.python(place.folder, PROXIES, "--session", place.id)
    assert done.stdout.split() == ["200", "200", "200"], done.stderr


ELSEWHERE = """
import asyncio, socket, httpx, requests
import http.server, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["host"].encode())
    def log_message(self, *_): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://localhost:{server.server_address[1]}"
print(requests.get(url).text == httpx.get(url).text == url.removeprefix("http://"))
print(socket.getaddrinfo("127.0.0.1", 80)[0][4])
import aiohttp
async def main():
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        print(await answer.text() == url.removeprefix("http://"))
asyncio.run(main())
"""


def test_ordinary_hosts_are_untouched(place: Place) -> None:
    done = commands.python(place.folder, ELSEWHERE, "--session", place.id)
    assert done.stdout.splitlines() == ["True", "('127.0.0.1', 80)", "True"], done.stderr
