"""Segments: named groups of contacts, which used to be called audiences.

The endpoints of audiences still work: they are the same groups under their former name.

Source: https://resend.com/docs/api-reference/segments/create-segment and
https://resend.com/docs/dashboard/segments/migrating-from-audiences-to-segments
"""

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.pages import paged
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.audience.params import NameSegment
from mirra_mcp.wire.model import Doc

NO_FILTERS = "Segments that fill themselves by a `filter` are not mirrored."


class Segments(ResendResource):
    """Groups of contacts to send a broadcast to."""

    entity, plural = "segment", "segments"
    synonyms = ("audience",)
    title, object = "Audience", "segment"
    blank = {"object": "segment", "id": None, "name": None, "created_at": None}
    page_size = None

    @route("POST /audiences", status=201)
    @route("POST /segments", status=201)
    def create(self, params: NameSegment, call: Call) -> Doc:
        """Make an empty group.

        Source: https://github.com/resend/resend-node (recorded answer: 201 with the name)
        """
        self._refuse_filters(params, call)
        segment = self.save(self.new(name=params.name))
        return self._called(segment, call) | {"name": segment["name"]}

    @route("GET /audiences")
    @route("GET /segments")
    def list(self, params: Paging) -> Doc:
        """List the groups, newest first.

        Source: https://resend.com/docs/api-reference/segments/list-segments
        """
        return self.listed(params)

    @route("GET /audiences/{id}")
    @route("GET /segments/{id}")
    def retrieve(self, id: str, call: Call) -> Doc:
        """Return one group; a miss is "Audience not found" under either name.

        Source: https://github.com/resend/resend-node (recorded answers)
        """
        segment = self.get(id)
        return self._called(segment, call) | self.brief(segment)

    @route("PATCH /segments/{id}")
    def rename(self, id: str, params: NameSegment, call: Call) -> Doc:
        """Give a group another name.

        Source: https://github.com/resend/resend-python/blob/main/resend/segments/_segments.py
        """
        self._refuse_filters(params, call)
        return self.ref(self.save(self.get(id) | {"name": params.name}))

    @route("DELETE /audiences/{id}")
    @route("DELETE /segments/{id}")
    def delete(self, id: str, call: Call) -> Doc:
        """Remove a group; its contacts stay. A group that never was is deleted just as well.

        Source: https://github.com/resend/resend-node (recorded answers)
        """
        segment = self.peek(id)
        if segment is not None:
            for contact in self.mirror.contacts.find(segment_ids=id):
                self.mirror.contacts.leave(contact, id)
            self.drop(segment)
        return self._called({"id": id}, call) | {"deleted": True}

    @route("GET /contacts/{contact_id}/segments")
    def of_contact(self, contact_id: str, params: Paging) -> Doc:
        """List the groups of a contact, the latest joined first; the time is that of joining.

        Source: https://resend.com/docs/api-reference/contacts/list-contact-segments
        """
        joined = self.mirror.contacts.the(contact_id)["_joined"]
        rows = [
            self.brief(segment) | {"created_at": joined[segment["id"]]}
            for segment in map(self.peek, reversed(joined))
            if segment is not None
        ]
        return paged(rows, params, self.title)

    @route("POST /contacts/{contact_id}/segments/{segment_id}")
    def add_contact(self, contact_id: str, segment_id: str) -> Doc:
        """Put a contact into a group, and touch nothing else of it.

        The reference names the two ids, the SDKs read `id`: both are answered.

        Source: https://resend.com/docs/api-reference/contacts/add-contact-to-segment
        """
        contact = self.mirror.contacts.the(contact_id)
        self.mirror.contacts.join(contact, [self.get(segment_id)["id"]])
        return self._membership(contact, segment_id)

    @route("DELETE /contacts/{contact_id}/segments/{segment_id}")
    def remove_contact(self, contact_id: str, segment_id: str) -> Doc:
        """Take a contact out of a group.

        Source: https://resend.com/docs/api-reference/contacts/delete-contact-segment
        """
        contact = self.mirror.contacts.the(contact_id)
        self.mirror.contacts.leave(contact, self.get(segment_id)["id"])
        return self._membership(contact, segment_id) | {"deleted": True}

    def found(self, name: str, at: str | None = None) -> Doc:
        """Make a group from within: a fixture's or a test's."""
        return self.save(self.new(name=name, created_at=at or stamp(self.now)))

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a group."""
        return {key: doc[key] for key in ("id", "name", "created_at")}

    def _called(self, segment: Doc, call: Call) -> Doc:
        word = "audience" if call.path.startswith("/audiences") else "segment"
        return {"object": word, "id": segment["id"]}

    def _membership(self, contact: Doc, segment_id: str) -> Doc:
        return {
            "object": "contact_segment",
            "id": segment_id,
            "contact_id": contact["id"],
            "segment_id": segment_id,
        }

    def _refuse_filters(self, params: NameSegment, call: Call) -> None:
        if params.filter is not None:
            raise self.mirror.gap(call, NO_FILTERS)
