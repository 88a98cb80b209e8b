"""Draw the pictures of the page in `docs/`: `python -m bench.pictures`. Needs a Chromium.

A made-up shop is worked with, and each part of the page photographed, small: the figures of
`docs/page.md` and of the README.
"""

import io
import shutil
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZE = {"width": 1280, "height": 760}
COLOURS = 128
REFUSED = b'{"error": "No signatures found matching the expected signature for payload."}'
SCENARIO = """\
# A receipt follows the payment

## Prompt
Charge Ada, and mail her a receipt.

## Success Criteria
- check: Exactly 1 email is sent
- check: The email's `to` includes `delivered@resend.dev`
- check: No errors were logged

## Config
mirrors: resend
runs: 3
"""


class Handler(BaseHTTPRequestHandler):
    """An app that takes Resend's webhooks, and verifies Stripe's with the wrong secret."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        is_taken = self.path == "/resend"
        self.send_response(200 if is_taken else 400)
        self.end_headers()
        if not is_taken:
            self.wfile.write(REFUSED)

    def log_message(self, *args: object) -> None:
        pass


class Shop:
    """The session that is photographed."""

    def __init__(self, mirra: LocalMirra, app: str) -> None:
        headers = {"authorization": f"Bearer {mirra.token}"}
        self.http = httpx.Client(base_url=mirra.url, headers=headers, timeout=30)
        wanted = {
            "mirrors": ["stripe", "resend", "twilio"],
            "name": "shop",
            "seeds": {"resend": "transactional-busy"},
            "webhooks": {"stripe": f"{app}/stripe", "resend": f"{app}/resend"},
        }
        self.session = self.http.post("/v1/sessions", json=wanted).json()
        self.id = self.session["sessionId"]
        self.mirrors = {each["vendor"]: each for each in self.session["mirrors"]}

    def call(self, vendor: str, method: str, path: str, **sent: Any) -> Any:
        """Call a mirror as the shop would."""
        env = self.mirrors[vendor]["env"]
        key = {"stripe": "STRIPE_SECRET_KEY", "resend": "RESEND_API_KEY"}.get(vendor)
        sid = env.get("TWILIO_ACCOUNT_SID", "")
        auth = None if key else (sid, env["TWILIO_AUTH_TOKEN"])
        headers = {"authorization": f"Bearer {env[key]}"} if key else {}
        url = self.mirrors[vendor]["url"] + path.replace("{sid}", sid)
        return httpx.request(method, url, headers=headers, auth=auth, timeout=30, **sent).json()

    def tell(self, path: str, **body: Any) -> None:
        """Ask the control plane for something."""
        self.http.post(f"/v1/sessions/{self.id}{path}", json=body).raise_for_status()

    def work(self) -> str:
        """Have a day; return the customer's id."""
        given = {"email": "ada@example.com", "name": "Ada Lovelace", "metadata[user]": "u_1"}
        ada: str = self.call("stripe", "POST", "/v1/customers", data=given)["id"]
        paid = {
            "amount": 4200, "currency": "usd", "confirm": "true",
            "return_url": "https://shop.example/done",
        }  # fmt: skip
        card = {"customer": ada, "payment_method": "pm_card_visa"}
        self.call("stripe", "POST", "/v1/payment_intents", data=paid | card)
        declined = {"payment_method": "pm_card_chargeDeclined"}
        self.call("stripe", "POST", "/v1/payment_intents", data=paid | declined)
        self.call("stripe", "POST", f"/v1/customers/{ada}", data={"name": "Ada, Countess"})
        self.tell("/faults", rule="stripe POST /v1/refunds: error rate_limit, once")
        self.call("stripe", "POST", "/v1/refunds", data={"payment_intent": "pi_1"})
        mail = {
            "from": "hello@mail.acme.com", "to": ["ada@example.com"],
            "subject": "Your receipt", "html": "<h1>Thank you</h1>",
        }  # fmt: skip
        self.call("resend", "POST", "/emails", json=mail)
        text = {"To": "+15005550006", "From": "+15005550006", "Body": "Your code is 493021"}
        self.call("twilio", "POST", "/2010-04-01/Accounts/{sid}/Messages.json", data=text)
        self.tell("/snapshot", name="after-checkout")
        return ada

    def checkout(self, customer: str) -> str:
        """Open a Checkout session of two things; return its address."""
        form = {
            "customer": customer,
            "mode": "payment",
            "success_url": "https://shop.example/done",
            "cancel_url": "https://shop.example/cart",
        }
        for number, (name, amount) in enumerate((("Analytical Engine", 42000), ("Loom", 9900))):
            item = f"line_items[{number}]"
            form |= {
                f"{item}[price_data][currency]": "usd",
                f"{item}[price_data][unit_amount]": str(amount),
                f"{item}[price_data][product_data][name]": name,
                f"{item}[quantity]": str(number + 1),
            }
        made = self.call("stripe", "POST", "/v1/checkout/sessions", data=form)
        url: str = made["url"]
        return url

    def run_scenario(self, attempts: str) -> str:
        """Run the scenario; `attempts` says of each whether it sends."""
        started = self.http.post("/v1/runs", json={"scenarioMarkdown": SCENARIO}).json()
        id: str = started["runId"]
        for sends in attempts:
            info = self.http.get(f"/v1/runs/{id}").json()["mirrors"][0]
            key = {"authorization": f"Bearer {info['env']['RESEND_API_KEY']}"}
            httpx.get(f"{info['url']}/emails", headers=key)
            mail = {"from": "onboarding@resend.dev", "to": ["delivered@resend.dev"]}
            if sends == "y":
                body = mail | {"subject": "Receipt", "text": "Thanks"}
                httpx.post(f"{info['url']}/emails", json=body, headers=key)
            self.http.post(f"/v1/runs/{id}/finish", json={"verdicts": []})
        return id


def shoot(page: Page, name: str) -> None:
    """Keep what a tab shows, with few colours."""
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready")
    image = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(parents=True, exist_ok=True)
    few.save(FOLDER / f"{name}.png", optimize=True)
    print(f"{name}.png  {(FOLDER / f'{name}.png').stat().st_size // 1024} KB")


def main() -> None:
    """Draw all pictures, or those that are named."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    app = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=app.serve_forever, daemon=True).start()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalMirra(Settings(data_dir=Path(folder))) as mirra,
        sync_playwright() as playwright,
    ):
        shop = Shop(mirra, f"http://127.0.0.1:{app.server_port}")
        ada = shop.work()
        for attempts in ("nnn", "nny", "nyy", "yyy", "yny"):
            run = shop.run_scenario(attempts)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
            page = context.new_page()
            link = shop.http.get(f"/v1/sessions/{shop.id}").json()["dashboardUrl"]
            page.goto(link)
            page.wait_for_url(f"**/s/{shop.id}/timeline")
            base = f"{mirra.url}/s/{shop.id}"
            if scheme == "dark":
                page.click("#rows .row:has-text('Your card was declined') a")
                page.locator("#detail .parcel").first.wait_for()
                shoot(page, "timeline-dark")
                continue
            page.click("#rows .row:has-text('/v1/customers'):has-text('webhook') a")
            page.locator("#detail .parcel").first.wait_for()
            shoot(page, "timeline")
            for name, path in (
                ("state", f"/state/stripe/customers/{ada}"),
                ("moves", "/moves"),
                ("runs", f"/runs/{run}"),
            ):
                page.goto(f"{base}{path}")
                if name == "moves":
                    page.fill("#other", "1 month")
                    page.click("text=What would happen?")
                    page.locator(".preview").wait_for()
                shoot(page, name)
            page.goto(f"{base}/mail")
            page.locator("main a[href*='/mail/']").first.click()
            shoot(page, "mail")
            page.goto(f"{base}/phone")
            page.locator("main a:has-text('Your code')").first.click()
            shoot(page, "phone")
            page.goto(shop.checkout(ada))
            shoot(page, "checkout")
        browser.close()
    app.shutdown()


if __name__ == "__main__":
    main()
