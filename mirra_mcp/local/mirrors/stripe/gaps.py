"""What Stripe has and this mirror doesn't: endpoints that answer 501, and other differences."""

GAPS: dict[str, str] = {
    "POST /v1/tax/calculations": "Stripe Tax is not mirrored.",
}

LIMITS: tuple[str, ...] = (
    "Any well-formed test key (sk_test_..., rk_test_...) reaches the session's one account.",
)
