"""JWT templates: which claims the tokens for another service have.

Source: https://clerk.com/docs/guides/sessions/jwt-templates
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.identity import jwt
from mirra_mcp.local.mirrors.clerk.api.params import MaybePaged
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.sessions import shortcodes, tokens
from mirra_mcp.local.mirrors.clerk.sessions.params import CreateJwtTemplate, UpdateJwtTemplate
from mirra_mcp.wire.model import Doc

RESERVED = frozenset({"azp", "exp", "iat", "iss", "jti", "nbf", "sub"})
"""Claims that a template can't set.

Source: https://clerk.com/docs/guides/sessions/jwt-templates#default-claims
"""


class JwtTemplates(ClerkResource):
    """The templates of an instance, by name."""

    entity, plural = "jwt_template", "jwt_templates"
    object = "jwt_template"
    prefix, title = "jtmp", "JWT template"
    indexes = ("name",)
    blank = {
        "object": "jwt_template",
        "id": "",
        "name": "",
        "claims": {},
        "lifetime": tokens.LIFETIME,
        "allowed_clock_skew": tokens.SKEW,
        "custom_signing_key": False,
        "signing_algorithm": "RS256",
        "created_at": None,
        "updated_at": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such template.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `JWTTemplateNotFound`)
        """
        return no_template("id", id)

    @route("GET /v1/jwt_templates")
    def list(self, params: MaybePaged) -> Any:
        """List templates, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List all templates)
        """
        return self.listed_as_asked(params)

    @route("POST /v1/jwt_templates")
    def create(self, params: CreateJwtTemplate) -> Doc:
        """Make a template.

        Source: https://clerk.com/docs/reference/backend-api (Create a JWT template)
        """
        fields = self._checked(params, None)
        return self.view(self.save(self.new(**fields)))

    @route("GET /v1/jwt_templates/{template_id}")
    def retrieve(self, template_id: str) -> Doc:
        """Return one template.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a template)
        """
        return self.view(self.get(template_id))

    @route("PATCH /v1/jwt_templates/{template_id}")
    def update(self, template_id: str, params: UpdateJwtTemplate) -> Doc:
        """Change a template.

        Source: https://clerk.com/docs/reference/backend-api (Update a JWT template)
        """
        doc = self.get(template_id)
        fields = self._checked(params, template_id)
        return self.view(self.save(self.touch(doc, **fields)))

    @route("DELETE /v1/jwt_templates/{template_id}")
    def delete(self, template_id: str) -> Doc:
        """Delete a template.

        Source: https://clerk.com/docs/reference/backend-api (Delete a template)
        """
        doc = self.get(template_id)
        self.drop(doc)
        return self.gone(doc)

    def token(
        self, name: str, session: Doc, *, lifetime: int | None, azp: str | None = None
    ) -> Doc:
        """Return a token with a template's claims, about the user of a session.

        Raises:
            VendorError: there is no template of that name.
        """
        template = self.first(name=name)
        if template is None:
            raise no_template("name", name)
        known = self.mirror.users.shortcodes(session)
        claims = shortcodes.filled(template["claims"], known) | tokens.defaults(
            self.mirror,
            session["user_id"],
            lifetime=lifetime or template["lifetime"],
            skew=template["allowed_clock_skew"],
            azp=azp,
        )
        identity = self.mirror.keep_identity()
        return {"object": "token", "jwt": jwt(identity, claims, cat=tokens.TEMPLATED)}

    def _checked(self, params: CreateJwtTemplate | UpdateJwtTemplate, id: str | None) -> Doc:
        if params.custom_signing_key or params.signing_key or params.signing_algorithm:
            raise errors.not_implemented(
                "Templates with a signing key of their own are not mirrored."
            )
        if params.name is not None:
            other = self.first(name=params.name)
            if other is not None and other["id"] != id:
                raise errors.taken("name", "That name")
        if params.claims is not None and (taken := sorted(RESERVED & params.claims.keys())):
            raise errors.refusal(
                400,
                "jwt_template_reserved_claim",
                "reserved claim used",
                f"You can't use the reserved claim: '{taken[0]}'",
                param_name="claims",
            )
        given = params.model_dump(exclude_none=True)
        names = ("name", "claims", "lifetime", "allowed_clock_skew")
        return {name: given[name] for name in names if name in given}


def no_template(attribute: str, value: str) -> VendorError:
    """Say that no template has this id or name."""
    long = f"No JWT template exists with {attribute}: {value}"
    return errors.not_found(long, "JWT template not found")
