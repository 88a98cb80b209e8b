"""The user who calls from a browser: its profile, its password, its picture.

Source: https://clerk.com/docs/reference/frontend-api (User)
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors, versions
from mirra_mcp.local.mirrors.clerk.api.metadata import check_size, merged, read
from mirra_mcp.local.mirrors.clerk.users.users.documents import UserDocuments
from mirra_mcp.local.mirrors.clerk.users.users.params import (
    ChangeMyPassword,
    RemoveMyPassword,
    UpdateMe,
    UpdateMyMetadata,
    UpdateUser,
)
from mirra_mcp.wire.model import Doc


class Me(UserDocuments):
    """What users learn of themselves, and change."""

    @route("GET /v1/me")
    def me(self, call: Call) -> Answer:
        """Return the user that is signed in at the calling client.

        Source: https://clerk.com/docs/reference/frontend-api (Get the current user)
        """
        return self._told(call, self._calling(call))

    @route("PATCH /v1/me")
    def update_me(self, params: UpdateMe, call: Call) -> Answer:
        """Change the calling user's names, or which identifier is its primary one.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update current user)
        """
        user = self._calling(call)
        given = params.model_dump(exclude_unset=True)
        text = given.pop("unsafe_metadata", None)
        if text is not None:
            if self.mirror.asked_version >= versions.METADATA_APART:
                raise errors.unknown("unsafe_metadata")
            given["unsafe_metadata"] = read(text, "unsafe_metadata")
        fields = self.given_fields(user, UpdateUser.model_validate(given))
        return self._told(call, self.change(user, **fields))

    @route("DELETE /v1/me")
    def delete_me(self, call: Call) -> Answer:
        """Delete the calling user's account.

        Fires: user.deleted
        Source: https://clerk.com/docs/reference/frontend-api (Delete current user)
        """
        user = self._calling(call)
        client = self.mirror.clients.called_by(call)
        if not user["delete_self_enabled"]:
            raise errors.refusal(
                403,
                "user_delete_self_not_enabled",
                "delete self not enabled",
                "Self deletion is not enabled for this user",
            )
        self.mirror.users.delete(user["id"])
        client = self.mirror.clients.get(client["id"])
        return self.mirror.clients.wrapped(self.gone(user), client)

    @route("PATCH /v1/me/metadata")
    def merge_my_metadata(self, params: UpdateMyMetadata, call: Call) -> Answer:
        """Merge what pages may write into the calling user's metadata, deeply.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update user metadata)
        """
        user = self._calling(call)
        found = merged(user["unsafe_metadata"], read(params.unsafe_metadata, "unsafe_metadata"))
        check_size({"unsafe_metadata": found})
        return self._told(call, self.change(user, unsafe_metadata=found))

    @route("POST /v1/me/change_password")
    def change_password(self, params: ChangeMyPassword, call: Call) -> Answer:
        """Set another password, or the first one; who has one must say it.

        Fires: user.updated, session.revoked of the others if they are signed out
        Source: https://clerk.com/docs/reference/frontend-api (Change user password)
        """
        session = self.mirror.sessions.calling(call)
        user = self.get(session["user_id"])
        self._check_current(user, params.current_password)
        users = self.mirror.users
        users.check_password(params.new_password)
        if params.sign_out_of_other_sessions:
            self.mirror.sessions.revoke_all(user["id"], besides=session["id"])
        return self._told(call, users.set_password(self.get(user["id"]), params.new_password))

    @route("POST /v1/me/remove_password")
    def remove_my_password(self, params: RemoveMyPassword, call: Call) -> Answer:
        """Take the password off the calling user, who must say it.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Remove user password)
        """
        user = self._calling(call)
        if user["_password"] is None:
            raise no_password()
        self._check_current(user, params.current_password)
        if self.mirror.instance.settings()["requires_password"]:
            raise errors.refusal(
                400,
                "password_required",
                "password required",
                "Settings for this instance require a password to be set. Cannot remove the user's "
                "password.",
            )
        return self._told(call, self.change(user, _password=None, password_enabled=False))

    @route("POST /v1/me/profile_image")
    def set_my_picture(self, call: Call) -> Answer:
        """Let the calling user show a picture. It is looked at only for its size.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update profile image)
        """
        user = self._calling(call)
        url = self.mirror.users.uploaded(call)
        self.change(user, image_url=url, profile_image_url=url, has_image=True)
        name = url.rpartition("/")[2]
        image = {"object": "image", "id": f"img_{name}", "name": None, "public_url": url}
        return self.mirror.sessions.wrapped(call, image)

    @route("DELETE /v1/me/profile_image")
    def delete_my_picture(self, call: Call) -> Answer:
        """Let the calling user show its initials again.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Delete profile image)
        """
        user = self._calling(call)
        url = self.picture(user["id"], user["first_name"], user["last_name"])
        self.change(user, image_url=url, profile_image_url=url, has_image=False)
        name = url.rpartition("/")[2]
        gone = {"object": "image", "id": f"img_{name}", "deleted": True}
        return self.mirror.sessions.wrapped(call, gone)

    # the steps

    def given_fields(self, user: Doc, params: UpdateUser) -> Doc:
        """Return the fields of a user that an update changes, each checked."""
        raise NotImplementedError

    def _calling(self, call: Call) -> Doc:
        return self.mirror.sessions.user_calling(call)

    def _told(self, call: Call, user: Doc) -> Answer:
        return self.mirror.sessions.wrapped(call, self.frontend(user))

    def _check_current(self, user: Doc, password: str | None) -> None:
        """Refuse whoever doesn't know the password that the user has."""
        if user["_password"] is None:
            return
        if password is None:
            raise errors.missing("current_password")
        if not self.mirror.users.has_password(user, password):
            raise errors.refusal(
                422,
                "form_password_validation_failed",
                "Incorrect password. Please try again.",
                param_name="current_password",
            )


def no_password() -> VendorError:
    """Say that a user has no password.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `NoPasswordSet`)
    """
    return errors.refusal(
        400,
        "no_password_set",
        "no password set",
        "This user does not have a password set for their account",
    )
