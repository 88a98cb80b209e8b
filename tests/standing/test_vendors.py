"""What programs know of the vendors is what the mirrors are."""

from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.vendors import VENDORS, vendor_of


def test_each_mirror_says_where_its_vendor_is_called() -> None:
    assert set(VENDORS) == set(MIRRORS)
    for name, vendor in VENDORS.items():
        assert [vendor_of(host) for host in vendor.hosts] == [name] * len(vendor.hosts)
        assert [vendor_of(f"not{each}") for each in vendor.domains] == [None] * len(vendor.domains)


def test_each_name_of_a_key_stands_for_one_that_a_mirror_tells() -> None:
    for name, vendor in VENDORS.items():
        kind = MIRRORS[name]
        told = {
            variable
            for fixture in kind.fixtures
            for variable in kind("http://127.0.0.1:1", fixture).env()
        }
        assert set(vendor.aliases.values()) | set(vendor.shapes.values()) <= told
        assert not set(vendor.aliases) & told
