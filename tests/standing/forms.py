"""What the readers of our install files take: the fields that we use of each, and no other."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Strict(BaseModel):
    """A thing with these fields and no other."""

    model_config = ConfigDict(extra="forbid")


Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+(?:[-+.\w]*)$", max_length=255)]
Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Repository(Strict):
    url: Url
    source: Literal["github"]


class Transport(Strict):
    type: Literal["stdio"]


class Variable(Strict):
    name: Annotated[str, StringConstraints(pattern=r"^[A-Z_]+$")]
    description: str
    is_secret: bool = Field(False, alias="isSecret")
    placeholder: str | None = None
    choices: list[str] | None = None


class Package(Strict):
    registry_type: Literal["pypi"] = Field(alias="registryType")
    registry_base_url: Literal["https://pypi.org"] = Field(alias="registryBaseUrl")
    identifier: str
    version: Version
    runtime_hint: Literal["uvx"] = Field(alias="runtimeHint")
    transport: Transport
    environment_variables: list[Variable] = Field(alias="environmentVariables")


class ServerJson(Strict):
    """Source: https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"""

    schema_: Url = Field(alias="$schema")
    name: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$")]
    title: Short
    description: Short
    repository: Repository
    version: Version
    packages: list[Package]


class Author(Strict):
    name: str
    url: Url


class Start(Strict):
    command: str
    args: list[str]
    env: dict[str, str] = {}


class Runs(Strict):
    type: Literal["uv"]
    entry_point: str
    mcp_config: Start


class Option(Strict):
    type: Literal["string", "number", "boolean", "directory", "file"]
    title: str
    description: str
    required: bool
    sensitive: bool
    default: str


class Named(Strict):
    name: str


class Runtimes(Strict):
    python: str


class Compatibility(Strict):
    platforms: list[Literal["darwin", "win32", "linux"]]
    runtimes: Runtimes


class Git(Strict):
    type: Literal["git"]
    url: Url


class Manifest(Strict):
    """Source: https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md"""

    manifest_version: Literal["0.4"]
    name: str
    display_name: str
    version: Version
    description: str
    author: Author
    repository: Git
    homepage: Url
    documentation: Url
    support: Url
    license: str
    keywords: list[str]
    server: Runs
    tools: list[Named]
    tools_generated: bool
    prompts_generated: bool
    compatibility: Compatibility
    user_config: dict[str, Option]


class Plugin(Strict):
    """Source: https://code.claude.com/docs/en/plugins-reference"""

    name: Kebab
    version: Version
    description: str
    author: Author
    homepage: Url
    repository: Url
    license: str
    keywords: list[str]


class Listed(Strict):
    name: Kebab
    source: Literal["./"]
    description: str
    category: str


class Marketplace(Strict):
    """Source: https://code.claude.com/docs/en/plugin-marketplaces"""

    name: Kebab
    owner: Author
    plugins: list[Listed]


class McpJson(Strict):
    servers: dict[str, Start] = Field(alias="mcpServers")


class Meta(Strict):
    category: str
    tags: list[str]


class About(Strict):
    title: str
    description: str
    icon: Url


class Origin(Strict):
    project: Url
    branch: str


class Secret(Strict):
    name: str
    env: str
    example: str


class Config(Strict):
    description: str
    secrets: list[Secret]


class CatalogEntry(Strict):
    """Source: https://github.com/docker/mcp-registry/blob/main/CONTRIBUTING.md"""

    name: Kebab
    image: Annotated[str, StringConstraints(pattern=r"^mcp/[a-z0-9-]+$")]
    type: Literal["server"]
    meta: Meta
    about: About
    source: Origin
    config: Config
