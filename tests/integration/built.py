"""The build that is tested: CMakeLists.txt names its parts in the environment.

Without that it is build/linux, with certificates and logs in temporary folders.
"""

import os
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / "build" / "linux"


def _given(variable: str, default: Path) -> Path:
    return Path(os.environ.get(variable) or default)


BUILD = _given("TEST_BUILD", _FOLDER)
TOOL = _given("TEST_TOOL", _FOLDER / "ardoq")
EXERCISE = _given("TEST_EXERCISE", _FOLDER / "tests/integration/exercise")
FLASH_IMAGE = _given("TEST_FLASH_IMAGE", _FOLDER / "flash_image")
EXAMPLES = _given("TEST_EXAMPLES", _FOLDER / "tests/integration/examples")
CERTIFICATES = os.environ.get("TEST_CERTIFICATES")
LOGS = os.environ.get("TEST_LOGS")
# Whether the programs have lwIP inside, instead of using this host's sockets.
ON_LWIP = os.environ.get("TEST_PORT") == "host_lwip"


@cache
def sdkconfig() -> str:
    """Of the build that is tested."""
    return _given("TEST_SDKCONFIG", _FOLDER / "kconfig/sdkconfig.h").read_text("utf-8")


def number(name: str) -> int:
    """Value of a number in Kconfig, such as BUFFER_SIZE."""
    return int(re.search(rf"^#define CONFIG_ARDOQ_{name} (\d+)$", sdkconfig(), re.MULTILINE)[1])


def has(option: str) -> bool:
    """Whether an option of Kconfig is on, such as HINTS."""
    return f"#define CONFIG_ARDOQ_{option} 1\n" in sdkconfig()


def logs_requests() -> bool:
    """Whether --verbose has something to say of a request."""
    return number("LOG_LEVEL") >= 2
