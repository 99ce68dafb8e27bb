"""A separate project, tests/consumer, builds and runs: with the source, and installed."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

import built
from tool import Tool, expect_success

PROJECT = built.ROOT / "tests" / "consumer"
# A prefix that exists nowhere: the package must find its parts where it stands.
PREFIX = "opt/ardoq"
FLAGS = "-Wall -Wextra -Wconversion -Werror"
BOUND = 120.0


def run(*command: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*map(str, command)],
        env={**os.environ, "LC_ALL": "C", **environment},
        capture_output=True,
        text=True,
        timeout=BOUND,
    )


def output_of(*command: str | Path, **environment: str) -> str:
    done = run(*command, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def replace_program(tool: Tool, program: Path) -> Tool:
    """Another program, in the tool's environment."""
    return Tool(program, tool.home, tool.logs, tool.environment)


def configure(source: Path, build: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return run("cmake", "-G", "Ninja", "-S", source, "-B", build, *options)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the build under test was installed."""
    staging = tmp_path_factory.mktemp("staging")
    output_of("cmake", "--install", built.BUILD, "--prefix", f"/{PREFIX}", DESTDIR=str(staging))
    return staging / PREFIX


@dataclass(frozen=True)
class Consumer:
    name: str
    source: Path
    build: Path

    def headers(self) -> set[Path]:
        """All that its compiler read. From 3.27 on CMake notes what the linker read, too."""
        listed = output_of("ninja", "-C", self.build, "-t", "deps").splitlines()
        read = {self.build / line.strip() for line in listed if line.startswith(" ")}
        return {path for path in read if path.suffix == ".h"}


@pytest.fixture(scope="module", params=["add_subdirectory", "find_package"])
def consumer(
    request: pytest.FixtureRequest, installed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Consumer:
    """The project, copied to where nothing of ours is above it, and built where a compiler cache
    knows the library's files from other clones."""
    source = shutil.copytree(PROJECT, tmp_path_factory.mktemp("consumer") / "source")
    build = built.BUILD / "consumer" / request.param
    shutil.rmtree(build, ignore_errors=True)
    library = {
        "add_subdirectory": f"-DARDOQ_SOURCE={built.ROOT}",
        "find_package": f"-DCMAKE_PREFIX_PATH={installed}",
    }[request.param]
    flags = (f"-DCMAKE_C_FLAGS={FLAGS}", f"-DCMAKE_CXX_FLAGS={FLAGS}")
    done = configure(source, build, library, *flags)
    assert (done.returncode, done.stderr) == (0, "")
    output_of("cmake", "--build", build)
    return Consumer(request.param, source, build)


def test_its_own_host_test_passes_on_the_fake_port(consumer: Consumer) -> None:
    output = output_of("ctest", "--test-dir", consumer.build, "--output-on-failure")
    assert "100% tests passed, 0 tests failed out of 1" in output


def test_it_reports_to_ardoq(consumer: Consumer, ask: Tool) -> None:
    """With the settings that the tool has stored: they share the store."""
    serial = f"PUMP-{consumer.name}"
    expect_success(ask.run_for_text("config", "set", "serial", serial))
    program = replace_program(ask, consumer.build / "pump_controller")
    created, updated = program.run_for_text(), program.run_for_text()
    expect_success(created)
    assert re.fullmatch(r"ardoq-device [0-9.]+\ncreated: [0-9a-f]{24}\n", created.out)
    assert updated.out == created.out.replace("created", "updated")
    assert f'"Pump controller 2 {serial}"' in ask.run("request", "GET", "/api/v2/components").out


def test_without_a_token_it_says_so(consumer: Consumer, tool: Tool) -> None:
    result = replace_program(tool, consumer.build / "pump_controller").run_for_text()
    assert result.code == 1
    assert "\nTOKEN_MISSING: " in result.out


def test_its_part_in_cpp_runs(consumer: Consumer) -> None:
    assert output_of(consumer.build / "show_error") == "TOKEN_MISSING\n"


def test_the_sizes_are_those_of_the_library(consumer: Consumer) -> None:
    """Its own where the library is part of the project; else those the library was built with."""
    [header] = {path for path in consumer.headers() if path.name == "sdkconfig.h"}
    defaults = (consumer.source / "ardoq.defaults").read_text("utf-8")
    own = re.search("BUFFER_SIZE=([0-9]+)", defaults)[1]
    size = own if consumer.name == "add_subdirectory" else built.number("BUFFER_SIZE")
    assert f"#define CONFIG_ARDOQ_BUFFER_SIZE {size}\n" in header.read_text("utf-8")


def test_an_installation_needs_nothing_of_the_source(consumer: Consumer, installed: Path) -> None:
    of_the_source = [path for path in consumer.headers() if path.is_relative_to(built.ROOT)]
    assert bool(of_the_source) == (consumer.name == "add_subdirectory")
    for path in installed.rglob("*.cmake"):
        assert str(built.ROOT) not in path.read_text("utf-8"), path


def test_the_unit_is_installed_where_systemd_looks(installed: Path) -> None:
    assert (installed / "lib/systemd/system/ardoq.service").is_file()


def test_what_belongs_to_the_tool_is_installed(installed: Path) -> None:
    share = installed / "share"
    page = (share / "man/man1/ardoq.1").read_text("utf-8")
    assert page == output_of(installed / "bin" / "ardoq", "help", "--man")
    assert (share / "bash-completion/completions/ardoq").is_file()
    assert (share / "zsh/site-functions/_ardoq").is_file()


def test_the_installed_tool_runs(installed: Path) -> None:
    assert output_of(installed / "bin" / "ardoq", "--version").startswith("ardoq ")


# ---- What find_package refuses -------------------------------------------------------------------


def refusal(folder: Path, installed: Path, request: str, *options: str) -> str:
    text = f"cmake_minimum_required(VERSION 3.16)\nproject(p C)\nfind_package(ardoq {request})\n"
    (folder / "CMakeLists.txt").write_text(text)
    done = configure(folder, folder / "build", f"-DCMAKE_PREFIX_PATH={installed}", *options)
    assert done.returncode == 1
    return " ".join(done.stderr.split())


def test_another_minor_version_is_refused(installed: Path, tmp_path: Path) -> None:
    assert "requested version" in refusal(tmp_path, installed, "0.0 REQUIRED")


def test_another_mbedtls_is_refused(installed: Path, tmp_path: Path) -> None:
    """A client holds its structures, which differ between series."""
    prefix = tmp_path / "other"
    files = {
        "include/mbedtls/ssl.h": "",
        "include/mbedtls/build_info.h": '#define MBEDTLS_VERSION_STRING "9.8.7"\n',
        **{f"lib/lib{name}.a": "" for name in ("mbedtls", "mbedx509", "mbedcrypto")},
    }
    for name, text in files.items():
        (prefix / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / name).write_text(text)
    told = refusal(tmp_path, installed, "REQUIRED", f"-DARDOQ_MBEDTLS={prefix}")
    assert "ardoq was built with mbedTLS" in told
    assert "has 9.8: set ARDOQ_MBEDTLS" in told


def test_a_missing_mbedtls_is_named(installed: Path, tmp_path: Path) -> None:
    told = refusal(tmp_path, installed, "REQUIRED", f"-DARDOQ_MBEDTLS={tmp_path}")
    assert "MBEDTLS_INCLUDE_DIR" in told
    assert "install libmbedtls-dev" in told


# ---- pkg-config, and an sdkconfig.h of the program -----------------------------------------------

PROGRAM = """\
#include <stdio.h>

#include "ardoq/reporter.h"

static ardoq_reporter_t reporter;

int main(void)
{
    printf("%s\\n", ardoq_err_name(ardoq_reporter_open(&reporter)));
    return 0;
}
"""


def flags_of(installed: Path, *options: str) -> list[str]:
    [folder] = {path.parent for path in installed.rglob("ardoq.pc")}
    return output_of("pkg-config", *options, "ardoq", PKG_CONFIG_PATH=str(folder)).split()


@pytest.mark.parametrize("options", [("--cflags", "--libs"), ("--cflags", "--libs", "--static")])
def test_pkg_config_says_how_a_program_is_compiled(
    installed: Path, tmp_path: Path, options: tuple[str, ...], tool: Tool
) -> None:
    (tmp_path / "program.c").write_text(PROGRAM)
    program = tmp_path / "program"
    output_of("cc", "-Wall", "-Werror", tmp_path / "program.c", *flags_of(installed, *options), "-o", program)
    assert replace_program(tool, program).run_for_text().out == "TOKEN_MISSING\n"


def test_pkg_config_has_the_version(installed: Path) -> None:
    assert flags_of(installed, "--modversion") == [
        re.search("ardoq ([0-9.]+)", output_of(installed / "bin" / "ardoq", "--version"))[1]
    ]


def compile_with(folder: Path, installed: Path, sdkconfig: str, compiler: str = "cc", text: str = PROGRAM) -> str:
    """What the compiler says when another sdkconfig.h is the first on its path."""
    (folder / "sdkconfig.h").write_text(sdkconfig)
    program = folder / ("program.c" if compiler == "cc" else "program.cpp")
    program.write_text(text)
    done = run(compiler, "-Wall", "-Wextra", "-fsyntax-only", f"-I{folder}",
               *flags_of(installed, "--cflags"), program)
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    return done.stderr


def test_the_same_values_are_taken(installed: Path, tmp_path: Path) -> None:
    other_text = re.sub('HOST "[^"]*"', 'HOST "acme.example"', built.sdkconfig())
    for text in (built.sdkconfig(), other_text):
        assert compile_with(tmp_path, installed, text) == ""


@pytest.mark.parametrize("compiler", ["cc", "c++"])
@pytest.mark.parametrize("change, refused", [
    (("BUFFER_SIZE [0-9]+", "BUFFER_SIZE 2048"), "CONFIG_ARDOQ_BUFFER_SIZE: .* was built with [0-9]+;"),
    ((".*CONFIG_ARDOQ_LINK_SIZE.*", ""), "CONFIG_ARDOQ_LINK_SIZE: .* was built with [0-9]+;"),
    ((".*CONFIG_ARDOQ_PINS .*", ""), "CONFIG_ARDOQ_PINS: .* was built with it;"),
    (("^", "#define CONFIG_ARDOQ_LOG_LEVEL_NONE 1\n"), "CONFIG_ARDOQ_LOG_LEVEL_NONE: .* was built without it;"),
])
def test_other_values_are_refused(
    installed: Path, tmp_path: Path, compiler: str, change: tuple[str, str], refused: str
) -> None:
    said = compile_with(tmp_path, installed, re.sub(*change, built.sdkconfig(), count=1), compiler)
    assert re.search(f'#error "{refused} take CONFIG_ARDOQ_... out of your sdkconfig.h', said), said
    assert said.count("error: #error") == said.count("error:"), said


def test_an_sdkconfig_that_was_included_before_is_seen(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own_sdkconfig.h").write_text("#define CONFIG_ARDOQ_BUFFER_SIZE 2048\n")
    text = '#include "own/own_sdkconfig.h"\n' + PROGRAM
    assert "CONFIG_ARDOQ_BUFFER_SIZE: " in compile_with(tmp_path, installed, "", text=text)


def test_an_sdkconfig_that_is_not_about_ardoq_is_none_of_ours(installed: Path, tmp_path: Path) -> None:
    assert compile_with(tmp_path, installed, "#define CONFIG_LOG_LEVEL 3\n") == ""


def test_headers_of_another_mbedtls_are_refused(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mbedtls").mkdir()
    (tmp_path / "mbedtls/version.h").write_text(
        "#define MBEDTLS_VERSION_MAJOR 9\n#define MBEDTLS_VERSION_MINOR 8\n")
    assert "the installed library ardoq was built with mbedTLS" in compile_with(tmp_path, installed, "")
