"""Links that are mailed. Source: https://clerk.com/docs/reference/frontend-api (Verify)"""

import httpx

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account

APP = "http://localhost:3000/verified"


def follow(account: Account) -> httpx.URL:
    """Follow the link in the email that was sent last, and return where it leads."""
    link = httpx.URL(account.state("sent_emails")[0]["data"]["magic_link"])
    assert link.host == "mirra.clerk.accounts.dev"
    answer = account.http.get(f"{link.path}?{link.query.decode()}")
    assert answer.status_code == 303, answer.text
    return httpx.URL(answer.headers["location"])


def test_a_link_signs_up_and_in_and_is_good_once(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/custom-flows/authentication/email-links"""
    browser = Browser(account)
    made = browser.post("/client/sign_ups", email_address="a@example.com", password="a long one!")
    path = f"/client/sign_ups/{made['id']}/prepare_verification"
    status, body = browser.call("POST", path, strategy="email_link")
    assert (status, body["errors"][0]["meta"]["param_name"]) == (422, "redirect_url")
    browser.post(path, strategy="email_link", redirect_url=APP)
    place = follow(account)
    session = account.state("sessions")[0]
    assert dict(place.params) == {
        "__clerk_status": "verified",
        "__clerk_created_session": session["id"],
    }
    assert follow(account).params["__clerk_status"] == "failed"
    started = browser.post("/client/sign_ins", identifier="a@example.com")
    (factor,) = [
        each for each in started["supported_first_factors"] if each["strategy"] == "email_link"
    ]
    browser.post(
        f"/client/sign_ins/{started['id']}/prepare_first_factor",
        strategy="email_link",
        email_address_id=factor["email_address_id"],
        redirect_url=APP,
    )
    follow(account)
    _, told = browser.call("GET", f"/client/sign_ins/{started['id']}")
    assert told["response"]["status"] == "complete"
    assert told["response"]["first_factor_verification"]["object"] == "verification_email_link"


def test_a_link_that_is_late_signs_nobody_in(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/frontend-api (Verify)"""
    account.user("a@example.com")
    browser = Browser(account)
    given = {"identifier": "a@example.com", "strategy": "email_link", "redirect_url": APP}
    browser.post("/client/sign_ins", **given)
    account.advance("11 minutes")
    assert dict(follow(account).params) == {"__clerk_status": "expired"}
    assert account.state("sessions") == []
    answer = account.http.get("/v1/verify?token=nonsense")
    assert answer.json()["errors"][0]["code"] == "verification_link_token_invalid"
