"""Runs as Python starts, before the program: leads its calls, and lets the user's own one run."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def _lead() -> None:
    try:
        import mirra_preload  # type: ignore[import-not-found]  # beside this file
    finally:
        sys.path[:] = [each for each in sys.path if os.path.abspath(each or os.curdir) != HERE]
    mirra_preload.begin()


def _run_the_next() -> None:
    """Run the `sitecustomize` that would have run without this one; what it raises is its own."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    spec = PathFinder.find_spec("sitecustomize", sys.path)
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_lead()
_run_the_next()
