"""Worlds with WhatsApp's templates and its window of 24 hours, played by real calls."""

from typing import Any

from mirra_mcp.local.mirrors.twilio.content.params import CreateContent, RequestApproval
from mirra_mcp.local.mirrors.twilio.mirror import Twilio
from mirra_mcp.local.mirrors.twilio.seeds.whatsapp_approved import REMINDER, SHIPPED
from tests.local.scenarios.check.stage import Stage
from tests.local.scenarios.worlds.twilio import ALICE, OWN, Names, quiet, send

__all__ = ["quiet"]
SENDER, READER = f"whatsapp:{OWN}", f"whatsapp:{ALICE}"


def say(stage: Stage, **fields: Any) -> Names:
    sent = send(stage, READER, From=SENDER, **fields)
    stage.pass_time(10)
    return {"message": sent}


def wrote(stage: Stage) -> None:
    told = {"from": ALICE, "to": OWN, "body": "Hello"}
    stage.simulate("twilio", "whatsapp.message_received", **told)


def answered(stage: Stage) -> Names:
    stage.begin()
    wrote(stage)
    return say(stage)


def answered_twice(stage: Stage) -> Names:
    stage.begin()
    wrote(stage)
    say(stage)
    return say(stage, Body="Your order 1042 has shipped")


def was_read(stage: Stage) -> Names:
    names = answered(stage)
    stage.simulate("twilio", "message.read", messageId=names["message"])
    return names


def heard(stage: Stage) -> Names:
    """Somebody wrote, and nothing was answered."""
    stage.begin()
    wrote(stage)
    return {}


def by_sms(stage: Stage) -> Names:
    stage.begin()
    sent = send(stage, Body="Your order 1042 has shipped")
    stage.pass_time(10)
    return {"message": sent}


def too_late(stage: Stage) -> Names:
    stage.begin()
    wrote(stage)
    stage.pass_time(25 * 3600)
    return say(stage)


def unasked(stage: Stage) -> Names:
    stage.begin()
    return say(stage)


def templated(stage: Stage) -> Names:
    """Nobody wrote, and an approved template is sent."""
    stage.begin()
    return say(stage, Body="", ContentSid=SHIPPED, ContentVariables='{"1":"Ann","2":"1042"}')


def other_template(stage: Stage) -> Names:
    stage.begin()
    return say(stage, Body="", ContentSid=REMINDER)


def templated_in_answer(stage: Stage) -> Names:
    stage.begin()
    wrote(stage)
    return say(stage, Body="", ContentSid=SHIPPED)


def _submit(stage: Stage) -> Names:
    mirror = stage.session.mirrors["twilio"]
    assert isinstance(mirror, Twilio)
    types = {"twilio/text": {"body": "Thank you"}}
    asked = CreateContent.model_validate(
        {"friendly_name": "thanks", "language": "en", "types": types}
    )
    with stage.session.unit(mirror, stage.session.clock.now()):
        made = mirror.contents.add(mirror.account_sid, asked)
    stage.begin()
    with stage.session.unit(mirror, stage.session.clock.now()):
        approval = RequestApproval(name="thank_you", category="UTILITY")
        mirror.content_approvals.submit(made, approval)
    stage.pass_time(1)
    return {"template": str(made["sid"])}


def submitted(stage: Stage) -> Names:
    return _submit(stage)


def approved(stage: Stage) -> Names:
    names = _submit(stage)
    stage.pass_time(5)
    return names


def rejected(stage: Stage) -> Names:
    names = _submit(stage)
    stage.simulate("twilio", "whatsapp.template_reviewed", contentSid=names["template"])
    return names
