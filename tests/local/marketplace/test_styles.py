"""How parameters are written: OpenAPI's table of styles, in path, query and header."""

from typing import Any

import pytest

from mirra_mcp.local.marketplace import openapi, plans, requests
from mirra_mcp.local.marketplace.openapi import Document
from mirra_mcp.wire.marketplace import MethodDefinition

OK = {"responses": {"200": {"description": "fine"}}}


def spec(paths: dict[str, Any]) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}


def fill(operation: dict[str, Any], given: dict[str, Any], path: str = "/x") -> requests.Filled:
    document = Document(spec({path: {"get": operation | OK}}))
    assert openapi.problems(document.spec) == []
    definition = MethodDefinition(name="m", http_method="GET", path=path)
    return requests.fill(plans.plan(definition, document), given)


def query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "query", "schema": schema, **more}]}


RGB = {"R": 100, "G": "2,00"}


@pytest.mark.parametrize(
    ("style", "explode", "value", "written"),
    [
        ("simple", False, "blue", "blue"),
        ("simple", False, ["blue", "x,y"], "blue,x%2Cy"),
        ("simple", True, ["blue", "black"], "blue,black"),
        ("simple", False, RGB, "R,100,G,2%2C00"),
        ("simple", True, RGB, "R=100,G=2%2C00"),
        ("label", False, "blue", ".blue"),
        ("label", False, ["blue", "black"], ".blue,black"),
        ("label", True, ["blue", "black"], ".blue.black"),
        ("label", False, RGB, ".R,100,G,2%2C00"),
        ("label", True, RGB, ".R=100.G=2%2C00"),
        ("matrix", False, "blue", ";c=blue"),
        ("matrix", False, ["blue", "black"], ";c=blue,black"),
        ("matrix", True, ["blue", "black"], ";c=blue;c=black"),
        ("matrix", False, RGB, ";c=R,100,G,2%2C00"),
        ("matrix", True, RGB, ";R=100;G=2%2C00"),
    ],
)
def test_paths_are_written_in_the_documented_styles(
    style: str, explode: bool, value: Any, written: str
) -> None:
    """Source: https://spec.openapis.org/oas/v3.0.4.html#style-examples"""
    slot = {"name": "c", "in": "path", "required": True, "style": style, "explode": explode}
    filled = fill({"parameters": [slot | {"schema": {}}]}, {"c": value}, path="/x/{c}/y")
    assert filled.path == f"/x/{written}/y"


@pytest.mark.parametrize(
    ("style", "explode", "more", "value", "written"),
    [
        ("form", False, {}, ["blue", "x,y z"], "c=blue,x%2Cy%20z"),
        ("form", True, {}, ["blue", "x,y"], "c=blue&c=x%2Cy"),
        ("form", False, {}, RGB, "c=R,100,G,2%2C00"),
        ("form", True, {}, RGB, "R=100&G=2%2C00"),
        ("spaceDelimited", False, {}, ["blue", "black"], "c=blue%20black"),
        ("spaceDelimited", False, {}, RGB, "c=R%20100%20G%202%2C00"),
        ("pipeDelimited", False, {}, ["blue", "black"], "c=blue%7Cblack"),
        ("deepObject", True, {}, RGB, "c[R]=100&c[G]=2%2C00"),
        ("form", True, {"allowReserved": True}, "a/b:c?d&e=f#g", "c=a/b:c?d%26e%3Df%23g"),
    ],
)
def test_queries_are_written_in_every_style(
    style: str, explode: bool, more: dict[str, Any], value: Any, written: str
) -> None:
    """Source: https://spec.openapis.org/oas/v3.0.4.html#style-examples"""
    operation = query("c", {}, style=style, explode=explode, **more)
    assert "&".join(fill(operation, {"c": value}).query) == written


def test_headers_are_written_simply() -> None:
    for explode, written in ((False, "R,100,G,2,00"), (True, "R=100,G=2,00")):
        slot = {"name": "X-C", "in": "header", "schema": {}, "explode": explode}
        assert fill({"parameters": [slot]}, {"X-C": RGB}).headers == {"X-C": written}


@pytest.mark.parametrize(
    ("place", "style"),
    [("query", "matrix"), ("header", "form"), ("path", "deepObject"), ("query", "simple")],
)
def test_a_style_that_a_place_does_not_know_is_found_before_any_call(
    place: str, style: str
) -> None:
    slot = {"name": "c", "in": place, "required": True, "schema": {}, "style": style}
    document = Document(spec({"/x/{c}": {"get": {"parameters": [slot]} | OK}}))
    method = MethodDefinition(name="m", http_method="GET", path="/x/{c}")
    found = plans.plan(method, document).unfit
    assert ("c", f"has the style {style}, which isn't one of a {place}") in found
