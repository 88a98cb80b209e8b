"""Forged copies of webhooks: what they look like to a handler, and that the mirror ignores them."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
import stripe
from svix.webhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.forgeries import MOST, another
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.outbox import Outbox
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors import MIRRORS
from tests.local.kit.toy import Toy
from tests.local.receiver import Received, Receiver, receiving
from tests.local.world import Toyland

pytestmark = pytest.mark.anyio
KINDS: dict[str, type[Mirror]] = {"resend": MIRRORS["resend"], "stripe": MIRRORS["stripe"]}


def wall() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


class Post:
    """A session with one mirror, and its outbox."""

    def __init__(self, kind: type[Mirror]) -> None:
        self.mirror = kind("http://127.0.0.1:1", "empty")
        clock = Clock(wall)
        mirrors = {kind.vendor: self.mirror}
        self.session = Session("ses_x", "x", "ephemeral", mirrors, clock, wall, Images())
        self.session.open()

    async def send(self, event: str, receiver: Receiver, secret: str, times: int = 1) -> None:
        """Let the mirror tell an event to the receiver, and wait for all that follows."""
        outbox = Outbox(())
        now = self.session.clock.now()
        with self.session.unit(self.mirror, now):
            for number in range(times):
                thing = {"id": f"thing_{number}", "object": "thing"}
                payload = {"id": f"evt_{number}", "object": "event", "data": {"object": thing}}
                target = Target("hook", receiver.url, secret)
                self.mirror.send(event, payload, [target])
        with anyio.fail_after(10):
            await outbox.settle(self.session, now, 8)
        await outbox.close()

    def log(self, type: str) -> list[dict[str, Any]]:
        return [each.data for each in self.session.log.page(0, 1000, (type,)).events]

    def close(self) -> None:
        self.session.close()


SECRETS = {
    "resend": f"whsec_{base64.b64encode(b'the secret of the endpoint').decode()}",
    "stripe": "whsec_TheSecretOfTheEndpoint123",
}
EVENTS = {"resend": "email.sent", "stripe": "charge.refunded"}


def verifies(vendor: str, secret: str, got: Received) -> bool:
    """Whether the vendor's own library accepts it."""
    try:
        if vendor == "resend":
            Webhook(secret).verify(got.body, got.headers)
        else:
            stripe.Webhook.construct_event(got.body, got.headers["stripe-signature"], secret)
    except (WebhookVerificationError, stripe.SignatureVerificationError):
        return False
    return True


@pytest.mark.parametrize("vendor", sorted(KINDS))
async def test_the_vendors_own_library_takes_the_real_one_and_refuses_every_forgery(
    vendor: str, receiver: Receiver
) -> None:
    post = Post(KINDS[vendor])
    post.session.forging = True
    await post.send(EVENTS[vendor], receiver, SECRETS[vendor])
    got = [receiver.next() for _ in range(4)]
    assert [verifies(vendor, SECRETS[vendor], each) for each in got] == [True, False, False, False]
    real, bad, stale, tampered = got
    assert bad.body == stale.body == real.body
    assert json.loads(tampered.body) == real.json | {"forged": "yes"}
    noted = post.log("webhook.verification")
    kinds = ["none", "bad_signature", "stale_timestamp", "tampered_body"]
    assert [each["forgery"] for each in noted] == kinds
    assert {each["url"] for each in noted} == {receiver.url}
    assert {each["type"] for each in noted} == {EVENTS[vendor]}
    assert [each["responseStatus"] for each in noted] == [200] * 4
    assert not any(each["rejected"] for each in noted)
    post.close()


async def test_twilios_signature_has_no_time_and_its_forgeries_are_forms(
    receiver: Receiver,
) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    post = Post(MIRRORS["twilio"])
    post.session.forging = True
    token = "12345678901234567890123456789012"
    await post.send("message.delivered", receiver, token)
    validator = RequestValidator(token)
    got = [receiver.next() for _ in range(3)]
    valid = [
        validator.validate(each.url, each.form, each.headers["x-twilio-signature"]) for each in got
    ]
    assert valid == [True, False, False]
    assert got[2].form == got[0].form | {"forged": "yes"}
    noted = [each["forgery"] for each in post.log("webhook.verification")]
    assert noted == ["none", "bad_signature", "tampered_body"]
    post.close()


async def test_a_handler_that_verifies_is_logged_as_rejecting_them(receiver: Receiver) -> None:
    post = Post(KINDS["resend"])
    post.session.forging = True
    receiver.answers.extend([200, 401, 400, 403])
    await post.send("email.sent", receiver, SECRETS["resend"])
    noted = post.log("webhook.verification")
    assert [each["rejected"] for each in noted] == [False, True, True, True]
    assert len({each["deliveryId"] for each in noted}) == 1
    post.close()


async def test_the_mirror_never_learns_of_a_forgery(receiver: Receiver) -> None:
    """Neither the delivery nor the state nor `webhook.dispatched` tells of the copies."""
    answered: list[str] = []

    class Watching(Toy):
        def answered(self, *args: Any) -> None:
            answered.append(args[0].id)

    post = Post(Watching)
    before = post.mirror.store.counts()
    post.session.forging = True
    await post.send("parcel.sent", receiver, "toysec_abcd")
    assert len(post.log("webhook.verification")) == 3
    (delivery,) = post.session.deliveries.page({}, 10, None).webhooks
    assert [each.response_status for each in delivery.attempts] == [200]
    assert answered == [delivery.delivery_id]
    assert len(post.log("webhook.dispatched")) == post.session.webhooks_sent == 1
    assert post.mirror.store.counts() == before
    assert post.log("state.changed") == []
    post.close()


async def test_a_signature_without_a_time_has_no_stale_forgery(receiver: Receiver) -> None:
    post = Post(Toy)
    post.session.forging = True
    await post.send("parcel.sent", receiver, "toysec_abcd")
    kinds = [each["forgery"] for each in post.log("webhook.verification")]
    assert kinds == ["none", "bad_signature", "tampered_body"]
    post.close()


async def test_a_webhook_that_was_refused_is_not_forged(receiver: Receiver) -> None:
    post = Post(Toy)
    post.session.forging = True
    receiver.answers.append(500)
    await post.send("parcel.sent", receiver, "toysec_abcd")
    assert post.log("webhook.verification") == []
    assert receiver.inbox.qsize() == 1
    post.close()


async def test_nothing_is_forged_unless_asked(receiver: Receiver) -> None:
    post = Post(Toy)
    await post.send("parcel.sent", receiver, "toysec_abcd")
    assert post.log("webhook.verification") == []
    assert receiver.inbox.qsize() == 1
    post.close()


async def test_of_many_webhooks_of_a_type_only_the_first_few_are_forged(
    receiver: Receiver,
) -> None:
    post = Post(Toy)
    post.session.forging = True
    await post.send("parcel.sent", receiver, "toysec_abcd", times=MOST + 3)
    noted = [each["forgery"] for each in post.log("webhook.verification")]
    assert noted.count("bad_signature") == MOST
    post.session.forging = True  # a new attempt begins to count again
    await post.send("parcel.sent", receiver, "toysec_abcd")
    noted = [each["forgery"] for each in post.log("webhook.verification")]
    assert noted.count("bad_signature") == MOST + 1
    post.close()


def test_forgeries_can_be_asked_for_outside_of_runs(toyland: Toyland, receiver: Receiver) -> None:
    toyland.call("POST", "/hooks", json={"url": receiver.url})
    assert toyland.admin("webhooks/forge") == {"forging": True}
    receiver.answers.extend([200, 401, 200])
    toyland.send("alice")
    toyland.advance("1 second")
    noted = [each["data"] for each in toyland.events(types="webhook.verification")]
    assert [(each["forgery"], each["rejected"]) for each in noted] == [
        ("none", False),
        ("bad_signature", True),
        ("tampered_body", False),
    ]
    assert toyland.admin("webhooks/forge", on=False) == {"forging": False}
    toyland.send("bob")
    toyland.advance("1 second")
    assert len(toyland.events(types="webhook.verification")) == 3
    assert toyland.refused("webhooks/forge", of="x")[0] == 400


@pytest.mark.parametrize("secret", ["whsec_abc", "whsec_123", "0123", "", "a_b_c", "whsec_"])
def test_another_secret_is_another(secret: str) -> None:
    made = another(secret)
    assert made != secret
    assert hmac.digest(made.encode(), b"", "sha1") != hmac.digest(secret.encode(), b"", "sha1")


def test_a_forgery_is_older_than_any_library_accepts() -> None:
    """Source: https://docs.stripe.com/webhooks#replay-attacks (five minutes, as with Svix)."""
    from mirra_mcp.local.kit.forgeries import AGE

    assert timedelta(minutes=5) < AGE
