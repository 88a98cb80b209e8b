"""Countries as forms of pages offer them. Source: https://en.wikipedia.org/wiki/ISO_3166-1_alpha-2"""

from collections.abc import Iterable

NAMES = {
    "AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria",
    "BR": "Brazil", "CA": "Canada", "CH": "Switzerland", "CL": "Chile", "CN": "China",
    "CO": "Colombia", "CR": "Costa Rica", "CY": "Cyprus", "CZ": "Czech Republic", "DE": "Germany",
    "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "FI": "Finland", "FR": "France",
    "GB": "United Kingdom", "GI": "Gibraltar", "GR": "Greece", "HK": "Hong Kong", "HR": "Croatia",
    "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland", "IL": "Israel", "IN": "India",
    "IS": "Iceland", "IT": "Italy", "JP": "Japan", "KR": "South Korea", "LI": "Liechtenstein",
    "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MT": "Malta", "MX": "Mexico",
    "MY": "Malaysia", "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PE": "Peru",
    "PL": "Poland", "PT": "Portugal", "RO": "Romania", "SA": "Saudi Arabia", "SE": "Sweden",
    "SG": "Singapore", "SI": "Slovenia", "SK": "Slovakia", "TH": "Thailand",
    "AE": "United Arab Emirates", "TW": "Taiwan", "US": "United States", "ZA": "South Africa",
}  # fmt: skip


def named(codes: Iterable[str] = NAMES) -> list[tuple[str, str]]:
    """Return countries as code and name, by name, the United States first among all."""
    found = sorted(((code, NAMES.get(code, code)) for code in codes), key=lambda each: each[1])
    return sorted(found, key=lambda each: each[0] != "US")
