"""What a resource must be to be published. Every requirement that it fails is named at once.

Source: https://docs.getmirra.app/api/resources/endpoints (Publishing Requirements)
"""

import re
from collections.abc import Iterator

from mirra_mcp.local.marketplace import openapi, plans
from mirra_mcp.local.marketplace.addresses import Addresses, origin_of
from mirra_mcp.local.marketplace.openapi import VERBS, Document, Problem
from mirra_mcp.local.marketplace.plans import OURS
from mirra_mcp.local.marketplace.servers import address_of
from mirra_mcp.wire.marketplace import CreateResource, EndpointDefinition, MethodDefinition
from mirra_mcp.wire.model import Doc

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
SECRET = re.compile(r"(?i)(api[-_]?key|token|secret|password|signature)")


def unmet(resource: CreateResource, addresses: Addresses) -> list[Problem]:
    """Name every requirement that a resource doesn't meet."""
    found: list[Problem] = []
    if not resource.name.strip() or not resource.name.isprintable():
        found.append(("name", "a name of printable characters is needed"))
    if not resource.description.strip():
        found.append(("description", "a description is needed"))
    if resource.pricing.model == "free" and resource.pricing.base_price > 0:
        found.append(("pricing.basePrice", "must be 0 where the model is 'free'"))
    wrong = openapi.problems(resource.open_api_spec)
    found += wrong
    endpoint = resource.endpoint
    if endpoint is None:
        return [*found, ("endpoint", "a base URL and at least one method are needed")]
    found += _endpoint(endpoint, addresses)
    if not endpoint.methods:
        found.append(("endpoint.methods", "at least one method is needed"))
    document = None if wrong else Document(resource.open_api_spec or {})
    found += _methods(endpoint, document, addresses)
    return found


def mistaken(resource: CreateResource, addresses: Addresses) -> list[Problem]:
    """Name what is wrong with what a draft has. What it hasn't yet is not looked at."""
    absent = {"description"} if not resource.description.strip() else set()
    if not resource.open_api_spec:
        absent.add("openApiSpec")
    if resource.endpoint is None:
        absent.add("endpoint")
    elif not resource.endpoint.methods:
        absent.add("endpoint.methods")
    return [each for each in unmet(resource, addresses) if each[0] not in absent]


def _endpoint(endpoint: EndpointDefinition, addresses: Addresses) -> Iterator[Problem]:
    yield from _url("endpoint.baseUrl", endpoint.base_url, endpoint.authentication, addresses)
    config = endpoint.auth_config
    if config is not None:
        if config.token_url is not None:
            yield from _url("endpoint.authConfig.tokenUrl", config.token_url, "oauth2", addresses)
        if config.place == "header" and (
            not TOKEN.fullmatch(config.name) or config.name.lower() in OURS - {"authorization"}
        ):
            yield "endpoint.authConfig.name", f"'{config.name}' can't be the header of a key"
    for name, value in endpoint.headers.items():
        where = f"endpoint.headers.{name[:60]}"
        if not TOKEN.fullmatch(name) or name.lower() in OURS - {"accept"}:
            yield where, "is a header that can't be set"
        elif SECRET.search(name):
            yield where, "looks like a credential: use 'authentication', so that it is kept safe"
        elif not value.isascii() or not value.isprintable():
            yield where, "has characters that a header can't carry"


def _url(where: str, url: str, authentication: str, addresses: Addresses) -> Iterator[Problem]:
    try:
        origin = origin_of(url)
    except ValueError as error:
        yield where, str(error)
        return
    if "?" in url or "#" in url:
        yield where, "must not have a query or a fragment"
    if variables := re.findall(r"\{[^{}]*\}", url):
        told = ", ".join(variables)[:80]
        yield where, f"has {told}, which nothing fills: write the address out"
    if not url.isascii():
        yield where, "must be written in ASCII"
    if (
        origin.scheme == "http"
        and authentication != "none"
        and not addresses.may_be_private(origin.host)
    ):
        yield where, "must begin with https://, or credentials would travel in the open"


def _methods(
    endpoint: EndpointDefinition, document: Document | None, addresses: Addresses
) -> Iterator[Problem]:
    seen = set()
    for number, method in enumerate(endpoint.methods):
        where = f"endpoint.methods.{number} ({method.name})"
        if method.name in seen:
            yield where, "has the name of another method"
        seen.add(method.name)
        yield from ((where, message) for message in _path(method))
        if document is None:
            continue
        if document.find(method.http_method, method.path) is None:
            yield where, f"{method.http_method} {method.path} isn't in the OpenAPI specification"
            continue
        made = plans.plan(method, document)
        yield from ((f"{where}.{name}", message) for name, message in plans.mistakes(made))
        if made.server is not None:
            yield from _server(where, endpoint, made.server, addresses)


def _server(
    where: str, endpoint: EndpointDefinition, server: Doc, addresses: Addresses
) -> Iterator[Problem]:
    """Check where an operation is called that has a server of its own."""
    try:
        home = origin_of(endpoint.base_url)
        url = address_of(endpoint.base_url, server)
        yield from _url(f"{where}.servers", url, endpoint.authentication, addresses)
        if endpoint.authentication != "none" and origin_of(url) != home:
            told = "is called at a server of its own, and credentials go to the base URL's alone"
            yield where, told
    except ValueError:
        return  # what is wrong with an address is told of the address


def _path(method: MethodDefinition) -> Iterator[str]:
    path = method.path
    if not path.startswith("/"):
        yield "its path must begin with '/'"
    if any(each in path for each in "?#\\ ") or not path.isascii() or not path.isprintable():
        yield "its path has characters that a path can't have"
    if {".", ".."} & set(path.split("/")):
        yield "its path must not lead upwards"
    if method.http_method.lower() not in VERBS:
        yield "its HTTP method isn't known"
