# The MCP server and its mirrors in a container. See docs/docker.md for ports and addresses.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mirra_mcp mirra_mcp
COPY tools tools
COPY prompts prompts
COPY skills skills
COPY scenarios scenarios
RUN python -m venv /app && /app/bin/pip install --no-cache-dir .

FROM python:3.12-slim
RUN useradd --uid 10001 --home-dir /data --create-home mirra
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    MIRRA_DATA_DIR=/data \
    MIRRA_MIRROR_HOST=0.0.0.0 \
    MIRRA_MIRROR_PORTS=47000-47099 \
    MIRRA_WEBHOOK_HOSTS=host.docker.internal
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 47000-47099
ENTRYPOINT ["mirra-mcp"]
