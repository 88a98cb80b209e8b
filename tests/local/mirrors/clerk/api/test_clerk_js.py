"""Clerk's own clerk-js, in Chromium, and `@clerk/testing` work unmodified.

`NODE_SDKS` is a folder in which npm installed `@clerk/testing` and `@clerk/express` into `clerk`,
and `@clerk/clerk-js` into `clerk-js`. All of them call Clerk's hosts, and are led here as
`mirra-mcp exec` leads programs.

Source: https://clerk.com/docs/guides/development/testing/playwright/overview
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.reach.environment import led
from mirra_mcp.wire.sessions import MirrorInfo
from tests.local.mirrors.clerk.client import Account

SDKS = Path(os.environ.get("NODE_SDKS", "/nowhere"))
SCRIPTS = SDKS / "clerk-js" / "node_modules" / "@clerk" / "clerk-js" / "dist"
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
APP = Path(__file__).with_name("browser_app.mjs")
JANE, PASSWORD = "jane+clerk_test@example.com", "correct horse battery"
ROUTER = MIRRORS["clerk"].router()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OTHERS = ("/tasks/", "/checkouts/", "/payment_", "/statements/", "/subscription_items/", "/verify",
          "/sessions", "/backup_codes/")  # fmt: skip
"""What clerk-js says as a path that is the end of another, or a page's."""
pytestmark = pytest.mark.skipif(
    not (SCRIPTS.is_dir() and NODE), reason="NODE_SDKS has no folder 'clerk-js' with npm's clerk-js"
)


class Page:
    """A page with clerk-js, and the app behind it."""

    def __init__(self, account: Account, process: "subprocess.Popen[str]") -> None:
        self.account, self.process = account, process

    def ask(self, command: str, **given: Any) -> Any:
        """Give the app a command, and return what came of it."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps({"command": command, **given}), file=self.process.stdin, flush=True)
        told = json.loads(self.process.stdout.readline())
        assert not (isinstance(told, dict) and "failed" in told), told["failed"]
        return told

    def run(self, code: str, **given: Any) -> Any:
        """Run the body of a function in the page, with `Clerk` and what is given."""
        return self.ask("run", code=code, given=given)

    def signed_in(self, email: str = JANE) -> None:
        """Open the page anew, and sign a user in by `@clerk/testing`."""
        self.ask("open")
        self.ask("signIn", params={"emailAddress": email})


@pytest.fixture(scope="module")
def page(mirra: LocalMirra) -> Iterator[Page]:
    """A page in Chromium, led to a session of its own whose clock flows."""
    playwright = pytest.importorskip("playwright", reason="Playwright isn't installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    account = Account(mirra.url, mirra.token, clock=None)
    account.user(JANE)
    mirrors = account.ask("GET", f"/v1/sessions/{account.id}")["mirrors"]
    env = led(os.environ, [MirrorInfo.model_validate(each) for each in mirrors]).variables
    driver = Path(playwright.__file__).parent / "driver" / "package"
    with subprocess.Popen(
        [str(NODE), str(APP)],
        env={**env, "CHROMIUM": CHROMIUM, "PLAYWRIGHT": str(driver)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Page(account, process)
        assert process.stdin
        process.stdin.close()
    account.close()


def test_testing_helpers_sign_in_by_each_strategy_and_out(page: Page) -> None:
    """Source: https://clerk.com/docs/reference/testing/overview"""
    assert page.ask("fapi") == {"host": "mirra.clerk.accounts.dev", "token": True}
    page.ask("open")
    by_password = {"strategy": "password", "identifier": JANE, "password": PASSWORD}
    by_code = {"strategy": "email_code", "identifier": JANE}
    for params in (
        {"emailAddress": JANE},
        {"signInParams": by_password},
        {"signInParams": by_code},
    ):
        page.ask("signIn", params=params)
        let_in = page.ask("me")
        assert (let_in["status"], let_in["body"]["userId"][:5]) == (200, "user_")
        page.ask("signOut")
        assert page.ask("me")["status"] == 401
    wrong = by_password | {"password": "wrong horse battery"}
    told = page.run(
        "return await Clerk.client.signIn.create(given)",
        **{name: value for name, value in wrong.items() if name != "strategy"},
    )
    assert told["errors"] == ["form_password_incorrect"]


def test_an_app_lets_in_and_signs_out_over_the_sessions_clock(page: Page) -> None:
    """Source: https://clerk.com/docs/guides/secure/session-options"""
    page.signed_in()
    fresh = "return Boolean(await Clerk.session.getToken({ skipCache: true }))"
    page.account.advance("6 days")
    assert page.run(fresh) is True
    assert page.ask("me")["status"] == 200
    page.account.advance("2 days")
    assert page.run(fresh)["errors"] == ["signed_out"]
    page.ask("open")
    assert page.ask("me")["status"] == 401


def test_a_browser_by_itself_signs_in_and_shakes_hands(page: Page) -> None:
    """Source: https://clerk.com/docs/guides/how-clerk-works/overview#handshake"""
    said = page.ask("directly", identifier=JANE, password=PASSWORD)
    assert (said[0], said[1][:5], said[2:]) == ("null", "user_", [said[1], ""])


def test_a_page_signs_somebody_up(page: Page) -> None:
    """Source: https://clerk.com/docs/guides/development/custom-flows/authentication/email-password"""
    page.ask("open")
    done = page.run(
        """
        const made = await Clerk.client.signUp.create(given);
        await made.prepareEmailAddressVerification({ strategy: "email_code" });
        const wrong = await made.attemptEmailAddressVerification({ code: "000000" })
          .catch((error) => error.errors[0].code);
        const done = await made.attemptEmailAddressVerification({ code: "424242" });
        await Clerk.setActive({ session: done.createdSessionId });
        const { emailAddress } = Clerk.user.primaryEmailAddress;
        return [made.missingFields, wrong, done.status, emailAddress];
        """,
        emailAddress="new+clerk_test@example.com",
        password=PASSWORD,
    )
    assert done == [[], "form_code_incorrect", "complete", "new+clerk_test@example.com"]
    assert page.ask("me")["status"] == 200


def test_a_user_changes_its_profile_and_its_factors(page: Page) -> None:
    """Source: https://clerk.com/docs/reference/javascript/user"""
    page.account.user("ann+clerk_test@example.com")
    page.signed_in("ann+clerk_test@example.com")
    assert page.run(
        """
        const user = await Clerk.user.update({ firstName: "Ann", unsafeMetadata: { a: 1 } });
        return [user.firstName, user.unsafeMetadata];
        """
    ) == ["Ann", {"a": 1}]
    assert page.run(
        """
        const added = await Clerk.user.createEmailAddress({ email: "ann2+clerk_test@example.com" });
        await added.prepareVerification({ strategy: "email_code" });
        const wrong = await added.attemptVerification({ code: "000000" })
          .catch((error) => error.errors[0].code);
        const done = await added.attemptVerification({ code: "424242" });
        await Clerk.user.update({ primaryEmailAddressId: added.id });
        await Clerk.user.emailAddresses.find((each) => each.id !== added.id).destroy();
        await Clerk.user.reload();
        const last = await Clerk.user.emailAddresses[0].destroy()
          .catch((error) => error.errors[0].code);
        return [wrong, done.verification.status, Clerk.user.emailAddresses.length, last];
        """
    ) == ["form_code_incorrect", "verified", 1, "last_required_identification_deletion_failed"]
    assert page.run(
        """
        const added = await Clerk.user.createPhoneNumber({ phoneNumber: "+15555550111" });
        await added.prepareVerification();
        await added.attemptVerification({ code: "424242" });
        await added.setReservedForSecondFactor({ reserved: true });
        const totp = await Clerk.user.createTOTP();
        const codes = await Clerk.user.createBackupCode();
        await Clerk.user.reload();
        return [Clerk.user.twoFactorEnabled, totp.verified, totp.secret.length, codes.codes.length];
        """
    ) == [True, False, 32, 10]
    assert page.run(
        """
        const change = (currentPassword) =>
          Clerk.user.updatePassword({ currentPassword, newPassword: "another horse battery" });
        const wrong = await change("no such horse").catch((error) => error.errors[0].code);
        await change(given.password);
        const again = await Clerk.session.startVerification({ level: "first_factor" });
        const done = await Clerk.session.attemptFirstFactorVerification({
          strategy: "password",
          password: "another horse battery",
        });
        const sessions = await Clerk.user.getSessions();
        return [wrong, again.status, done.status, sessions.map((each) => each.status)];
        """,
        password=PASSWORD,
    ) == ["form_password_validation_failed", "needs_first_factor", "complete", ["active"]]


def test_a_user_makes_an_organization_and_invites(page: Page) -> None:
    """Source: https://clerk.com/docs/reference/javascript/organization"""
    page.account.user("bob+clerk_test@example.com")
    page.signed_in()
    made = page.run(
        """
        const acme = await Clerk.createOrganization({ name: "Acme" });
        await Clerk.setActive({ organization: acme.id });
        const sent = await acme.inviteMember({ emailAddress: given.bob, role: "org:member" });
        const emailAddresses = ["a@x.dev", "b@x.dev"];
        const both = await acme.inviteMembers({ emailAddresses, role: "org:member" });
        const again = await acme.inviteMember({ emailAddress: given.bob, role: "org:member" })
          .catch((error) => error.errors[0].code);
        const roles = await acme.getRoles();
        const invited = await acme.getInvitations({ status: ["pending"] });
        await both[0].revoke();
        return [Clerk.organization.id === acme.id, sent.status, both.length, again,
          roles.data.map((each) => each.key), invited.total_count];
        """,
        bob="bob+clerk_test@example.com",
    )
    roles = ["org:admin", "org:member"]
    again = "organization_invitation_not_unique"
    assert made == [True, "pending", 2, again, roles, 3]
    assert page.ask("me")["body"]["orgRole"] == "org:admin"
    page.ask("signOut")
    page.ask("signIn", params={"emailAddress": "bob+clerk_test@example.com"})
    joined = page.run(
        """
        const { data } = await Clerk.user.getOrganizationInvitations();
        await data[0].accept();
        const mine = await Clerk.user.getOrganizationMemberships();
        await Clerk.setActive({ organization: mine.data[0].organization.slug });
        const eve = { emailAddress: "c@x.dev", role: "org:member" };
        const refused = await Clerk.organization.inviteMember(eve)
          .catch((error) => error.errors[0].code);
        const members = await Clerk.organization.getMemberships();
        await Clerk.user.leaveOrganization(mine.data[0].organization.id);
        const none = await Clerk.user.leaveOrganization(given.none)
          .catch((error) => error.errors[0].code);
        return [data.length, mine.data[0].role, refused, members.total_count, none];
        """,
        none="org_none",
    )
    refused = ["missing_organization_permission", 2, "organization_not_found_or_unauthorized"]
    assert joined == [1, "org:member", *refused]


def test_every_route_of_clerk_js_is_mirrored_or_told_as_a_gap() -> None:
    """Source: https://github.com/clerk/javascript (packages/clerk-js)"""
    text = (SCRIPTS / "clerk.browser.js").read_text(encoding="utf-8")
    found = set(re.findall(r'path(?:Root)?[:=]\s*["`](/[a-z][^"`]*)["`]', text))
    found = {re.sub(r"\$\{[^}]*\}*\)?", "x", each) for each in found}
    found = {
        each.replace("/domains/x/bulk", "/domains/prepare_ownership_verification/bulk")
        for each in found
        if not each.startswith(OTHERS)
    }
    assert len(found) > 50, "the sweep no longer sees clerk-js's paths"
    assert [each for each in sorted(found) if not known(each)] == []
    assert not known("/nothing/of/the/sort")


def known(path: str) -> bool:
    """Tell whether the mirror has something at a path of the Frontend API."""
    return any(
        ROUTER.find(method, f"{root}{path}") != set()
        for method in METHODS
        for root in ("/v1", "/frontend/v1", "")
    )
