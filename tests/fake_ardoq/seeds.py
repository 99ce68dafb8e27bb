"""The set-up that an organisation's administrator would make."""

from dataclasses import dataclass

USER = "5e0000000000000000000001"
COMPONENT_MODEL = "5e0000000000000000000002"
LONG_AGO = "2026-01-02T03:04:05.678Z"
DEVICES = "5e00000000000000000000aa"
LOCATIONS = "5e00000000000000000000ab"
PRODUCTS = "5e00000000000000000000ac"


@dataclass(frozen=True)
class ComponentType:
    id: str
    name: str
    parent: str | None = None


@dataclass(frozen=True)
class Workspace:
    id: str
    name: str
    # Prefix of its component keys.
    prefix: str
    component_types: tuple[ComponentType, ...]
    # Types of references that start here; the number identifies one in this workspace.
    reference_types: dict[int, str]


@dataclass(frozen=True)
class Field:
    key: str
    type: str
    options: tuple[str, ...] = ()
    # Names of the component and reference types with this field.
    places: tuple[str, ...] = ("Device",)
    # Calculated by Ardoq: read-only, and null if not calculated.
    calculated: bool = False
    read_only: bool = False

    @property
    def label(self) -> str:
        return self.key.replace("_", " ").capitalize()


_PLACE = ComponentType("p1800000000000", "Location")

WORKSPACES = (
    Workspace(
        DEVICES,
        "Devices",
        "DEV",
        (_PLACE, ComponentType("p1700000000000", "Device", parent=_PLACE.id)),
        {1: "Connects to", 2: "Located at", 3: "Is instance of", 4: "Runs"},
    ),
    Workspace(
        LOCATIONS, "Locations", "LOC", (ComponentType("p1900000000000", "Location"),), {1: "Near"}
    ),
    Workspace(
        PRODUCTS,
        "Products",
        "PRO",
        (
            ComponentType("p2000000000000", "Technology Product"),
            ComponentType("p2100000000000", "Firmware"),
            ComponentType("p2200000000000", "Application"),
        ),
        {1: "Connects to", 5: "Is made for"},
    ),
)

FIELDS = (
    Field("device_serial", "Text"),
    Field("device_mac", "Text"),
    Field("device_model", "Text"),
    Field("device_hardware_revision", "Text"),
    Field("device_chip", "Text"),
    Field("device_chip_revision", "Text"),
    Field("device_firmware_name", "Text"),
    Field("device_firmware_version", "Text"),
    Field("device_firmware_hash", "Text"),
    Field("device_sdk_version", "Text"),
    Field("device_flash_size", "Text"),
    Field("device_secure_boot", "Text"),
    Field("device_flash_encryption", "Text"),
    Field("device_host_name", "Text"),
    Field("device_ip_address", "Text"),
    Field("device_last_seen", "DateTime"),
    Field("device_port_count", "Number"),
    Field("device_managed", "Checkbox"),
    Field("device_environment", "List", ("laboratory", "production")),
    Field("device_notes", "TextArea"),
    Field("device_contact", "Email"),
    Field("device_manual", "Url"),
    Field("device_owner", "User"),
    Field("device_labels", "SelectMultipleList", ("indoor", "outdoor", "mobile")),
    Field("device_manufacturer", "Text"),
    Field("device_sbom_hash", "Text"),
    Field("device_sbom_url", "Text"),
    Field("device_hbom_hash", "Text"),
    Field("device_hbom_url", "Text"),
    Field("lifecycle_phase", "List", ("Live", "Retired")),
    # The two ends of the date range `live`: the API has no field for both.
    Field("live_start_date", "DateTime"),
    Field("live_end_date", "DateTime"),
    Field("location_code", "Text", places=("Location", "Located at")),
    Field("product_vendor", "Text", places=("Technology Product", "Firmware", "Application")),
    Field("reference_key", "Text", places=("Connects to", "Located at", "Is instance of", "Runs")),
    Field("reference_since", "DateTime", places=("Located at",)),
    Field("device_age_days", "Number", calculated=True, read_only=True),
)

FIELD_TYPES = (
    *("Text", "TextArea", "Number", "Checkbox", "DateTime", "List", "SelectMultipleList"),
    *("Email", "Url", "User"),
)


@dataclass(frozen=True)
class Report:
    """A table of all components of a type."""

    id: str
    name: str
    workspace: str
    type: str
    # Key and label; any key other than a component's name is a custom field.
    columns: tuple[tuple[str, str], ...]


REPORTS = (
    Report(
        "5e00000000000000000000d1",
        "Devices by firmware",
        DEVICES,
        "p1700000000000",
        (
            ("name", "Device"),
            ("device_serial", "Serial number"),
            ("device_firmware_name", "Firmware"),
            ("device_firmware_version", "Version"),
            ("device_last_seen", "Last seen"),
        ),
    ),
    Report(
        "5e00000000000000000000d2",
        "Sites",
        LOCATIONS,
        "p1900000000000",
        (("name", "Site"), ("location_code", "Code")),
    ),
)

TAGS = ("installed", "spare")
