"""What comes with the example for ESP-IDF's tools and users: variants, rules, README, its own test."""

import ast
import re
from pathlib import Path

import kconfiglib
import pytest
import yaml

from stand_in_idf import EXAMPLE, ROOT

VARIANTS = {path.name.removeprefix("sdkconfig.ci."): path for path in EXAMPLE.glob("sdkconfig.ci.*")}
README = (EXAMPLE / "README.md").read_text()
GUIDE = (ROOT / "docs/esp-idf.md").read_text()
PYTEST = (EXAMPLE / "pytest_report_identity.py").read_text()

# Options of ESP-IDF that are named here. Each is in the Kconfig files of 5.1.6, 5.2.6, 5.3.4, 5.4.3,
# 5.5.5 and 6.0.2; the versions that lack one stand beside it.
OPTIONS = {
    "IDF_TARGET": {},
    "LWIP_ENABLE": {"5.1"},
    "MBEDTLS_CERTIFICATE_BUNDLE": {},
    "MBEDTLS_CERTIFICATE_BUNDLE_DEFAULT_CMN": {},
    "MBEDTLS_DEBUG": {},
    "MBEDTLS_DYNAMIC_BUFFER": {},
    "MBEDTLS_HAVE_TIME_DATE": {},
    "MBEDTLS_SSL_IN_CONTENT_LEN": {},
    "MBEDTLS_SSL_KEEP_PEER_CERTIFICATE": {},
    "MBEDTLS_SSL_PROTO_TLS1_3": {},
    "NVS_ENCRYPTION": {},
    "NVS_SEC_HMAC_EFUSE_KEY_ID": {"5.1"},
    "PARTITION_TABLE_SINGLE_APP_LARGE": {},
    "SPI_FLASH_LOG_FAILED_WRITE": {},
}


def assignments(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    found = dict(re.fullmatch("CONFIG_([A-Z0-9_]+)=(.+)", line).groups() for line in lines)
    assert len(found) == len(lines)
    return found


@pytest.fixture
def kconfig(tmp_path: Path) -> kconfiglib.Kconfig:
    """The library's and the example's options, as they are on a chip."""
    (tmp_path / "Kconfig").write_text(
        "config IDF_TARGET_ARCH_RISCV\n    bool\n    default y\n"
        f'source "{ROOT}/Kconfig"\nsource "{EXAMPLE}/main/Kconfig.projbuild"\n')
    return kconfiglib.Kconfig(str(tmp_path / "Kconfig"), warn_to_stderr=False)


def is_ours(name: str) -> bool:
    return name.startswith(("ARDOQ_", "EXAMPLE_"))


@pytest.mark.parametrize("path", [*VARIANTS.values(), EXAMPLE / "sdkconfig.defaults"],
                         ids=lambda path: path.name)
def test_each_option_exists_and_takes_the_value(kconfig: kconfiglib.Kconfig, path: Path) -> None:
    for name, value in assignments(path).items():
        if not is_ours(name):
            assert name in OPTIONS
            continue
        symbol = kconfig.syms[name]
        default, wanted = symbol.str_value, value.strip('"')
        assert symbol.set_value(wanted)
        assert symbol.visibility and symbol.str_value == wanted != default


@pytest.mark.parametrize("text", [GUIDE, README], ids=["guide", "readme"])
def test_each_option_of_a_page_exists(kconfig: kconfiglib.Kconfig, text: str) -> None:
    names = {*re.findall(r"CONFIG_([A-Z0-9_]*[A-Z0-9])\b", text)}
    assert [name for name in names if is_ours(name) and not kconfig.syms.get(name)] == []
    assert {name for name in names if not is_ours(name)} <= {*OPTIONS}


@pytest.mark.parametrize("text", [GUIDE, README], ids=["guide", "readme"])
def test_each_menu_of_a_page_exists(kconfig: kconfiglib.Kconfig, text: str) -> None:
    prompts = tuple(node.prompt[0] for node in kconfig.node_iter() if node.prompt)
    paths = re.findall(r"Ardoq device((?: > [A-Z][\w -]*)+)", " ".join(text.split()))
    named = [part for path in paths for part in path.split(" > ")[1:]]
    # The sentence goes on after the last part.
    assert named and [part for part in named if not part.startswith(prompts)] == []


def test_all_variants_are_there() -> None:
    assert {*VARIANTS} == {"linux", "own_ca", "console", "dynamic_buffers", "tls13"}
    assert assignments(VARIANTS["linux"])["IDF_TARGET"] == '"linux"'


def test_the_rules_name_this_example_and_its_variants() -> None:
    rules = yaml.safe_load((EXAMPLE.parent / ".build-test-rules.yml").read_text())
    [(folder, rule)] = rules.items()
    assert ROOT / folder == EXAMPLE
    conditions = [entry["if"] for part in rule.values() for entry in part]
    assert {*re.findall('CONFIG_NAME == "(\\w+)"', " ".join(conditions))} <= {*VARIANTS}
    assert all(entry["reason"] for part in ("disable", "disable_test") for entry in rule[part])


def test_its_own_test_runs_the_variants_of_the_simulator() -> None:
    tree = ast.parse(PYTEST)
    names = re.search(r"for name in ([a-z0-9_ ]+); do", ast.get_docstring(tree))[1].split()
    # The simulator has no dynamic buffers.
    assert {*names} == {*VARIANTS} - {"dynamic_buffers"}
    listed = re.findall('"(?:build_linux_)?([a-z0-9_]+)"', re.search(
        "^BUILDS = .*\nCONSOLE = .*\n", PYTEST, re.MULTILINE)[0].replace("{name}", ""))
    assert {*listed} - {"build_linux_"} == {*names}
    # Each trusts the stand-in's certificate.
    for name in names:
        assert assignments(VARIANTS[name])["ARDOQ_CA_FILE"] == '"certificates/ca.pem"'


def test_the_readme_has_the_form_of_esp_idf() -> None:
    first, second, _ = README.split("\n", 2)
    assert first.startswith("| Supported Targets | ESP32 |") and first.endswith("| Linux |")
    assert first.count("|") == second.count("|")
    headings = re.findall("^#+ .*", README, re.MULTILINE)
    assert headings[:7] == ["# Report Identity Example", "## How to use example",
                            "### Hardware Required", "### Configure the project",
                            "### Build and Flash", "## Example Output", "## Troubleshooting"]


def test_the_readme_names_errors_that_exist() -> None:
    errors = (ROOT / "components/base/include/ardoq/errors.def").read_text()
    for name in re.findall(r"\b[A-Z]+_[A-Z_]+\b", re.sub(r"\b(ARDOQ|IDF)_\w+", "", README)):
        assert re.search(rf"\b{name}\b", errors), name
