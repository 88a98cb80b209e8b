"""Templates: emails kept with the account, filled with variables when they are sent.

What is edited is a draft; sending uses what was last published.

Source: https://resend.com/docs/api-reference/templates/create-template and
https://resend.com/docs/dashboard/templates/version-history
"""

from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import must_be_one_line
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.params import Paging, matches
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.marketing import placeholders
from mirra_mcp.local.mirrors.resend.marketing.params import CreateTemplate, UpdateTemplate, Variable
from mirra_mcp.wire.model import Doc

RESERVED = frozenset(
    {
        "FIRST_NAME",
        "LAST_NAME",
        "EMAIL",
        "UNSUBSCRIBE_URL",
        "RESEND_UNSUBSCRIBE_URL",
        "contact",
        "this",
    }
)
"""Source: https://resend.com/docs/dashboard/templates/template-variables"""

LONGEST_STRING = 2_000
LARGEST_NUMBER = 2**53 - 1
Docs = list[Doc]
CONTENT = ("from", "subject", "reply_to", "html", "text", "variables")


class Templates(ResendResource):
    """Emails with variables."""

    entity, plural = "template", "templates"
    title, object = "Template", "template"
    blank = {
        "object": "template",
        "id": None,
        "current_version_id": None,
        "alias": None,
        "name": None,
        "created_at": None,
        "updated_at": None,
        "status": "draft",
        "published_at": None,
        "from": None,
        "subject": None,
        "reply_to": None,
        "html": None,
        "text": None,
        "variables": [],
        "has_unpublished_versions": True,
        "_published": None,
    }
    indexes = ("alias",)

    @route("POST /templates", status=201)
    def create(self, params: CreateTemplate) -> Doc:
        """Make a draft.

        Source: https://resend.com/docs/api-reference/templates/create-template
        """
        given = self._given(params)
        self._alias_must_be_free(given.get("alias"), None)
        template = self.new(**given, **self._version())
        self._check(template)
        return self.ref(self.save(template))

    @route("GET /templates")
    def list(self, params: Paging) -> Doc:
        """List the templates, newest first.

        Source: https://resend.com/docs/api-reference/templates/list-templates
        """
        return self.listed(params)

    @route("GET /templates/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a template by its id or alias, as it is being edited.

        Source: https://resend.com/docs/api-reference/templates/get-template
        """
        return self.view(self.the(id))

    @route("PATCH /templates/{id}")
    def update(self, id: str, params: UpdateTemplate) -> Doc:
        """Change the draft; what was published is sent until the next publishing.

        Source: https://resend.com/docs/api-reference/templates/update-template
        """
        template = self.the(id)
        given = self._given(params)
        for field in ("name", "html"):
            if given.get(field, "") is None:
                raise errors.missing_required_field(field)
        self._alias_must_be_free(given.get("alias"), template["id"])
        template |= given | self._version() | {"has_unpublished_versions": True}
        self._check(template)
        return self.ref(self.save(template))

    @route("DELETE /templates/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a template by its id or alias.

        Source: https://resend.com/docs/api-reference/templates/delete-template
        """
        template = self.the(id)
        self.drop(template)
        return self.ref(template, deleted=True)

    @route("POST /templates/{id}/publish")
    def publish(self, id: str) -> Doc:
        """Let the draft be what is sent, from now on.

        Source: https://resend.com/docs/api-reference/templates/publish-template
        """
        template = self.the(id)
        published = {
            "status": "published",
            "published_at": stamp(self.now),
            "has_unpublished_versions": False,
            "_published": {key: template[key] for key in CONTENT},
        }
        return self.ref(self.save(template | published))

    @route("POST /templates/{id}/duplicate")
    def duplicate(self, id: str) -> Doc:
        """Make a draft with the same content; the alias stays with the original.

        Source: https://resend.com/docs/api-reference/templates/duplicate-template
        """
        template = self.the(id)
        content = {key: template[key] for key in CONTENT}
        copy = self.new(name=f"{template['name']} (copy)", **content, **self._version())
        return self.ref(self.save(copy))

    # what sending does with templates

    def the(self, id: str) -> Doc:
        """Return a template by its id or alias.

        Raises:
            VendorError: there is none.
        """
        template = self.peek(id) or self.first(alias=id)
        if template is None:
            raise self.missing(id)
        return template

    def rendered(self, id: str, variables: Doc | None = None) -> Doc:
        """Fill the published version of a template: id, from, subject, reply_to, html and text.

        A variable that isn't given takes its fallback; placeholders that are no variables
        (`{{{RESEND_UNSUBSCRIBE_URL}}}`) stay for whoever sends.

        Raises:
            VendorError: no such template, never published, or a variable is missing or wrong.

        Source: https://resend.com/docs/api-reference/emails/send-email
        """
        template = self.the(id)
        content = template["_published"]
        if content is None:
            raise errors.validation_error(f"Template '{id}' is not published.")
        values = self._values(content["variables"], variables or {})
        filled = {
            part: content[part] and placeholders.fill(content[part], lambda key, _: values.get(key))
            for part in ("subject", "html", "text")
        }
        must_be_one_line("subject", filled["subject"])
        fixed = {"id": template["id"], "from": content["from"], "reply_to": content["reply_to"]}
        return fixed | filled

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a template.

        Source: https://github.com/resend/resend-openapi (TemplateListItem)
        """
        shown = ("id", "name", "status", "published_at", "created_at", "updated_at", "alias")
        return {key: doc[key] for key in shown}

    def _given(self, params: CreateTemplate | UpdateTemplate) -> Doc:
        given = params.model_dump(exclude_unset=True, by_alias=True)
        if params.variables is not None:
            given["variables"] = [self._variable(each) for each in params.variables]
        elif "variables" in given:
            given["variables"] = []
        return given

    def _variable(self, variable: Variable) -> Doc:
        _must_fit(variable.key, variable.type, variable.fallback_value)
        at = stamp(self.now)
        return {"id": self.new_id(), **variable.model_dump(), "created_at": at, "updated_at": at}

    def _version(self) -> Doc:
        return {"current_version_id": self.new_id(), "updated_at": stamp(self.now)}

    def _check(self, template: Doc) -> None:
        """Check that every variable in use is defined, none is reserved, and the subject is a line.

        Source: https://github.com/resend/resend-node/blob/canary/src/templates/templates.spec.ts
        (the words) and https://resend.com/docs/dashboard/templates/template-variables
        """
        must_be_one_line("subject", template["subject"])
        defined = [each["key"] for each in template["variables"]]
        for key in defined:
            if key in RESERVED:
                raise errors.validation_error(f"Variable '{key}' is reserved and cannot be used.")
        for key in placeholders.keys(template["subject"], template["html"], template["text"]):
            if key not in defined and key.split(".")[0] not in RESERVED:
                raise errors.validation_error(
                    f"Variable '{key}' is used in the template but not defined in the variables "
                    "list"
                )

    def _alias_must_be_free(self, alias: str | None, id: str | None) -> None:
        other = self.first(alias=alias) if alias else None
        if other is not None and other["id"] != id:
            raise errors.validation_error(f"A template with the alias '{alias}' already exists.")

    def _values(self, variables: Docs, given: Doc) -> Doc:
        values: Doc = {}
        for variable in variables:
            key = variable["key"]
            value = given.get(key)
            value = variable["fallback_value"] if value is None else value
            if value is None:
                raise errors.validation_error(f"Missing required variable '{key}'.")
            _must_fit(key, variable["type"], value)
            values[key] = value
        return values


def _must_fit(key: str, type: str, value: Any) -> None:
    """Check a variable's value: its type, and how long or large it is.

    Source: https://resend.com/docs/api-reference/emails/send-email (limits of variables)
    """
    if value is None:
        return
    if not matches(type, value):
        raise errors.validation_error(f"Variable '{key}' must be of type '{type}'.")
    if isinstance(value, str) and len(value) > LONGEST_STRING:
        raise errors.validation_error(
            f"Variable '{key}' must be at most {LONGEST_STRING} characters."
        )
    if type == "number" and abs(value) > LARGEST_NUMBER:
        raise errors.validation_error(f"Variable '{key}' must be at most {LARGEST_NUMBER}.")
