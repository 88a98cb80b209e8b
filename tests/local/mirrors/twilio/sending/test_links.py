"""Links that messaging services shorten on domains of their own, and clicks on them.

Source: https://www.twilio.com/docs/messaging/features/link-shortening
"""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import ALICE, OTHER, buy, send, service
from tests.local.receiver import Receiver

LONG = "https://shop.example/orders/1042?from=sms"
PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----"


def shop(account: Account) -> tuple[Any, str]:
    """A messaging service with a number and a domain to shorten links on."""
    made = service(account, buy(account))
    domain = account.simulate("link_domain.verified", domain="links.acme.example")
    sid = domain["result"]["sid"]
    account.client.messaging.v1.linkshortening_messaging_service(sid, made.sid).create()
    return made, sid


def test_links_are_short_when_a_message_is_sent(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/messaging/features/link-shortening"""
    v1 = account.client.messaging.v1
    made, domain = shop(account)
    v1.domain_config(domain).update(callback_url=receiver.url, disable_https=False)
    body = f"See {LONG}, or http://a.example/."
    sent = send(account, body, messaging_service_sid=made.sid, shorten_urls=True)
    plain = send(account, body, messaging_service_sid=made.sid)
    assert sent.body == body
    account.advance("10s")
    first, second = account.state("short_links")[::-1]
    assert first["link"] == LONG
    assert len(first["short_url"]) == len("https://links.acme.example/") + 10
    assert sent.fetch().body == f"See {first['short_url']}, or {second['short_url']}."
    assert plain.fetch().body == body
    told = account.simulate("link.clicked", url=first["short_url"], userAgent="Phone")
    assert told["result"] == {"redirectedTo": LONG}
    got = receiver.next()
    assert got.json == {
        "event_type": "click", "sms_sid": sent.sid, "to": ALICE, "from": sent.fetch().from_,
        "link": LONG, "click_time": "2026-05-04T12:00:10Z", "messaging_service_sid": made.sid,
        "account_sid": account.sid, "user_agent": "Phone",
    }  # fmt: skip
    signature = got.headers["x-twilio-signature"]
    validator = RequestValidator(account.token)
    assert validator.validate(got.url, got.body.decode(), signature)
    assert not validator.validate(got.url, got.body.decode() + " ", signature)
    assert account.state("short_links")[1]["clicks"] == 1
    account.advance("91d")
    assert account.simulate("link.clicked", url=first["short_url"])["result"] == {
        "redirectedTo": None
    }
    v1.domain_config(domain).update(fallback_url="https://acme.example/", disable_https=True)
    lost = account.simulate("link.clicked", url="links.acme.example/nothing")
    assert lost["result"] == {"redirectedTo": "https://acme.example/"}
    alerts = account.client.monitor.v1.alerts.list(log_level="warning")
    assert [each.error_code for each in alerts] == ["30104", "30105"]
    assert receiver.inbox.empty()


def test_a_domain_has_settings_a_certificate_and_services(account: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/features/link-shortening/onboarding-guide"""
    v1 = account.client.messaging.v1
    made, domain = shop(account)
    assert v1.domain_config(domain).fetch().continue_on_failure is False
    changed = v1.domain_config(domain).update(callback_url="https://a.example/", disable_https=True)
    assert (changed.callback_url, changed.disable_https) == ("https://a.example/", True)
    config = v1.domain_config_messaging_service(made.sid).fetch()
    assert (config.domain_sid, config.callback_url) == (domain, "https://a.example/")
    there = v1.linkshortening_messaging_service_domain_association(made.sid).fetch()
    assert there.domain_sid == domain
    assert v1.domain_validate_dns(domain).fetch().is_valid is True
    kept = v1.domain_certs(domain).fetch()
    own = v1.domain_certs(domain).update(tls_cert=PEM)
    assert own.certificate_sid != kept.certificate_sid
    v2 = account.client.messaging.v2.domain_certs(domain)
    assert v2.fetch().managed is False
    assert v1.request_managed_cert(domain).update().managed is True
    assert v2.fetch().managed is True
    other = account.simulate("link_domain.verified", domain="b.example")["result"]["sid"]
    taken = v1.linkshortening_messaging_service(other, made.sid)
    acts: list[tuple[Callable[[], Any], int]] = [
        (lambda: v1.domain_certs(domain).update(tls_cert="nonsense"), 20001),
        (taken.create, 30130),
    ]
    for act, code in acts:
        with pytest.raises(TwilioRestException) as caught:
            act()
        assert refusal(caught.value)[:2] == (400, code)
    assert v1.linkshortening_messaging_service(domain, made.sid).delete()
    v1.linkshortening_messaging_service(other, made.sid).create()
    assert v1.domain_certs(domain).delete()
    with pytest.raises(TwilioRestException) as caught:
        v1.domain_certs(domain).fetch()
    assert refusal(caught.value)[:2] == (404, 20404)


def test_links_that_can_not_be_shortened_fail_their_message_or_stay(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/30103"""
    v1 = account.client.messaging.v1
    made, domain = shop(account)
    asked: dict[str, Any] = {"messaging_service_sid": made.sid, "shorten_urls": True}
    account.simulate("link_domain.verified", domain="links.acme.example", verified=False)
    unverified = send(account, LONG, **asked)
    with pytest.raises(TwilioRestException) as caught:
        v1.request_managed_cert(domain).update()
    assert refusal(caught.value)[:2] == (400, 30101)
    account.advance("10s")
    assert (unverified.fetch().status, unverified.fetch().error_code) == ("failed", 30101)
    account.simulate("link_domain.verified", domain="links.acme.example")
    v1.domain_certs(domain).delete()
    lost = send(account, LONG, **asked)
    account.advance("10s")
    assert (lost.fetch().status, lost.fetch().error_code) == ("failed", 30103)
    v1.domain_config(domain).update(continue_on_failure=True)
    kept = send(account, LONG, **asked)
    account.advance("10s")
    assert (kept.fetch().status, kept.fetch().body) == ("delivered", LONG)
    alone = service(account, buy(account, OTHER))
    for fields in ({"from_": OTHER}, {"messaging_service_sid": alone.sid}):
        with pytest.raises(TwilioRestException) as caught:
            send(account, LONG, shorten_urls=True, **fields)
        assert refusal(caught.value)[:2] == (400, 20001)
