"""Prompts: `prompts/*.md`, one file each, its placeholders filled with the caller's arguments."""

import re

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument

from mirra_mcp.server.cards import CardError, front_matter, pages
from mirra_mcp.server.sdk import KitServer

_ARGUMENT = re.compile(r"^- `(\w+)`: (.+)$", re.MULTILINE)


def add_prompts(server: KitServer) -> None:
    """Add every prompt of the folder.

    Raises:
        CardError: a prompt's placeholders and arguments disagree.
    """
    for name, text in pages("prompts").items():
        server.add_prompt(parse(name, text))


def parse(name: str, text: str) -> Prompt:
    """Read one prompt's file.

    Raises:
        CardError: its placeholders and arguments disagree.
    """
    head, body = front_matter(name, text, ("title", "description"))
    template, _, section = body.partition("\n## Arguments\n")
    arguments = dict(_ARGUMENT.findall(section))
    used = set(re.findall(r"\{(\w+)\}", template))
    if used != set(arguments):
        raise CardError(f"{name}.md uses {sorted(used)} and describes {sorted(arguments)}.")

    async def render(**values: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], template).strip()

    return Prompt(
        name=name,
        title=head["title"],
        description=head["description"],
        arguments=[
            PromptArgument(name=argument, description=words, required=True)
            for argument, words in arguments.items()
        ],
        fn=render,
        context_kwarg=None,
    )
