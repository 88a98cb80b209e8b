"""`mirra-mcp open`: look at a session in the browser."""

import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import click

from mirra_mcp.cli.credentials import settings_of_person
from mirra_mcp.cli.places import ASKING, Place, in_session, session_options

PARTS = ("timeline", "mail", "phone", "state", "moves", "runs")


@click.command()
@click.argument("part", required=False, default="timeline", type=click.Choice(PARTS))
@click.option("--print", "only_print", is_flag=True, help="Print the link, and open no browser.")
@session_options
def open(part: str, only_print: bool, session: str | None, as_json: bool, data_dir: Any) -> None:
    """Open a session's page in the browser: each call and what it caused, state, mail, runs.

    The link opens one browser, once; this makes a new one each time. Of a session on hosted
    Mirra the page is served on this machine, until Ctrl-C.

    \b
    Examples:
      mirra-mcp open
      mirra-mcp open state --session checkout
      mirra-mcp open --print

    With --json: {"url"}, and no browser is opened.
    """
    settings = settings_of_person(data_dir=data_dir)

    def tell(url: str) -> None:
        import webbrowser

        if as_json:
            click.echo(json.dumps({"url": url}))
        elif only_print or not webbrowser.open(url):
            click.echo(url)
        else:
            click.echo(f"Opened {url.partition('?')[0]} in the browser.")

    async def work(place: Place) -> str | None:
        id = place.session.session_id
        if not settings.is_hosted and place.session.dashboard_url:
            return place.session.dashboard_url
        from mirra_mcp.local.page.door.serving import serve

        await serve(
            settings.api_url,
            settings.token,
            lambda url, key: tell(f"{url}/s/{id}/{part}?key={key}"),
        )
        return None

    link = in_session(settings, session, work, doing=None if settings.is_hosted else ASKING)
    if link is not None:
        tell(at(link, part))


def at(link: str, part: str) -> str:
    """Return a session's link, to one part of its page."""
    parts = urlsplit(link)
    return urlunsplit(parts._replace(path=f"{parts.path}/{part}"))
