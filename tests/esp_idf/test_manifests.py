"""The manifests of ESP-IDF's component manager only have documented keys, and are correct."""

import json
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VALIDATOR = jsonschema.Draft202012Validator(json.loads((HERE / "idf_component.schema.json").read_text()))

LISTED = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*idf_component.yml"],
                        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
MANIFESTS = {name: yaml.safe_load((ROOT / name).read_text()) for name in LISTED}
LIBRARY = MANIFESTS["idf_component.yml"]
EXAMPLES = {name: text for name, text in MANIFESTS.items() if name.startswith("examples/")}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_has_documented_keys_only(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(MANIFESTS[name])] == []


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_manifest_names_the_versions_of_esp_idf(name: str) -> None:
    assert MANIFESTS[name]["dependencies"]["idf"] == ">=5.1"


def test_the_library_can_be_uploaded() -> None:
    assert {"description", "url", "repository", "documentation", "issues", "license", "tags",
            "examples", "files"} <= {*LIBRARY}
    assert {*LIBRARY["dependencies"]} == {"idf", "espressif/jsmn"}
    # The registry refuses what is on this machine or in a repository.
    for dependency in LIBRARY["dependencies"].values():
        assert isinstance(dependency, str)


def test_the_links_of_the_library_lead_into_this_repository() -> None:
    url = LIBRARY["url"]
    assert LIBRARY["repository"] == f"{url}.git"
    assert LIBRARY["issues"] == f"{url}/issues"
    page = LIBRARY["documentation"].removeprefix(f"{url}/blob/main/")
    assert (ROOT / page).is_file()


def test_the_license_is_that_of_the_file() -> None:
    assert LIBRARY["license"] == "Apache-2.0"
    assert re.search(r"^ +Apache License\n +Version 2[.]0", (ROOT / "LICENSE").read_text(), re.MULTILINE)


def test_there_is_an_example() -> None:
    assert [*EXAMPLES] == ["examples/esp_idf/report_identity/main/idf_component.yml"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_takes_this_repository(name: str) -> None:
    dependencies = EXAMPLES[name]["dependencies"]
    library = dependencies["ardoq/ardoq-device"]
    assert library["version"] == "*"
    assert ((ROOT / name).parent / library["override_path"]).resolve() == ROOT
    # Else the component manager requires ardoq__ardoq-device too, which only some folders are called.
    assert library["require"] == "no"
    common = dependencies["protocol_examples_common"]["path"]
    assert common == "${IDF_PATH}/examples/common_components/protocol_examples_common"
