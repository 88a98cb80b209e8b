"""What the mirrors hold: tables, documents with their history, and questions in SQL."""

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mirra_mcp.client.errors import MirraError
from mirra_mcp.local.page.rendering import show
from mirra_mcp.local.page.state import documents, tables
from mirra_mcp.local.page.state.tables import PAGE, Table
from mirra_mcp.local.page.timeline.chronicles import chronicle
from mirra_mcp.local.page.visits import Visit, visit
from mirra_mcp.wire.model import Doc

ROWS = 200
"""Rows of a query's result that are shown."""


async def index(request: Request) -> Response:
    """`GET /s/{session}/state`: the first table that holds something."""
    seeing = await visit(request)
    known = await tables.tables(seeing)
    for each in known.values():
        full = [table for table in each if table.count]
        if full:
            return await _table(seeing, full[0], known)
    return show(seeing, "state/empty.html", "state", known=known)


async def table(request: Request) -> Response:
    """`GET /s/{session}/state/{vendor}/{entity}`: its documents, the newest first."""
    seeing = await visit(request)
    vendor, entity = request.path_params["vendor"], request.path_params["entity"]
    seeing.info(vendor)
    known = await tables.tables(seeing, _at(request))
    for each in known[vendor]:
        if each.entity == entity:
            return await _table(seeing, each, known)
    raise MirraError(
        f"The {vendor} mirror keeps no '{entity[:60]}'.",
        code="mirra.page.not_found",
        status=404,
        hint="The list beside the table says what it keeps.",
    )


async def document(request: Request) -> Response:
    """`GET /s/{session}/state/{vendor}/{entity}/{id}`: one document."""
    seeing = await visit(request)
    vendor, entity, id = (request.path_params[name] for name in ("vendor", "entity", "id"))
    at = _at(request)
    doc = await documents.document(seeing, vendor, entity, id, at)
    steps = await documents.history(await chronicle(seeing), vendor, id)
    if doc is None and not steps:
        raise MirraError(
            f"There is no '{id[:80]}' among the {entity[:60]}.",
            code="mirra.page.not_found",
            status=404,
            hint="It may have been deleted before this session's log began.",
        )
    named = await documents.mentions(seeing, id, but=id) if at is None else []
    return show(
        seeing,
        "state/document.html",
        "state",
        known=await tables.tables(seeing, at),
        current=Table(vendor, entity, 0),
        id=id,
        doc=doc,
        steps=steps,
        at=at,
        named=named,
    )


async def find(request: Request) -> Response:
    """`GET /s/{session}/state/find?id=`: the document of that id, or whatever names it."""
    seeing = await visit(request)
    id = request.query_params.get("id", "").strip()[:300]
    found = await documents.whereabouts(seeing, id) if id else None
    if found is not None:
        where = found.table
        path = "/".join(quote(each, safe="") for each in (where.mirror, where.entity, id))
        return RedirectResponse(f"{seeing.base}/state/{path}", 303)
    named = await documents.mentions(seeing, id) if id else []
    known = await tables.tables(seeing)
    return show(seeing, "state/found.html", "state", known=known, wanted=id, named=named)


async def sql(request: Request) -> Response:
    """`GET /s/{session}/state/sql?sql=`: one SELECT over what all mirrors hold."""
    seeing = await visit(request)
    assert seeing.session is not None
    question = request.query_params.get("sql", "").strip()
    result, trouble = None, None
    if question:
        try:
            states = seeing.mirra.states(seeing.session.session_id)
            result = await states.query(question, at=_at(request), limit=ROWS)
        except MirraError as error:
            trouble = error
    known = await tables.tables(seeing)
    return show(
        seeing, "state/sql.html", "state", known=known, sql=question, result=result, trouble=trouble
    )


async def _table(seeing: Visit, table: Table, known: dict[str, list[Table]]) -> Response:
    query = seeing.request.query_params
    words, at = query.get("q", "").strip()[:200], _at(seeing.request)
    where = dict(each.split(":", 1) for each in query.getlist("where") if ":" in each)
    cursor, is_cut, trouble = query.get("cursor"), False, None
    docs: list[Doc] = []
    more = None
    try:
        if words:
            docs, is_cut = await tables.search(seeing, table, words, where, at)
        else:
            page = await seeing.mirror(table.mirror).state(
                entity=table.entity, where=where, limit=PAGE, cursor=cursor, at=at
            )
            docs, more = page.state.get(table.entity, []), page.next_cursor
    except MirraError as error:
        trouble = error
    names = tables.columns(docs, query.getlist("col"))
    kept = [(name, value) for name, value in query.multi_items() if name not in ("cursor", "note")]
    return show(
        seeing,
        "state/table.html",
        "state",
        known=known,
        current=table,
        columns=names,
        fields=tables.fields(docs),
        rows=tables.rows(docs[:200], names),
        words=words,
        where=[f"{name}:{value}" for name, value in where.items()],
        at=at,
        is_cut=is_cut or len(docs) > 200,
        more=f"?{urlencode([*kept, ('cursor', more)])}" if more else "",
        trouble=trouble,
    )


def _at(request: Request) -> str | None:
    return request.query_params.get("at", "").strip()[:100] or None


_PATH = "/s/{session}/state"
routes = [
    Route(_PATH, index),
    Route(f"{_PATH}/find", find),
    Route(f"{_PATH}/sql", sql),
    Route(f"{_PATH}/{{vendor}}/{{entity}}", table),
    Route(f"{_PATH}/{{vendor}}/{{entity}}/{{id}}", document),
]
