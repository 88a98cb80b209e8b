"""Worlds with users and sessions: each a function that plays real calls and returns its ids."""

from typing import Any

from tests.local.scenarios.check.stage import Stage

Names = dict[str, str]
ALICE, BOB = "alice@example.com", "bob@example.com"


def make(stage: Stage, email: str = ALICE, **fields: Any) -> str:
    given = {"email_address": [email], "password": "correct horse battery", "first_name": "Alice"}
    return str(stage.call("POST", "/v1/users", given | fields, vendor="clerk")["id"])


def sign_in(stage: Stage, user: str) -> str:
    return str(stage.call("POST", "/v1/sessions", {"user_id": user}, vendor="clerk")["id"])


def change(stage: Stage, user: str, what: str) -> None:
    stage.call("POST", f"/v1/users/{user}/{what}", {}, vendor="clerk")


def quiet(stage: Stage) -> Names:
    stage.begin()
    return {}


def refused(stage: Stage) -> Names:
    stage.begin()
    given = {"email_address": [ALICE], "password": "short"}
    stage.call("POST", "/v1/users", given, vendor="clerk", status=422)
    return {}


def before(stage: Stage) -> Names:
    user = make(stage)
    stage.begin()
    return {"user": user}


def signed_up(stage: Stage) -> Names:
    stage.begin()
    return {"user": make(stage, public_metadata={"plan": "pro"})}


def walked_in(stage: Stage) -> Names:
    """By the form and the code, so that there is a session, too."""
    stage.begin()
    stage.simulate("clerk", "user.created", email=ALICE, firstName="Alice")
    return {}


def two(stage: Stage) -> Names:
    stage.begin()
    user = make(stage, public_metadata={"plan": "free"})
    make(stage, BOB, first_name="Bob")
    return {"user": user}


def banned(stage: Stage) -> Names:
    names = before(stage)
    change(stage, names["user"], "ban")
    return names


def unbanned(stage: Stage) -> Names:
    names = banned(stage)
    change(stage, names["user"], "unban")
    return names


def locked(stage: Stage) -> Names:
    names = before(stage)
    stage.simulate("clerk", "sign_in.failed", times=10)
    return names


def nearly_locked(stage: Stage) -> Names:
    names = before(stage)
    stage.simulate("clerk", "sign_in.failed", times=9)
    return names


def deleted(stage: Stage) -> Names:
    names = before(stage)
    stage.call("DELETE", f"/v1/users/{names['user']}", vendor="clerk")
    return names


def signed_in(stage: Stage) -> Names:
    names = before(stage)
    return names | {"session": sign_in(stage, names["user"])}


def signed_out(stage: Stage) -> Names:
    names = signed_in(stage)
    stage.simulate("clerk", "session.ended")
    return names


def revoked(stage: Stage) -> Names:
    names = signed_in(stage)
    stage.call("POST", f"/v1/sessions/{names['session']}/revoke", {}, vendor="clerk")
    return names


def invite(stage: Stage, email: str = ALICE) -> str:
    given = {"email_address": email}
    return str(stage.call("POST", "/v1/invitations", given, vendor="clerk")["id"])


def invited(stage: Stage) -> Names:
    stage.begin()
    return {"invitation": invite(stage)}


def invited_before(stage: Stage) -> Names:
    id = invite(stage)
    stage.begin()
    return {"invitation": id}


def invitation_accepted(stage: Stage) -> Names:
    names = invited(stage)
    stage.simulate("clerk", "invitation.accepted")
    return names


def invitation_revoked(stage: Stage) -> Names:
    names = invited(stage)
    stage.call("POST", f"/v1/invitations/{names['invitation']}/revoke", {}, vendor="clerk")
    return names


def waiting(stage: Stage) -> Names:
    stage.begin()
    stage.simulate("clerk", "waitlistEntry.created", email=ALICE)
    (entry,) = stage.session.mirrors["clerk"].nouns["waitlist_entries"].find()
    return {"entry": entry["id"]}


def decide(stage: Stage, verb: str) -> Names:
    names = waiting(stage)
    stage.call("POST", f"/v1/waitlist_entries/{names['entry']}/{verb}", {}, vendor="clerk")
    return names


def called_up(stage: Stage) -> Names:
    return decide(stage, "invite")


def turned_down(stage: Stage) -> Names:
    return decide(stage, "reject")


def organized(stage: Stage) -> Names:
    """An organization that Alice made."""
    user = make(stage)
    given = {"name": "Acme", "created_by": user}
    made = stage.call("POST", "/v1/organizations", given, vendor="clerk")
    stage.begin()
    return {"user": user, "org": made["id"]}


def asked(stage: Stage) -> Names:
    names = organized(stage)
    given = {"email_address": BOB, "role": "org:member"}
    path = f"/v1/organizations/{names['org']}/invitations"
    made = stage.call("POST", path, given, vendor="clerk")
    return names | {"invitation": made["id"]}


def joined(stage: Stage) -> Names:
    names = asked(stage)
    stage.simulate("clerk", "organizationInvitation.accepted")
    return names


def took_back(stage: Stage) -> Names:
    names = asked(stage)
    path = f"/v1/organizations/{names['org']}/invitations/{names['invitation']}/revoke"
    stage.call("POST", path, {}, vendor="clerk")
    return names


def promoted(stage: Stage) -> Names:
    names = organized(stage)
    bob = make(stage, BOB, first_name="Bob")
    given = {"user_id": bob, "role": "org:admin"}
    stage.call("POST", f"/v1/organizations/{names['org']}/memberships", given, vendor="clerk")
    return names


def make_key(stage: Stage, user: str, name: str = "Builds", **fields: Any) -> str:
    given = {"name": name, "subject": user} | fields
    return str(stage.call("POST", "/v1/api_keys", given, vendor="clerk", status=201)["id"])


def keyed(stage: Stage) -> Names:
    user = make(stage)
    stage.begin()
    return {"user": user, "key": make_key(stage, user)}


def keyed_before(stage: Stage) -> Names:
    names = {"key": make_key(stage, make(stage))}
    stage.begin()
    return names


def two_keys(stage: Stage) -> Names:
    names = keyed(stage)
    make_key(stage, names["user"], "Deploys")
    return names


def key_revoked(stage: Stage) -> Names:
    names = keyed(stage)
    stage.simulate("clerk", "api_key.revoked")
    return names


def key_late(stage: Stage) -> Names:
    """A key whose time is over, which isn't revoked."""
    user = make(stage)
    stage.begin()
    key = make_key(stage, user, seconds_until_expiration=60)
    stage.pass_time(120)
    return {"user": user, "key": key}


def machined(stage: Stage) -> Names:
    stage.begin()
    callee = stage.call("POST", "/v1/machines", {"name": "Callee"}, vendor="clerk")["id"]
    given = {"name": "Caller", "scoped_machines": [callee]}
    caller = stage.call("POST", "/v1/machines", given, vendor="clerk")
    return {"caller": caller["id"], "secret": caller["secret_key"]}


def tokened(stage: Stage) -> Names:
    names = machined(stage)
    mirror = stage.session.mirrors["clerk"]
    machine = mirror.nouns["machines"].get(names["caller"])
    noun: Any = mirror.nouns["m2m_tokens"]
    with stage.session.unit(mirror, stage.session.clock.now()):
        doc = noun.new(subject=machine["id"], scopes=machine["_scopes"], _secret=noun.new_secret())
        noun.save(noun.lasting(doc, 60))
    return names


def token_revoked(stage: Stage) -> Names:
    names = tokened(stage)
    stage.simulate("clerk", "m2m_token.revoked")
    return names
