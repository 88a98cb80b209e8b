"""`mirra-mcp`, or `python -m mirra_mcp`: the whole program from its command line."""

from mirra_mcp.cli.app import main

if __name__ == "__main__":
    main()
