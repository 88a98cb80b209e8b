"""`mirra-mcp send`: one request to a mirror."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.failures import FAILED, BadUsage
from mirra_mcp.cli.fields import fields_of
from mirra_mcp.cli.places import Place, in_session, mirror_option, session_options

if TYPE_CHECKING:
    from mirra_mcp.client.mirror import MirrorResponse


@click.command()
@click.argument("method")
@click.argument("path")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--data", metavar="BODY", help="The body as it is; @FILE reads it, '-' from input.")
@click.option(
    "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="May be repeated."
)
@mirror_option
@session_options
@click.pass_context
def send(
    ctx: click.Context,
    /,
    method: str,
    path: str,
    fields: tuple[str, ...],
    data: str | None,
    headers: tuple[str, ...],
    mirror: str | None,
    session: str | None,
    as_json: bool,
    data_dir: Any,
) -> None:
    """Send one request to a mirror, as the app under test would, with the session's own key.

    Fields are encoded the vendor's way, JSON or a form; of a GET they are the query. A VALUE that
    is JSON is read as JSON; FIELD may be a path: customer.name=Alice. The answer's body is printed.

    \b
    Examples:
      mirra-mcp send GET /emails limit=5
      mirra-mcp send POST /emails from=a@acme.com to=b@example.com subject=Hi text=Hello
      mirra-mcp send POST /v1/customers email=alice@example.com --mirror stripe

    \b
    Exit codes: 0 it answered below 400, 1 it refused.
    With --json: {"status", "headers", "body", "durationMs"}.
    """
    if data is not None and fields:
        raise BadUsage("--data and fields exclude each other.", "Give one of them.")
    body: Any = fields_of(fields) or None
    if data is not None:
        body = _read(data)
    given = dict(_header(each) for each in headers)

    async def work(place: Place) -> "MirrorResponse":
        from mirra_mcp.client.keys import header_of

        chosen = place.mirror(mirror)
        client = place.client(chosen)
        encoding = (await client.metadata()).encoding
        own = {} if "authorization" in {name.lower() for name in given} else header_of(chosen)
        return await client.request(method, path, body=body, headers=own | given, encoding=encoding)

    answer = in_session(settings_of_person(data_dir=data_dir), session, work)
    if as_json:
        told = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        click.echo(json.dumps(told | {"durationMs": answer.duration_ms}))
    else:
        click.echo(f"{answer.status}", err=True)
        if answer.body is not None:
            is_text = isinstance(answer.body, str)
            click.echo(
                answer.body if is_text else json.dumps(answer.body, indent=2, ensure_ascii=False)
            )
    if answer.status >= 400:
        ctx.exit(FAILED)


def _read(data: str) -> str:
    try:
        if data == "-":
            return sys.stdin.read()
        return Path(data[1:]).read_text(encoding="utf-8") if data.startswith("@") else data
    except (OSError, UnicodeDecodeError) as problem:
        raise BadUsage(f"The body can't be read: {problem}.", "Name a file in UTF-8.") from None


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise BadUsage(f"'{text}' is no header.", "As: --header 'Idempotency-Key: abc'")
    return name.strip(), value.strip()
