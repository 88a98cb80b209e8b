"""Twilio: signatures, refusals that come late, products by their hosts, what the carrier says."""

from urllib.parse import urlsplit

from bench.findings.ground import Ground, Mirror, expect, finding
from tests.local.receiver import receiving

OURS, ALICE = "+15017122661", "+15558675310"


def account(twilio: Mirror) -> str:
    """Return where the account's own resources are."""
    return f"/2010-04-01/Accounts/{twilio.env['TWILIO_ACCOUNT_SID']}"


def buy(twilio: Mirror, number: str = OURS, **fields: str) -> str:
    """Buy a number."""
    path = f"{account(twilio)}/IncomingPhoneNumbers.json"
    return str(twilio.ok("POST", path, {"PhoneNumber": number, **fields})["sid"])


@finding("T1", "what is signed is the address as the app sees it, without user and password")
def signatures(ground: Ground) -> None:
    from twilio.request_validator import RequestValidator

    twilio = ground.start("twilio")
    validator = RequestValidator(twilio.env["TWILIO_AUTH_TOKEN"])
    buy(twilio)
    with receiving() as receiver:
        port = urlsplit(receiver.url).port
        for url in (f"http://user:pass@127.0.0.1:{port}/cb", f"HTTP://127.0.0.1:{port}/a%20b?c=1"):
            mail = {"To": ALICE, "From": OURS, "Body": "Hi", "StatusCallback": url}
            twilio.ok("POST", f"{account(twilio)}/Messages.json", mail)
            twilio.advance("1m")
            got = receiver.next()
            expect("@" not in got.url, got.url)
            signed = got.headers["x-twilio-signature"]
            expect(validator.validate(got.url, got.form, signed), (got.url, got.headers))
            while not receiver.inbox.empty():
                receiver.inbox.get()


@finding("T2", "what needs a sender is refused when the service has chosen one: accepted, failed")
def opted_out(ground: Ground) -> None:
    twilio = ground.start("twilio")
    number = buy(twilio)
    made = twilio.ok("POST", "/v1/Services", {"FriendlyName": "Shop"})["sid"]
    twilio.ok("POST", f"/v1/Services/{made}/PhoneNumbers", {"PhoneNumberSid": number})
    twilio.simulate("message.received", **{"from": ALICE, "to": OURS, "body": "STOP"})
    mail = {"To": ALICE, "MessagingServiceSid": made, "Body": "Hi"}
    sent = twilio.ok("POST", f"{account(twilio)}/Messages.json", mail)
    expect(sent["status"] == "accepted", sent)
    twilio.advance("1m")
    kept = twilio.ok("GET", f"{account(twilio)}/Messages/{sent['sid']}.json")
    expect((kept["status"], kept["error_code"]) == ("failed", 21610), kept)


@finding("T3", "documents of every kind can be graded")
def checks(ground: Ground) -> None:
    def act(mirrors: dict[str, Mirror]) -> None:
        twilio = mirrors["twilio"]
        path = f"/v2/Services/{twilio.ok('GET', '/v2/Services')['services'][0]['sid']}"
        twilio.ok("POST", f"{path}/Verifications", {"To": ALICE, "Channel": "sms"})
        twilio.call("POST", f"{path}/VerificationCheck", {"To": ALICE, "Code": "1"})

    ground.graded({"twilio": "verify-flow"}, act, {"At most 3 verification checks were made": True})


@finding("T4", "magic numbers are refused with the status that Twilio has")
def magic(ground: Ground) -> None:
    twilio = ground.start("twilio")
    path = f"{account(twilio)}/Messages.json"
    mail = {"From": "+15005550006", "Body": "Hi"}
    for field, number, code in (
        ("From", "+15005550001", 21212), ("From", "+15005550007", 21606),
        ("From", "+15005550008", 21611), ("To", "+15005550001", 21211),
        ("To", "+15005550009", 21614),
    ):  # fmt: skip
        told = twilio.call("POST", path, {"To": ALICE, **mail, field: number})
        expect(told.json()["code"] == code and told.status_code in (400, 429), told.text)


@finding("T5", "a product is never taken for another")
def products(ground: Ground) -> None:
    twilio = ground.start("twilio")
    for host, path in (
        ("conversations", "/v1/Services"), ("sync", "/v1/Services"), ("notify", "/v1/Services"),
        ("serverless", "/v1/Services"), ("chat", "/v2/Services"),
        ("routes", f"/v2/PhoneNumbers/{ALICE}"),
    ):  # fmt: skip
        told = twilio.call("GET", path, x_mirra_host=f"{host}.twilio.com")
        is_own = told.status_code == 200 and host in told.text and "messaging." not in told.text
        expect(told.status_code == 501 or is_own, (host, told.text))


@finding("T6", "what Twilio has and the mirror hasn't is 501")
def gaps(ground: Ground) -> None:
    twilio = ground.start("twilio", "verify-flow")
    for host, path in (
        ("pricing", "/v2/Voice/Countries"), ("numbers", "/v1/Porting/Orders"),
        ("marketplace", "/v1/AvailableAddOns"), ("oauth", "/v1/certs"),
    ):  # fmt: skip
        told = twilio.call("GET", path, x_mirra_host=f"{host}.twilio.com")
        expect(told.status_code == 501, (host, told.text))
    service = twilio.ok("GET", "/v2/Services")["services"][0]["sid"]
    for channel in ("sna", "rcs"):
        wanted = {"To": ALICE, "Channel": channel}
        told = twilio.call("POST", f"/v2/Services/{service}/Verifications", wanted)
        expect(told.status_code == 501, (channel, told.text))


@finding("T8", "an address that can't be called is refused, or called")
def spaces(ground: Ground) -> None:
    twilio = ground.start("twilio")
    with receiving() as receiver:
        path = f"{account(twilio)}/IncomingPhoneNumbers.json"
        url = f"{receiver.url}/a b"
        told = twilio.call("POST", path, {"PhoneNumber": OURS, "SmsUrl": url})
        if told.status_code == 400:
            return
        if told.json()["sms_url"] == url:
            sent = {"from": ALICE, "to": OURS, "body": "Hi"}
            twilio.simulate("message.received", **sent)
            expect("/a%20b" in receiver.next().url)
