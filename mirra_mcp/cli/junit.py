"""A report in JUnit's XML: a suite a file, a test case a criterion and attempt.

What couldn't be graded for an outage is an `<error>`, what nobody judged is `<skipped>`.
Source: https://github.com/testmoapp/junitxml
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mirra_mcp.cli.reports import Result, first_error, reasons
from mirra_mcp.wire.runs import AttemptResult, CriterionResult

COUNTED = ("failures", "errors", "skipped")
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\x1b\\[[0-9;]*m")


def write_junit(path: Path, results: Sequence[Result]) -> None:
    """Write the report; its folder is made if need be."""
    from xml.etree import ElementTree as Xml

    root = Xml.Element("testsuites", name="mirra-mcp run")
    for result in results:
        _Suite(Xml, root, result).write()
    for tag in ("tests", *COUNTED):
        root.set(tag, str(sum(int(suite.get(tag, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    Xml.indent(root)
    Xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


class _Suite:
    """One file's suite, and what its attributes count."""

    def __init__(self, xml: Any, root: Any, result: Result) -> None:
        run = result.run
        title = run.scenario.title if run.scenario else result.file.stem
        self._xml, self._result, self._run = xml, result, run
        self._suite = xml.SubElement(root, "testsuite", name=_fit(title), file=str(result.file))
        self._counts: Counter[str] = Counter()

    def write(self) -> None:
        """Fill the suite."""
        run, result = self._run, self._result
        self._write_properties()
        for attempt in run.attempts:
            for each in attempt.criteria:
                self._write_case(attempt, each)
        if run.status != "complete" and not run.timed_out and not run.errored:
            why = run.reason or first_error(run)
            self._outcome(self._case("run"), "errors", why)
        said = [f"attempt {number}:\n{text}" for number, text in result.outputs.items() if text]
        self._xml.SubElement(self._suite, "system-out").text = _fit("\n\n".join(said))
        for tag in ("tests", *COUNTED):
            self._suite.set(tag, str(self._counts[tag]))
        self._suite.set("time", f"{(run.duration_ms or 0) / 1000:.3f}")

    def _write_properties(self) -> None:
        run = self._run
        properties = self._xml.SubElement(self._suite, "properties")
        for name, value in (
            ("runId", run.run_id or None),
            ("satisfactionScore", run.satisfaction_score),
            ("passAtK", run.pass_at_k),
            ("passHatK", run.pass_hat_k),
        ):
            if value is not None:
                self._xml.SubElement(properties, "property", name=name, value=str(value))

    def _write_case(self, attempt: AttemptResult, each: CriterionResult) -> None:
        name = each.label if self._run.runs == 1 else f"{each.label} (attempt {attempt.attempt})"
        case = self._case(name)
        why = "\n".join(reasons(each))
        if each.error:
            self._outcome(case, "errors", why)
        elif each.result == "fail":
            self._outcome(case, "failures", why)
        elif each.result == "ungraded":
            self._outcome(case, "skipped", why)

    def _case(self, name: str) -> Any:
        self._counts["tests"] += 1
        stem = _fit(self._result.file.stem)
        case = {"name": _fit(name), "classname": stem, "time": "0"}
        return self._xml.SubElement(self._suite, "testcase", **case)

    def _outcome(self, case: Any, counted: str, why: str) -> None:
        self._counts[counted] += 1
        tag = {"failures": "failure", "errors": "error"}.get(counted, counted)
        told = _fit(why)
        element = self._xml.SubElement(case, tag, message=told.split("\n")[0])
        if counted != "skipped":
            element.text = told


def _fit(text: str) -> str:
    """Leave out what XML can't hold."""
    return _UNFIT.sub("", text)
