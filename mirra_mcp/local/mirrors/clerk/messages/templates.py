"""Templates: what the instance's emails and texts say, and who delivers them.

Source: https://clerk.com/docs/guides/customizing-clerk/email-sms-templates
"""

import re
from html import escape
from typing import Any, NamedTuple

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, page_of
from mirra_mcp.local.mirrors.clerk.messages.params import (
    ListTemplates,
    PreviewTemplate,
    ToggleDelivery,
    UpdateTemplate,
)
from mirra_mcp.wire.model import Doc

VARIABLE = re.compile(r"{{\s*([\w.]+)\s*}}")
TAG = re.compile(r"<[^>]*>")
TYPES = ("email", "sms")
SAMPLE: Doc = {
    "otp_code": "123456",
    "action_url": "https://example.com/action",
    "org": {"name": "Acme"},
}
"""What previews are filled with."""


class System(NamedTuple):
    """A template that every instance begins with."""

    type: str
    slug: str
    name: str
    subject: str | None
    body: str
    variables: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


CODE = ("otp_code",)
LINK = ("action_url",)
ENTER = "<p>Enter the following verification code when prompted: {{otp_code}}</p>"
CODE_SUBJECT = "{{otp_code}} is your {{app.name}} verification code"
TEXT = "{{otp_code}} is your verification code for {{app.name}}."
INVITED = "<p>You have been invited to join {{app.name}}. Accept the invitation: {{action_url}}</p>"
JOIN = "<p>Accept the invitation to join {{org.name}}: {{action_url}}</p>"
WAITING = "<p>You have joined the waitlist of {{app.name}}. We will write when you can sign up.</p>"
CHANGED = "<p>Your primary email address was changed.</p>"
REMOVED = "<p>A passkey was removed from your account.</p>"
SYSTEM = (
    System("email", "verification_code", "Verification code", CODE_SUBJECT, ENTER, CODE, CODE),
    System("email", "reset_password_code", "Reset password code", CODE_SUBJECT, ENTER, CODE, CODE),
    System("email", "invitation", "Invitation", "Your invitation to {{app.name}}", INVITED,
           LINK, LINK),
    System("email", "waitlist_invitation", "Waitlist invitation",
           "Your invitation to {{app.name}}", INVITED, LINK, LINK),
    System("email", "organization_invitation", "Organization invitation",
           "You have been invited to join {{org.name}}", JOIN, (*LINK, "org.name"), LINK),
    System("email", "waitlist_confirmation", "Waitlist confirmation",
           "You are on the waitlist of {{app.name}}", WAITING),
    System("email", "primary_email_address_changed", "Primary email address changed",
           "Your primary email address was changed", CHANGED),
    System("email", "passkey_removed", "Passkey removed",
           "A passkey was removed from your account", REMOVED),
    System("sms", "verification_code", "Verification code", None, TEXT, CODE, CODE),
    System("sms", "reset_password_code", "Reset password code", None, TEXT, CODE, CODE),
)  # fmt: skip


class Templates(ClerkResource):
    """The templates that somebody changed; the others are as the system has them."""

    entity, plural = "template", "templates"
    object, prefix, title = "template", "tmpl", "template"
    names = ("slug",)
    blank = {
        "id": "",
        "object": "template",
        "instance_id": None,
        "resource_type": "system",
        "template_type": "email",
        "name": "",
        "slug": "",
        "position": 0,
        "can_revert": False,
        "can_delete": False,
        "can_edit_body": True,
        "can_toggle": False,
        "subject": None,
        "markup": "",
        "body": "",
        "available_variables": [],
        "required_variables": [],
        "from_email_name": "notifications",
        "reply_to_email_name": "",
        "delivered_by_clerk": True,
        "enabled": True,
        "flagged_as_suspicious": False,
        "updated_at": None,
        "created_at": None,
    }

    @route("GET /v1/templates/{template_type}")
    def list(self, template_type: str, params: ListTemplates) -> Any:
        """List the templates of a kind, by their position.

        Source: https://clerk.com/docs/reference/backend-api (List all templates)
        """
        _check_type(template_type)
        found = [self._of(each) for each in SYSTEM if each.type == template_type]
        page = page_of(found, params, self.view)
        return page if params.paginated else page["data"]

    @route("GET /v1/templates/{template_type}/{slug}")
    def retrieve(self, template_type: str, slug: str) -> Doc:
        """Return one template.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a template)
        """
        return self.view(self._named(template_type, slug))

    @route("PUT /v1/templates/{template_type}/{slug}")
    def update(self, template_type: str, slug: str, params: UpdateTemplate) -> Doc:
        """Change what is sent from now on.

        Source: https://clerk.com/docs/reference/backend-api (Update a template)
        """
        doc = self._named(template_type, slug)
        self._check_body(doc, params.body)
        fields = params.model_dump(exclude_none=True)
        changed = {"resource_type": "user", "can_revert": True, "created_at": doc["created_at"]}
        about = {"instance_id": self.mirror.keep_identity().id}
        return self.view(self.save(self.touch(doc, **fields, **changed, **about)))

    @route("POST /v1/templates/{template_type}/{slug}/revert")
    def revert(self, template_type: str, slug: str) -> Doc:
        """Let a template be again as the system has it.

        Source: https://clerk.com/docs/reference/backend-api (Revert a template)
        """
        doc = self._named(template_type, slug)
        if self.peek(doc["id"]) is not None:
            self.drop(doc)
        return self.view(self._named(template_type, slug))

    @route("POST /v1/templates/{template_type}/{slug}/preview")
    def preview(self, template_type: str, slug: str, params: PreviewTemplate) -> Doc:
        """Return what a template would say, filled with samples.

        Source: https://clerk.com/docs/reference/backend-api (Preview changes to a template)
        """
        doc = self._named(template_type, slug)
        self._check_body(doc, params.body)
        doc |= params.model_dump(exclude_none=True)
        data = {"app": {"name": self.mirror.application}} | SAMPLE
        return {
            "subject": None if doc["subject"] is None else filled(doc["subject"], data),
            "body": filled(doc["body"], data, is_html=template_type == "email"),
            "from_email_address": f"{doc['from_email_name']}@mirra.clerk.accounts.dev",
            "reply_to_email_address": doc["reply_to_email_name"] or None,
        }

    @route("POST /v1/templates/{template_type}/{slug}/toggle_delivery")
    def toggle_delivery(self, template_type: str, slug: str, params: ToggleDelivery) -> Doc:
        """Let Clerk deliver what is made from a template, or leave it to the webhook.

        Source: https://clerk.com/docs/reference/backend-api (Toggle the delivery by Clerk)
        """
        doc = self._named(template_type, slug)
        wanted = params.delivered_by_clerk
        if wanted is None:
            wanted = not doc["delivered_by_clerk"]
        return self.view(self.save(self.touch(doc, delivered_by_clerk=wanted)))

    # what messages ask

    def changed(self, type: str, slug: str) -> Doc | None:
        """Return a template that somebody changed."""
        return self.peek(_id(type, slug))

    def _named(self, type: str, slug: str) -> Doc:
        """Return the template of a slug.

        Raises:
            VendorError: there is none.
        """
        _check_type(type)
        for each in SYSTEM:
            if (each.type, each.slug) == (type, slug):
                return self._of(each)
        raise errors.not_found(f"No template was found with slug {slug}", "Template not found")

    def _of(self, system: System) -> Doc:
        kept = self.peek(_id(system.type, system.slug))
        if kept is not None:
            return kept
        return self.new(
            id=_id(system.type, system.slug),
            template_type=system.type,
            name=system.name,
            slug=system.slug,
            position=SYSTEM.index(system),
            subject=system.subject,
            body=system.body,
            available_variables=["app.name", *system.variables],
            required_variables=[*system.required],
        )

    def _check_body(self, doc: Doc, body: str | None) -> None:
        """Refuse a body that can't be filled, or lacks what it is sent for."""
        if body is None:
            return
        if VARIABLE.sub("", body).count("{{") or "}}" in VARIABLE.sub("", body):
            raise errors.refusal(
                422,
                "invalid_template_body",
                "Invalid template body",
                "This template body is invalid and cannot be rendered successfully, please check "
                "for syntax errors",
                param_name="body",
            )
        said = set(VARIABLE.findall(body))
        for each in doc["required_variables"]:
            if each not in said:
                told = f"Body should contain the {{{{{each}}}}} variable"
                raise errors.refusal(422, "required_variable_missing", told, param_name="body")


def filled(text: str, data: Doc, *, is_html: bool = False) -> str:
    """Return a text with its variables filled in: `{{app.name}}`."""

    def value(found: re.Match[str]) -> str:
        at: Any = data
        for name in found[1].split("."):
            at = at.get(name) if isinstance(at, dict) else None
        told = "" if at is None else str(at)
        return escape(told) if is_html else told

    return VARIABLE.sub(value, text)


def plain(html: str) -> str:
    """Return what HTML says, without its tags."""
    from html import unescape

    return unescape(TAG.sub("", html)).strip()


def _id(type: str, slug: str) -> str:
    return f"tmpl_{type}_{slug}"


def _check_type(type: str) -> None:
    if type not in TYPES:
        told = f"Template type {type} is not supported"
        raise errors.refusal(400, "template_type_unsupported", "Template type not supported", told)
