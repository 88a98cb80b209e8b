"""The fixture `consumer`: people in every state that a user can be in."""

from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.seeds import people
from mirra_mcp.local.mirrors.clerk.sessions.params import CreateSession
from mirra_mcp.local.mirrors.clerk.users.users.params import CreateUser, UpdateUser

SECRET, CODES = "JBSWY3DPEHPK3PXP", ["backup-code-1", "backup-code-2"]
"""Of Dave's authenticator app."""
PHONE = "+15555550100"


def build(clerk: Peers) -> None:
    """Make Alice, who is signed in, and others who are banned, locked, and so on."""
    alice, bob, carol, dave = (people.make(clerk, number) for number in range(4))
    clerk.sessions.create(CreateSession(user_id=alice["id"]))
    clerk.users.shut_out(bob)
    clerk.users.lock_out(carol)
    factors = UpdateUser(totp_secret=SECRET, backup_codes=CODES)
    clerk.users.change(dave, **clerk.users.credentials(dave, factors))
    clerk.users.connect(people.make(clerk, 4), "google")
    clerk.users.create(
        CreateUser(
            email_address=["frank@example.com"],
            email_address_identification_status=["reserved"],
            phone_number=[PHONE],
            username="frank",
            first_name="Frank",
            last_name="Foster",
            password=people.PASSWORD,
        )
    )
    clerk.users.create(
        CreateUser(
            email_address=["grace@example.com"],
            first_name="Grace",
            last_name="Green",
            skip_password_requirement=True,
        )
    )
