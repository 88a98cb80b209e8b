#!/usr/bin/env bash
# A whole session by the command alone, as a person plays it. $MIRRA is the command, $HOOK where webhooks go; with
# $TOKEN it happens on the hosted Mirra of $MIRRA_API_URL.
set -euo pipefail
m() { $MIRRA "$@"; }
say() { echo "--- $1"; }

if [ -n "${TOKEN:-}" ]; then say login; echo "$TOKEN" | m login; fi
m up --detach --name shop --webhooks "resend=$HOOK" --json >up.json # finds resend in package.json
say ls; m ls
m send POST /emails from=onboarding@resend.dev to=delivered@resend.dev subject=Hi text=Hello >/dev/null
say wait; m wait webhook email.sent --delivered --match data.subject=Hi --timeout 20s
say simulate; m simulate email.received from=a@example.com to=b@resend.dev
say state; m state emails --session shop
say snapshot; m snapshot before --json
say break; m faults "POST /contacts: api_error, once"
m send POST /contacts email=carol@example.com >refused.json || echo "refused with $?"
m send POST /contacts email=carol@example.com >carol.json
say clock; m clock "1 day" --json
say restore; m restore before
say contacts; m state contacts

if [ -z "${TOKEN:-}" ]; then
  m webhooks --type email.sent --json >webhooks.json
  ID=$(sed -n '1s/.*"deliveryId": *"\([^"]*\)".*/\1/p' webhooks.json)
  say replay; m webhooks --replay "$ID"
  m wait event webhook.dispatched --match deliveryId="$ID" --match attempt=2 --timeout 20s >/dev/null
  say events; m events --limit 2 --type traffic
  say late; m wait webhook email.bounced --timeout 1s || echo "late with $?"
  say reset; m reset --seed resend:transactional-busy
fi

say down; m down --session shop --json >down.json; m state || echo "gone with $?"
if [ -n "${TOKEN:-}" ]; then say logout; m logout; fi
