"""Writing a mirror of a document out as Python: a vendor's folder, to be edited.

What is written runs as the document's mirror does: each noun is a class, each operation a method
of a line or two, over the steps of `asked`.
"""

import builtins
import keyword
from collections import Counter
from pathlib import Path
from textwrap import dedent
from typing import Any

import orjson

from mirra_mcp.local.openapi import forms
from mirra_mcp.local.openapi.behaviour.reading import said
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.plan import Noun, Plan, Role, is_hole, parts, shape_of
from mirra_mcp.local.openapi.python import (
    WIDTH,
    fact,
    free,
    indented,
    literal,
    plain,
    sentence,
    short,
    word,
)
from mirra_mcp.wire.model import Doc

FLAT = 12
"""Nouns that lie beside each other; of more, each lies in the folder of its area."""
MOST_STORIES = 60
"""Events that are written out one by one."""
KINDS = {
    "create": "create", "list": "index", "read": "retrieve", "replace": "replace",
    "update": "update", "delete": "delete", "clear": "clear",
}  # fmt: skip
VERBS = {
    "create": ["{doc} = asked.made()", "return asked.shown({doc})"],
    "list": ["asked.check_parent()", "return asked.listed(self.of(asked.path))"],
    "read": ["{doc} = asked.one()", "return asked.shown({doc})"],
    "replace": ["return asked.put()"],
    "update": ["{doc} = asked.changed(asked.one())", "return asked.shown({doc})"],
    "delete": ["{doc} = asked.removed(asked.one())", "return asked.gone({doc})"],
    "clear": ["return asked.cleared()"],
    "act": ["{doc} = asked.acted(asked.one(){to})", "return asked.done({doc})"],
    "read_part": ["return asked.part()"],
    "write_part": ["return asked.part_kept()"],
}
"""What the method of each role does, as `answers` does it where nobody has written one."""
TAKEN = {"asked", "self", "operation", "doc", *dir(builtins), *keyword.kwlist, *keyword.softkwlist}


def ejected(package: str, vendor: str, doc: Doc, plan: Plan, behaviour: Any) -> dict[str, bytes]:
    """Return the files of a vendor's folder, by their paths within it.

    `package` is what the folder is called; `behaviour` is a behaviour file's text, or what it says.
    """
    rules = said(behaviour) if behaviour else {}
    places = _places(plan)
    files = {"openapi.json": orjson.dumps(doc, option=orjson.OPT_INDENT_2)}
    title = short(plain(plan.spec.title), 40).rstrip(".") or vendor
    texts = {"__init__.py": f'"""A mirror of {title}."""\n'}
    for noun in plan.nouns:
        place = places[noun.plural]
        if len(place) > 1:
            about = f'"""What the API calls {place[0].replace("_", " ")}."""\n'
            texts.setdefault(f"{place[0]}/__init__.py", about)
        texts[f"{'/'.join(place)}.py"] = _noun(noun, plan, rules.get(noun.plural) or {})
    texts["nouns.py"] = _table(package, plan, places)
    api = dict(rules.get("api") or {})
    if seeds := api.pop("seeds", None):
        texts["seeds.py"] = (
            '"""States to start from: by name, documents by noun."""\n\n'
            f"from typing import Any\n\nSEEDS: dict[str, Any] = {literal(seeds)}\n"
        )
    events = _events(plan, rules)
    if 0 < len(events) <= MOST_STORIES:
        texts["simulate.py"] = _stories(events)
    else:
        events = []
    texts["mirror.py"] = _mirror(package, vendor, title, api, bool(seeds), bool(events))
    return files | {path: text.encode() for path, text in texts.items()}


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write a vendor's files into a folder that isn't there yet.

    Raises:
        OSError: it is there, or can't be written.
    """
    folder.mkdir(parents=True)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)


# Nouns.


def _places(plan: Plan) -> dict[str, list[str]]:
    """Say in which module each noun is; with many nouns, in the folder of its operations' tag."""
    reserved = {"mirror", "nouns", "simulate", "seeds"}
    if len(plan.nouns) <= FLAT:
        return {n.plural: [free(n.plural, reserved | set(keyword.kwlist))] for n in plan.nouns}
    tags: dict[str, Counter[str]] = {}
    for operation in plan.spec.operations:
        noun = plan.roles[operation.spec].noun
        if noun is not None and operation.tags:
            tags.setdefault(noun.plural, Counter())[word(operation.tags[0])] += 1
    found = {}
    for noun in plan.nouns:
        fixed = [each for each in parts(noun.collection) if not is_hole(each)]
        usual = word(fixed[0]) if fixed else "api"
        area = tags[noun.plural].most_common(1)[0][0] if noun.plural in tags else usual
        area = free(area or "api", reserved | set(keyword.kwlist))
        found[noun.plural] = [area, free(noun.plural, set(keyword.kwlist))]
    return found


def _noun(noun: Noun, plan: Plan, rules: Doc) -> str:
    facts = []
    if noun.status_field:
        facts += [f"status_field = {literal(noun.status_field)}"]
        facts += [fact("statuses", noun.statuses)]
        status = plan.schemas.of(plan.schemas.shape(noun.schema).properties[noun.status_field])
        first = forms.first_status(status, noun.statuses)
        rules = {"first": first, **rules} if first else rules
    if rules:
        opened = "rules = NounRules.model_validate("
        said_of = literal(rules, 4, len(opened) + 1)
        if "\n" in said_of:
            said_of = f"\n        {literal(rules, 8, WIDTH)}\n    "
        facts += [f"{opened}{said_of})"]
    methods = [
        _method(operation, role, name, _variable(noun))
        for operation, role, name in _verbs(noun, plan)
    ]
    imports = ["from mirra_mcp.local.kit.routes import Answer"] if methods else []
    if rules:
        imports.append("from mirra_mcp.local.openapi.behaviour.rules import NounRules")
    imports.append("from mirra_mcp.local.openapi.documents import Documents")
    if methods:
        imports.append("from mirra_mcp.local.openapi.written import Asked, operation")
    named_as = f"entity, plural = {literal(noun.entity)}, {literal(noun.plural)}"
    if len(named_as) > WIDTH - 4:
        named_as = f"entity = {literal(noun.entity)}\n    plural = {literal(noun.plural)}"
    body = [named_as, *facts]
    lines = "\n".join(imports)
    head = f'"""The {noun.plural.replace("_", " ")} of the API."""\n\n{lines}\n\n\n'
    named = " and ".join(f"`{{{plain(key)}}}`" for key in noun.keys)
    told = f"A document for each {noun.entity.replace('_', ' ')}"
    told += f", named by {named}." if named else "."
    head += f'class {class_name(noun)}(Documents):\n    """{short(told, 89)}"""\n\n'
    head += "\n".join(indented(each) for each in body) + "\n"
    return head + "".join(f"\n{indented(each)}\n" for each in methods)


def _verbs(noun: Noun, plan: Plan) -> list[tuple[Operation, Role, str]]:
    """List the operations of a noun that can be told apart, with names for their methods."""
    found, names, shapes = [], set(dir(Documents)) | TAKEN, set()
    for operation in plan.spec.operations:
        role = plan.roles[operation.spec]
        shape = operation.method, shape_of(operation.path)
        if shape in shapes or role.noun is not noun:
            shapes.add(shape)
            continue
        shapes.add(shape)
        if role.kind == "example":
            continue
        detail = word(role.detail or "")
        if role.kind == "act":
            name = detail or "act"
        elif role.kind in ("read_part", "write_part"):
            name = (
                f"{'retrieve' if role.kind == 'read_part' else operation.method.lower()}_{detail}"
            )
        else:
            name = KINDS[role.kind]
        id = word(operation.name)
        if name in names and id and not id[0].isdigit() and id not in names:
            name = id
        name = free(name, names)
        names.add(name)
        found.append((operation, role, name))
    return found


def _method(operation: Operation, role: Role, name: str, variable: str) -> str:
    to = f", to={literal(role.moves_to)}" if role.moves_to else ""
    body = [line.format(doc=variable, to=to) for line in VERBS[role.kind]]
    spec = literal(operation.spec)
    marked = f"@operation({spec})"
    if len(marked) > WIDTH - 4:
        marked = f"@operation(\n    {spec}{'  # noqa: E501' if len(spec) > WIDTH - 8 else ''}\n)"
    told = sentence(operation.said or "") or _usual(role)
    head = f"def {name}(self, asked: Asked) -> Answer:"
    head += "  # noqa: E501" if len(head) > WIDTH - 4 else ""
    lines = [marked, head, f'    """{told}"""']
    return "\n".join([*lines, *(f"    {each}" for each in body)])


def _usual(role: Role) -> str:
    """Say what a method does, where the document doesn't."""
    noun = role.noun
    one, many = (noun.entity, noun.plural) if noun else ("", "")
    detail = (role.detail or "part").replace("_", " ")
    told = {
        "create": f"Make a new {one}.", "list": f"List {many}.", "read": f"Return one {one}.",
        "replace": f"Replace one {one}.", "update": f"Change one {one}.",
        "delete": f"Delete one {one}.", "clear": f"Delete all {many}.",
        "act": f"Let '{detail}' happen to one {one}.",
        "read_part": f"Return the {detail} of one {one}.",
        "write_part": f"Change the {detail} of one {one}.",
    }  # fmt: skip
    return short(told[role.kind].replace("_", " "), 88)


def _table(package: str, plan: Plan, places: dict[str, list[str]]) -> str:
    imports = sorted(
        (".".join([package, *places[noun.plural]]), class_name(noun)) for noun in plan.nouns
    )
    lines = []
    for module, name in imports:
        line = f"from {module} import {name}"
        if len(line) > WIDTH:
            head = f"from {module} import ("
            head += "  # noqa: E501" if len(head) > WIDTH else ""
            line = f"{head}\n    {name},\n)"
        lines.append(line)
    names = "".join(f"\n    {class_name(noun)}," for noun in plan.nouns)
    table = f"NOUNS = ({names}\n)\n" if names else "NOUNS = ()\n"
    return '"""The nouns of the API."""\n\n' + "\n".join(lines) + f"\n\n{table}"


def class_name(noun: Noun) -> str:
    """Return what a noun's class is called: `OrderNotes`."""
    name = "".join(part.capitalize() for part in word(noun.plural).split("_"))
    name = name if name[:1].isalpha() else f"N{name}"
    is_taken = name in ("Answer", "Asked", "Documents", "NounRules", "None", "True", "False")
    return f"{name}Noun" if is_taken else name


# The mirror.


def _mirror(
    package: str, vendor: str, title: str, api: Doc, has_seeds: bool, has_stories: bool
) -> str:
    name = "".join(part.capitalize() for part in vendor.split("_")) + "Mirror"
    name = "TheDocumentMirror" if name == "DocumentMirror" else name
    imports = ["from mirra_mcp.local.kit.stories import stories_of"] if has_stories else []
    facts = [f'vendor, version = "{vendor}", "1.0.0"', "resources = NOUNS"]
    if api or has_seeds:
        imports.append("from mirra_mcp.local.openapi.behaviour.rules import ApiRules, Behaviour")
        rules = '{"seeds": SEEDS}' if not api else 'API | {"seeds": SEEDS}' if has_seeds else "API"
        facts.append(f"behaviour = Behaviour(api=ApiRules.model_validate({rules}))")
    if has_stories:
        facts.append("stories = stories_of(simulate)")
    imports += [
        "from mirra_mcp.local.openapi.mirror import DocumentMirror",
        "from mirra_mcp.local.openapi.written import from_document",
    ]
    own = [f"from {package} import simulate"] if has_stories else []
    own.append(f"from {package}.nouns import NOUNS")
    if has_seeds:
        own.append(f"from {package}.seeds import SEEDS")
    head = dedent(f'''\
        """{title}: what its document says, and what is written here.

        `MIRRA_VENDORS={package} mirra-mcp up --mirrors {vendor}` starts it from the folder above.
        `openapi.json` is the document. A noun's method answers an operation; one that is left out
        is answered as the document alone has it. What `asked` and a noun offer is told in
        `mirra_mcp.local.openapi.asked` and `documents`.
        """

        from pathlib import Path
        ''')
    head += "from typing import Any\n\n" if api else "\n"
    head += "\n".join(imports) + "\n\n" + "\n".join(own) + ("\n\n" if api else "\n\n\n")
    if api:
        head += (
            f'API: dict[str, Any] = {literal(api, 0, 22)}\n"""What holds for all nouns."""\n\n\n'
        )
    head += '@from_document(Path(__file__).with_name("openapi.json"))\n'
    head += f'class {name}(DocumentMirror):\n    """{title}."""\n\n'
    return head + "\n".join(indented(each) for each in facts) + "\n"


def _events(plan: Plan, rules: Doc) -> list[str]:
    told = [
        str(event)
        for noun, each in rules.items()
        if noun != "api" and isinstance(each, dict)
        for event in (each.get("events") or {}).values()
    ]
    return list(dict.fromkeys([*plan.spec.webhooks, *told]))


def _stories(events: list[str]) -> str:
    head = dedent('''\
        """What the world does: each webhook of the API, sent by itself."""

        from mirra_mcp.local.kit.stories import story
        from mirra_mcp.local.openapi import announcements
        from mirra_mcp.local.openapi.mirror import DocumentMirror
        from mirra_mcp.wire.model import Doc
        ''')
    names = set(TAKEN) | {"story", "announcements", "DocumentMirror", "Doc", "id", "data"}
    for event in events:
        name = free(word(event) or "event", names)
        names.add(name)
        head += dedent(f'''

            @story({literal(event)})
            def {name}(
                mirror: DocumentMirror, id: str | None = None, data: Doc | None = None
            ) -> Doc | None:
                """The API sends this webhook, about one of its documents."""
                return announcements.simulated(mirror, {literal(event)}, id, data)
            ''')
    return head


def _variable(noun: Noun) -> str:
    name = word(noun.entity)
    return "doc" if name in TAKEN or not name[:1].isalpha() or len(name) > 24 else name
