"""The fixtures of the Resend mirror, one line each; the first is the default."""

from mirra_mcp.local.kit.mirror import Fixture
from mirra_mcp.local.mirrors.resend.seeds import (
    bounced_domain,
    empty,
    marketing_list,
    over_quota,
    transactional_busy,
)

FIXTURES: dict[str, Fixture] = {
    "empty": Fixture("A blank account: no domains, no emails.", empty.build),
    "transactional-busy": Fixture(
        "One verified domain, mail.acme.com, and 100 emails of the last 7 days: delivered, opened, "
        "clicked, bounced, complained.",
        transactional_busy.build,
    ),
    "bounced-domain": Fixture(
        "mail.acme.com with 15 % of its recent emails bounced: the account is suspended, sending "
        "gets 403.",
        bounced_domain.build,
    ),
    "marketing-list": Fixture(
        "An audience of 1,000 contacts and three broadcasts of the last weeks.",
        marketing_list.build,
    ),
    "over-quota": Fixture(
        "The monthly quota of emails is used up: every POST /emails gets 429.", over_quota.build
    ),
}
