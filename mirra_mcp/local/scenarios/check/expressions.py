"""Regular expressions that take time in proportion to the text, whatever a criterion asks for.

What has no linear-time answer (back references, looking around) isn't supported. The automaton is
made of states that consume a character; the two ends of the text are characters as well, so that
`^` and `$` need nothing special.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_STATES = 1500
LONGEST = 200
LONGEST_TEXT = 100_000
BEGIN, END = "\ue000", "\ue001"
DIGIT, WORD, SPACE = str.isdecimal, lambda c: c.isalnum() or c == "_", str.isspace

Accepts = Callable[[str], bool]


class Unsupported(ValueError):
    """An expression that can't be read, or not in linear time."""


@dataclass(slots=True)
class State:
    """A state: it takes a character and goes on, or goes on without one."""

    accepts: Accepts | None = None
    next: list["State"] = field(default_factory=list)


Piece = tuple[State, State]
"""Where a part of the automaton begins and ends."""


class Expression:
    """A regular expression that can be looked for."""

    def __init__(self, source: str, *, ignore_case: bool = False) -> None:
        """Compile it.

        Raises:
            Unsupported: it is wrong, too large, or needs more than an automaton.
        """
        self.source, self._ignore_case = source, ignore_case
        if not source or len(source) > LONGEST:
            raise Unsupported(source)
        self._at, self._count = 0, 0
        start, self._end = self._branches()
        if self._at < len(source):
            raise Unsupported(source)
        self._start = _closure([start])
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._sets: dict[frozenset[int], list[State]] = {}

    def __str__(self) -> str:
        """Write it between slashes."""
        return f"/{self.source}/{'i' if self._ignore_case else ''}"

    def found_in(self, text: str) -> bool:
        """Tell whether it matches anywhere in a text."""
        if self._ignore_case:
            text = text.lower()
        current = self._keep(self._start)
        for char in (BEGIN, *text[:LONGEST_TEXT], END):
            if id(self._end) in current:
                return True
            current = self._after(current, char)
        return id(self._end) in current

    def _keep(self, states: list[State]) -> frozenset[int]:
        key = frozenset(map(id, states))
        self._sets.setdefault(key, states)
        return key

    def _after(self, current: frozenset[int], char: str) -> frozenset[int]:
        found = self._known.get((current, char))
        if found is None:
            moved = [
                each
                for state in self._sets[current]
                if state.accepts is not None and state.accepts(char)
                for each in state.next
            ]
            found = self._keep(_closure([*self._start, *moved]))
            self._known[current, char] = found
        return found

    # Reading the source, by descent.

    def _peek(self) -> str:
        return self.source[self._at] if self._at < len(self.source) else ""

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise Unsupported(self.source)
        self._at += 1
        return char

    def _state(self, accepts: Accepts | None = None, *next: State) -> State:
        self._count += 1
        if self._count > MOST_STATES:
            raise Unsupported(self.source)
        return State(accepts, list(next))

    def _branches(self) -> Piece:
        pieces = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            pieces.append(self._sequence())
        end = self._state()
        for _, last in pieces:
            last.next.append(end)
        return self._state(None, *(first for first, _ in pieces)), end

    def _sequence(self) -> Piece:
        start = end = self._state()
        while self._peek() not in ("", "|", ")"):
            first, last = self._repeated()
            end.next.append(first)
            end = last
        return start, end

    def _repeated(self) -> Piece:
        begin = self._at
        piece = self._atom()
        low, high = self._bounds()
        if (low, high) == (1, 1):
            return piece
        end = self._at
        start = last = self._state()
        done = self._state()
        for number in range(low if high is None else high):
            if number >= low:
                last.next.append(done)
            self._at = begin
            first, following = self._atom()
            last.next.append(first)
            last = following
        if high is None:
            self._at = begin
            first, following = self._atom()
            loop = self._state(None, first)
            last.next.append(loop)
            following.next.append(loop)
            last = loop
        last.next.append(done)
        self._at = end
        return start, done

    def _bounds(self) -> tuple[int, int | None]:
        char = self._peek()
        bounds: tuple[int, int | None] = (1, 1)
        if char and char in "*+?":
            self._at += 1
            bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        elif char == "{":
            close = self.source.find("}", self._at)
            low, comma, high = self.source[self._at + 1 : close].partition(",")
            if close < 0 or not low.isdecimal() or (high and not high.isdecimal()):
                raise Unsupported(self.source)
            self._at = close + 1
            bounds = int(low), int(high) if high else None if comma else int(low)
        if max(bounds[0], bounds[1] or 0) > 100 or (bounds[1] or bounds[0]) < bounds[0]:
            raise Unsupported(self.source)
        if bounds != (1, 1) and self._peek() == "?":  # lazy: the same when only finding counts
            self._at += 1
        if bounds != (1, 1) and self._peek() and self._peek() in "*+?{":
            raise Unsupported(self.source)
        return bounds

    def _atom(self) -> Piece:
        char = self._take()
        if char == "(":
            if self._peek() == "?":
                if self.source[self._at : self._at + 2] != "?:":
                    raise Unsupported(self.source)
                self._at += 2
            piece = self._branches()
            if self._take() != ")":
                raise Unsupported(self.source)
            return piece
        if char in "*+?{)":
            raise Unsupported(self.source)
        end = self._state()
        return self._state(self._accepts(char), end), end

    def _accepts(self, char: str) -> Accepts:
        if char == "[":
            return self._class()
        if char == ".":
            return lambda c: c not in (BEGIN, END, "\n")
        if char in "^$":
            wanted = BEGIN if char == "^" else END
        elif char == "\\":
            return self._escape()
        else:
            wanted = char.lower() if self._ignore_case else char
        return lambda c: c == wanted

    def _escape(self) -> Accepts:
        char = self._take()
        known: dict[str, Accepts] = {"d": DIGIT, "w": WORD, "s": SPACE}
        if char in known:
            return known[char]
        if char.lower() in known:
            refused = known[char.lower()]
            return lambda c: c not in (BEGIN, END) and not refused(c)
        if char.isalnum() and char not in "nrt":
            raise Unsupported(self.source)
        wanted = {"n": "\n", "r": "\r", "t": "\t"}.get(char, char)
        return lambda c: c == wanted

    def _class(self) -> Accepts:
        negated = self._peek() == "^"
        self._at += negated
        parts: list[Accepts] = []
        while self._peek() != "]" or not parts:
            char = self._take()
            if char == "\\":
                parts.append(self._escape())
                continue
            if self.source[self._at : self._at + 1] == "-" and self.source[
                self._at + 1 : self._at + 2
            ] not in ("]", ""):
                self._at += 1
                parts.append(_between(char, self._take(), both=self._ignore_case))
            else:
                parts.append(_between(char, char, both=self._ignore_case))
        self._at += 1
        return lambda c: c not in (BEGIN, END) and any(each(c) for each in parts) != negated


def _between(low: str, high: str, *, both: bool) -> Accepts:
    return lambda c: low <= c <= high or (both and low <= c.upper() <= high)


def _closure(states: list[State]) -> list[State]:
    """Add the states that are reached without a character."""
    found: dict[int, State] = {}
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        if id(state) in found:
            continue
        found[id(state)] = state
        if state.accepts is None:
            waiting.extend(state.next)
    return list(found.values())
