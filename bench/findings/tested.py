"""Rows that can't run by themselves: they need a full disk, a kill, another client, a long wait."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STYLES = "tests/local/marketplace/test_styles.py"
CRASHES = "tests/local/kit/test_crashes.py"
OUTAGES = "tests/cli/test_run_outages.py"
TESTED: dict[str, tuple[str, ...]] = {
    "M1": (
        "tests/transport/test_typescript.py::test_every_answer_and_every_error_reaches_the_host",
    ),
    "M2": (f"{STYLES}::test_queries_are_written_in_every_style",),
    "M3": (f"{STYLES}::test_paths_are_written_in_the_documented_styles",),
    "M4": (f"{STYLES}::test_a_style_that_a_place_does_not_know_is_found_before_any_call",),
    "R3": (f"{CRASHES}::test_a_hundred_kills_lose_nothing_answered_and_leave_nothing_half",),
    "R4": (f"{CRASHES}::test_a_full_disk_refuses_the_call_and_goes_on_when_there_is_room",),
    "R13": (f"{OUTAGES}::test_a_driver_is_graded_at_its_own_exit_and_nothing_of_it_survives",),
    "R18": (
        "tests/local/kit/test_log.py"
        "::test_a_wall_clock_that_steps_back_does_not_turn_the_sessions_time_back",
    ),
    "R20": (
        "tests/transport/test_stdio.py::test_however_it_ends_its_sessions_end_with_it",
        "tests/cli/test_up.py::test_readers_of_its_stream_that_do_not_read_hold_nothing_up",
    ),
    "R22": (f"{OUTAGES}::test_it_can_be_ended_where_interrupts_are_ignored",),
    "T7": (
        "tests/local/mirrors/twilio/messaging/test_a2p.py"
        "::test_a_rejected_campaign_delivers_nothing",
        "tests/local/mirrors/twilio/messaging/test_a2p.py"
        "::test_a_rejected_toll_free_number_delivers_nothing",
    ),
    "U7": ("tests/reach/test_processes.py", "tests/reach/test_wait.py"),
    "U12": (
        "tests/local/scenarios/test_scores.py"
        "::test_a_score_has_two_decimals_and_is_whole_only_if_all_passed",
    ),
    "V18": (
        "tests/local/scenarios/check/test_worlds.py::test_every_document_of_every_world_can_be_told",
    ),
    "V21": (
        "tests/local/scenarios/test_run_outages.py"
        "::test_a_judge_that_does_not_decide_leaves_an_error_and_the_checks_count",
        f"{OUTAGES}::test_without_a_judge_the_gate_says_what_it_leaves_open",
    ),
    "V22": (
        "tests/local/scenarios/test_judge_packets.py::test_only_one_plain_verdict_counts",
        "tests/local/scenarios/test_run_judging.py"
        "::test_a_judge_that_quotes_a_mails_verdict_has_given_none",
    ),
    "V23": (f"{OUTAGES}::test_a_run_that_cannot_be_provisioned_is_reported_and_the_others_go_on",),
}
"""By row, the tests that hold it: `path::name`, or a path alone for all of a file."""


def missing() -> list[str]:
    """Return the named tests that aren't there."""
    return [test for tests in TESTED.values() for test in tests if not _is_there(test)]


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not name or bool(re.search(rf"def {name}\b", file.read_text(encoding="utf-8")))
