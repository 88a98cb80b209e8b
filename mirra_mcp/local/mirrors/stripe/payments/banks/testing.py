"""Test accounts of bank debits, and what becomes of payments from them.

Source: https://docs.stripe.com/testing#non-card-payments and
https://docs.stripe.com/payments/acss-debit/accept-a-payment#test-integration
"""

from dataclasses import dataclass
from datetime import timedelta

from mirra_mcp.wire.model import Doc

SOON = timedelta(seconds=2)
LATER = timedelta(minutes=3)
"""When what a test account does happens, and what a delayed one does."""

MESSAGES = {
    "account_closed": "The customer's bank account has been closed.",
    "card_declined": "The payment was blocked as too risky.",
    "charge_exceeds_source_limit": "The payment exceeds the account's weekly volume limit.",
    "charge_exceeds_transaction_limit": "The payment exceeds the account's transaction limit.",
    "charge_exceeds_weekly_limit": "The payment exceeds the account's weekly volume limit.",
    "debit_not_authorized": (
        "The customer has notified their bank that this payment was unauthorized."
    ),
    "generic_could_not_process": "The customer's bank could not process the payment.",
    "insufficient_funds": ("The customer's account has insufficient funds to cover this payment."),
    "invalid_currency": "The customer's bank account can't take this currency.",
    "no_account": "The customer's bank account could not be located.",
    "refer_to_customer": "The customer's bank asks to refer to the customer.",
}
"""What is said of failures, by their codes."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a payment from a test account."""

    failure: str | None = None
    delayed: bool = False
    disputed: bool = False
    ends_mandate: bool = False
    forever: bool = False

    @property
    def wait(self) -> timedelta:
        """How long the payment is processing."""
        return LATER if self.delayed else SOON


PAYS = Fate()
US = {
    "000111111113": Fate("account_closed"),
    "000111111116": Fate("no_account"),
    "000222222227": Fate("insufficient_funds"),
    "000333333335": Fate("debit_not_authorized"),
    "000444444440": Fate("invalid_currency"),
    "000777777771": Fate("charge_exceeds_weekly_limit"),
    "000000004954": Fate("card_declined"),
    "000555555559": Fate(disputed=True),
    "000000000009": Fate(forever=True),
}
CANADA = {
    "900123456789": Fate(delayed=True),
    "000222222227": Fate("insufficient_funds"),
    "900222222227": Fate("insufficient_funds", delayed=True),
    "000777777771": Fate("charge_exceeds_weekly_limit"),
    "000888888881": Fate("charge_exceeds_transaction_limit"),
}
BACS = {
    "90012345": Fate(delayed=True),
    "33333335": Fate("debit_not_authorized", ends_mandate=True),
    "93333335": Fate("debit_not_authorized", delayed=True, ends_mandate=True),
    "22222227": Fate("insufficient_funds"),
    "92222227": Fate("insufficient_funds", delayed=True),
    "55555559": Fate(delayed=True, disputed=True),
    "34343434": Fate("charge_exceeds_source_limit"),
    "12121212": Fate("charge_exceeds_transaction_limit"),
}
BECS = {
    "900123456": Fate(delayed=True),
    "111111113": Fate("account_closed", ends_mandate=True),
    "111111116": Fate("no_account", ends_mandate=True),
    "222222227": Fate("refer_to_customer"),
    "922222227": Fate("refer_to_customer", delayed=True),
    "333333335": Fate("debit_not_authorized", ends_mandate=True),
    "666666660": Fate(disputed=True),
    "343434343": Fate("charge_exceeds_source_limit"),
    "121212121": Fate("charge_exceeds_transaction_limit"),
}
IBANS = """
AT611904300234573201 AT321904300235473204 AT861904300235473202 AT051904300235473205
AT591904300235473203
BE62510007547061 BE78510007547064 BE68539007547034 BE51510007547065 BE08510007547063
CH9300762011623852957 CH8656663438253651553 CH5362200119938136497 CH1843597160341964438
CH1260378413965193069
DE89370400440532013000 DE08370400440532013003 DE62370400440532013001 DE78370400440532013004
DE35370400440532013002
EE382200221020145685 EE222200221020145682 EE762200221020145680 EE922200221020145683
EE492200221020145681
ES0700120345030000067890 ES2300120345030000067893 ES9121000418450200051332
ES9300120345030000067894 ES5000120345030000067892
FI2112345600000785 FI3712345600000788 FI9112345600000786 FI1012345600000789 FI6412345600000787
FR1420041010050500013M02606 FR3020041010050500013M02609 FR8420041010050500013M02607
FR7920041010050500013M02600 FR5720041010050500013M02608
GB82WEST12345698765432 GB98WEST12345698765435 GB55WEST12345698765433 GB71WEST12345698765436
GB28WEST12345698765434
GI60MPFS599327643783385 GI08RRNW626436291644533 GI41SAFA461293238477751
GI50LROG772261344693297 GI26KJBC361883934534696
HR7624020064583467589 HR6323600002337876649 HR2725000096983499248 HR6723600004878117427
HR8724840081455523553
IE29AIBK93115212345678 IE24AIBK93115212345671 IE02AIBK93115212345679 IE94AIBK93115212345672
IE51AIBK93115212345670
LI0508800636123378777 LI4408800387787111369 LI1208800143823175626 LI4908800356441975566
LI7708800125525347723
LT121000011101001000 LT281000011101001003 LT821000011101001001 LT981000011101001004
LT551000011101001002
LU280019400644750000 LU440019400644750003 LU980019400644750001 LU170019400644750004
LU710019400644750002
NL39RABO0300065264 NL55RABO0300065267 NL91ABNA0417164300 NL28RABO0300065268 NL82RABO0300065266
NO9386011117947 NO8886011117940 NO6686011117948 NO6186011117941 NO3986011117949
PT50000201231234567890154 PT66000201231234567890157 PT23000201231234567890155
PT39000201231234567890158 PT93000201231234567890156
SE3550000000054910000003 SE5150000000054910000006 SE0850000000054910000004
SE2450000000054910000007 SE7850000000054910000005
"""
"""By country: the IBANs that pay, pay later, fail, fail later, and are disputed."""
FAILED = "generic_could_not_process"
FATES = {
    "success": PAYS,
    "successDelayed": Fate(delayed=True),
    "failed": Fate(FAILED),
    "failedDelayed": Fate(FAILED, delayed=True),
    "disputed": Fate(disputed=True),
}
ENDINGS = {
    "343434": Fate("charge_exceeds_source_limit"),
    "121212": Fate("charge_exceeds_weekly_limit"),
    "2222227": Fate("insufficient_funds"),
}
"""How the IBANs end whose payments exceed a limit."""


def _by_country() -> dict[str, dict[str, str]]:
    words = iter(IBANS.split())
    found: dict[str, dict[str, str]] = {}
    for row in zip(*(words,) * len(FATES), strict=True):
        found[row[0][:2].lower()] = dict(zip(FATES, row, strict=True))
    return found


BY_COUNTRY = _by_country()
SEPA = {iban: FATES[name] for row in BY_COUNTRY.values() for name, iban in row.items()}

NAMED: dict[str, tuple[str, Doc]] = {
    f"pm_usBankAccount_{name}": ("us_bank_account", {"account_number": number})
    for name, number in {
        "success": "000123456789",
        "accountClosed": "000111111113",
        "noAccount": "000111111116",
        "insufficientFunds": "000222222227",
        "debitNotAuthorized": "000333333335",
        "invalidCurrency": "000444444440",
        "dispute": "000555555559",
        "processing": "000000000009",
        "riskLevelHighest": "000000004954",
        "weeklyLimitExceeded": "000777777771",
        "failMicrodeposits": "000666666661",
    }.items()
}
NAMED |= {
    f"pm_bacsDebit_{name}": ("bacs_debit", {"account_number": number})
    for name, number in {
        "success": "00012345",
        "successDelayed": "90012345",
        "debitNotAuthorized": "33333335",
        "debitNotAuthorizedDelayed": "93333335",
        "insufficientFunds": "22222227",
        "insufficientFundsDelayed": "92222227",
        "dispute": "55555559",
        "mandateRefused": "00033333",
        "exceedsWeeklyLimit": "34343434",
        "exceedsTransactionLimit": "12121212",
    }.items()
}
NAMED |= {
    f"pm_auBecsDebit_{name}": ("au_becs_debit", {"account_number": number})
    for name, number in {
        "success": "000123456",
        "successDelayed": "900123456",
        "accountClosed": "111111113",
        "noAccount": "111111116",
        "referToCustomer": "222222227",
        "referToCustomerDelayed": "922222227",
        "debitNotAuthorized": "333333335",
        "dispute": "666666660",
        "exceedsWeeklyLimit": "343434343",
        "exceedsTransactionLimit": "121212121",
    }.items()
}
NAMED |= {
    f"pm_acssDebit_{name}": ("acss_debit", {"account_number": number})
    for name, number in {
        "success": "000123456789",
        "insufficientFunds": "000222222227",
    }.items()
}
NAMED |= {
    f"pm_sepaDebit_{name}_{country}": ("sepa_debit", {"iban": iban})
    for country, row in BY_COUNTRY.items()
    for name, iban in row.items()
}
"""By its name: a test account's type and data."""

REFUSED_MANDATE, NO_SUCH_ACCOUNT, NO_MICRODEPOSITS = "00033333", "00044444", "000666666661"


def fate_of(method: Doc) -> Fate:
    """Return what becomes of a payment from a bank account."""
    number = str(method.get("_number") or "")
    match method["type"]:
        case "us_bank_account":
            return US.get(number, PAYS)
        case "acss_debit":
            return CANADA.get(number, PAYS)
        case "bacs_debit":
            return BACS.get(number, PAYS)
        case "au_becs_debit":
            return BECS.get(number, PAYS)
        case "sepa_debit" if number not in SEPA:
            return next((fate for end, fate in ENDINGS.items() if number.endswith(end)), PAYS)
        case "sepa_debit":
            return SEPA[number]
    return PAYS
