"""Holds answers against the types that the official SDK declares for them."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from tests.local.mirrors.resend.client import plain


class Witness:
    """Calls the SDK and notes every field that its types don't declare, or that is absent.

    `more` names, per type, fields that the documentation has and the SDK's type lacks; `less`,
    per place in an answer, those that the type declares and the documentation of this answer
    doesn't have. The types don't say which fields may be null, so that any may.
    """

    def __init__(self, more: dict[str, set[str]], less: dict[str, set[str]]) -> None:
        self.more, self.less = more, less
        self.called: set[Any] = set()
        self.problems: list[str] = []

    def __call__(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        function = method.__func__  # type: ignore[attr-defined]  # all are class methods
        self.called.add(function)
        self.hold(plain(answer), get_type_hints(function)["return"], method.__qualname__)
        return answer

    def hold(self, value: Any, declared: Any, where: str) -> None:
        """Note how a value differs from a type."""
        self.problems += self._differences(value, declared, where)

    def _differences(self, value: Any, declared: Any, where: str) -> Iterator[str]:
        origin, args = get_origin(declared), get_args(declared)
        if is_typeddict(declared):
            yield from self._fields(value, declared, where)
        elif origin is NotRequired:
            yield from self._differences(value, args[0], where)
        elif origin is Union:
            found = [list(self._differences(value, each, where)) for each in args]
            yield from min(found, key=len)
        elif origin is list:
            if not isinstance(value, list | None):
                yield f"{where} is no list: {value!r}"
                return
            for each in value or []:
                yield from self._differences(each, args[0], f"{where}[]")
        elif origin is Literal:
            if value not in args:
                yield f"{where} is {value!r}, none of {args}"
        elif (
            value is not None and declared is not Any and not isinstance(value, origin or declared)
        ):
            yield f"{where} is {value!r}, no {declared}"

    def _fields(self, value: Any, declared: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where} is no object: {value!r}"
            return
        name = declared.__qualname__
        hints = get_type_hints(declared, include_extras=True)
        absent = self.less.get(where, set())
        for field in sorted(set(declared.__required_keys__) - absent - set(value)):
            yield f"{where} ({name}) lacks {field}"
        for field in sorted(absent & set(value)):
            yield f"{where} ({name}) has {field} after all"
        for field, each in value.items():
            if field in hints:
                yield from self._differences(each, hints[field], f"{where}.{field}")
            elif field not in self.more.get(name, set()):
                yield f"{where} ({name}) has {field}"


def methods(cls: type, *, seen: set[type] | None = None) -> dict[Any, str]:
    """Return the synchronous calls of a class of the SDK and of those inside it, with names."""
    seen = set() if seen is None else seen
    found: dict[Any, str] = {}
    for base in cls.__mro__[:-1]:
        for name, member in vars(base).items():
            if isinstance(member, classmethod) and not name.startswith("_"):
                if name.endswith("_async"):
                    continue
                found[member.__func__] = f"{cls.__qualname__}.{name}"
            elif inspect.isclass(member) and not is_typeddict(member) and member not in seen:
                seen.add(member)
                found |= methods(member, seen=seen)
    return found
