"""Scenarios as the public documents print them. Source: https://docs.mirra.run"""

WELCOME = """\
# Send Welcome Email on Signup

## Setup
A Resend account with one verified domain `mail.acme.com` and no emails
sent yet.

## Prompt
When a user signs up with email `alice@example.com`, send a welcome email
from `hello@mail.acme.com` with subject "Welcome to Acme" and track
delivery status via webhook.

## Expected Behavior
The integration should create the email via the Resend API, receive an
`email.sent` webhook immediately, then `email.delivered` within a few
seconds. Bounces should mark the user's email as invalid.

## Success Criteria
- check: Exactly 1 email is created in the Resend mirror
- check: The email's `from` address is `hello@mail.acme.com`
- check: The email's `to` includes `alice@example.com`
- check: At least 1 `email.sent` webhook was received by the handler
- check: The webhook signature was verified
- judge: The subject and body are appropriate for a welcome email
- judge: Error handling for bounces is implemented in the code

## Config
mirrors: resend
timeout: 60
runs: 3
"""
"""guides/first-scenario"""

REFUND = """\
# Refund a Partial Charge Within 14 Days

## Setup
A Stripe account with one customer `cus_alice` who paid $120 for a
subscription 10 days ago via payment intent `pi_abc`. No refunds yet.

## Prompt
The customer wants a partial refund of $45 for an un-used portion of
their subscription. Issue the refund, record it in our internal DB,
and handle the webhook when it fires.

## Expected Behavior
The handler should create a refund via the Stripe API, receive
`charge.refunded` and `payment_intent.partially_funded` webhooks,
verify the signatures, update the user's billing record, and log
the event. Partial refunds under a month should complete instantly;
full refunds have a longer delay.

## Success Criteria
- check: Exactly 1 refund is created on payment_intent `pi_abc`
- check: The refund amount is 4500 (in cents)
- check: A `charge.refunded` webhook was received and signature-verified
- check: The user's internal billing record shows `refunded: 45`
- judge: The log line for the refund includes the customer id
- judge: Error handling exists for refund-creation failure

## Config
mirrors: stripe
fixture: subscription-lifecycle
timeout: 90
runs: 3
agent: claude-code
mirror-version: stripe@0.7.3
judge-model: claude-haiku-4-5
"""
"""reference/scenario-format"""

JSON = {
    "title": "Send Welcome Email on Signup",
    "setup": "A Resend account with one verified domain `mail.acme.com`…",
    "prompt": "When a user signs up with email `alice@example.com`…",
    "expectedBehavior": "The integration should create the email…",
    "criteria": [
        {"tag": "check", "text": "Exactly 1 email is created in the Resend mirror"},
        {"tag": "judge", "text": "Error handling for bounces is implemented"},
    ],
    "config": {
        "mirrors": ["resend"],
        "fixture": "resend:transactional-busy",
        "timeout": 60,
        "runs": 3,
    },
}
"""reference/api"""
