"""Parameters are read as OpenAPI's table of styles writes them, and nothing else is taken.

Source: https://spec.openapis.org/oas/v3.0.4.html#style-examples
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

LIST, ONE = ["blue", "x,y"], "blue"
RGB = {"R": "100", "G": "2,00"}
ROWS: list[tuple[str, str, bool, Any, str]] = [
    ("path", "simple", False, ONE, "blue"),
    ("path", "simple", False, LIST, "blue,x%2Cy"),
    ("path", "simple", False, RGB, "R,100,G,2%2C00"),
    ("path", "simple", True, RGB, "R=100,G=2%2C00"),
    ("path", "label", False, ONE, ".blue"),
    ("path", "label", False, LIST, ".blue,x%2Cy"),
    ("path", "label", True, LIST, ".blue.x%2Cy"),
    ("path", "label", True, RGB, ".R=100.G=2%2C00"),
    ("path", "matrix", False, ONE, ";c=blue"),
    ("path", "matrix", False, LIST, ";c=blue,x%2Cy"),
    ("path", "matrix", True, LIST, ";c=blue;c=x%2Cy"),
    ("path", "matrix", False, RGB, ";c=R,100,G,2%2C00"),
    ("path", "matrix", True, RGB, ";R=100;G=2%2C00"),
    ("query", "form", True, LIST, "c=blue&c=x%2Cy"),
    ("query", "form", False, LIST, "c=blue,x%2Cy"),
    ("query", "form", True, RGB, "R=100&G=2%2C00"),
    ("query", "form", False, RGB, "c=R,100,G,2%2C00"),
    ("query", "spaceDelimited", False, LIST, "c=blue%20x%2Cy"),
    ("query", "pipeDelimited", False, LIST, "c=blue%7Cx%2Cy"),
    ("query", "deepObject", True, RGB, "c[R]=100&c[G]=2%2C00"),
    ("header", "simple", False, ["a", "b"], "a, b"),
    ("header", "simple", True, {"R": "1", "G": "2"}, "R=1,G=2"),
    ("cookie", "form", False, LIST, "c=blue,x%2Cy"),
    ("cookie", "form", True, ONE, "c=blue"),
]


def _schema(value: Any) -> dict[str, Any]:
    """Return the schema that takes this value alone."""
    text = {"type": "string"}
    if isinstance(value, list):
        return {"type": "array", "items": text, "const": value}
    if isinstance(value, dict):
        properties = dict.fromkeys(value, text)
        return {"type": "object", "properties": properties, "const": value}
    return text | {"const": value}


@pytest.fixture(scope="module")
def url(control: httpx.Client) -> Iterator[str]:
    paths: dict[str, Any] = {}
    for n, (place, style, explode, value, _) in enumerate(ROWS):
        parameter = {"name": "c", "in": place, "required": True, "style": style,
                     "explode": explode, "schema": _schema(value)}  # fmt: skip
        ok = {"204": {"description": "fine"}}
        path = f"/{n}/{{c}}/check" if place == "path" else f"/{n}"
        paths[path] = {"get": {"parameters": [parameter], "responses": ok}}
    info = {"title": "Styles", "version": "1"}
    document = {"openapi": "3.1.0", "info": info, "paths": paths}
    assert control.post("/v1/mirrors", json={"document": document}).status_code == 201
    session = control.post("/v1/sessions", json={"mirrors": ["styles"]}).json()
    yield session["mirrors"][0]["url"]
    control.delete(f"/v1/sessions/{session['sessionId']}")


@pytest.mark.parametrize("row", range(len(ROWS)), ids=lambda n: "-".join(map(str, ROWS[n][:3])))
def test_every_style_is_read(control: httpx.Client, url: str, row: int) -> None:
    place, _, _, _, written = ROWS[row]

    def status(text: str) -> int:
        path = f"/{row}/{text}/check" if place == "path" else f"/{row}"
        path += f"?{text}" if place == "query" else ""
        headers = {"c" if place == "header" else place: text}
        target = httpx.URL(url).copy_with(raw_path=path.encode())
        request = httpx.Request("GET", target, headers=headers if place != "path" else {})
        return control.send(request).status_code

    assert status(written) == 204
    assert status(written.replace("blue", "red").replace("1", "7").replace("a", "z")) != 204
