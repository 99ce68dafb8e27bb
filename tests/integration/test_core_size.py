"""Each rule of core_size.py: a small core keeps it, and one that breaks it is found."""

from pathlib import Path

import pytest

import core_size
from call_graph import deepest_chains, depth
from core_size import CEILINGS, FLAGS, Compiler, ceiling_faults, functions_of, growth
from size_table import parse, table

# In the programs below `call` points to step_*, and outside() calls back_* back.
POINTERS = {"call": ("some.c:step_*",)}
CALLED_BACK = {"outside": ("some.c:back_*",)}

# FUNCTION(name, bytes of its frame at least, what it does)
HEAD = """
#define FUNCTION(name, bytes, body) __attribute__((noinline)) static int name(int *p) \\
    { volatile int frame[(bytes) / 4] = {*p}; body; return frame[1]; }
void outside(int (*back)(int *p), int *p);
int ardoq_a(int *p);
"""
POINTER = "static const struct { int (*call)(int *p); } steps[] = {{step_a}, {step_b}};\n"


@pytest.fixture
def compiler(tmp_path: Path) -> Compiler:
    flags = [*FLAGS.split(), "-mcpu=cortex-m3", "-mthumb"]
    return Compiler("arm-none-eabi-", flags, tmp_path)


def compiled(compiler: Compiler, code: str) -> Path:
    source = compiler.folder / "some.c"
    source.write_text(f"{HEAD}{code}\n")
    return compiler.compile(source, compiler.folder, "some")


def chain(compiler: Compiler, code: str) -> tuple[str, int, list[str]]:
    """The deepest chain from ardoq_a(), its bytes, and what is wrong."""
    functions, faults = functions_of(compiler, [compiled(compiler, code)], POINTERS, CALLED_BACK)
    chains, recursion = deepest_chains(functions)
    names = chains["ardoq_a"]
    return " ".join(names), depth(functions, names), faults + recursion


# ---- Stack ---------------------------------------------------------------------------------------


def test_the_deepest_of_the_calls_counts(compiler: Compiler) -> None:
    names, size, faults = chain(compiler, """
        FUNCTION(leaf, 100, *p = 1)
        FUNCTION(short_chain, 120, *p = 2)
        FUNCTION(long_chain, 80, *p += leaf(p))
        int ardoq_a(int *p) { return short_chain(p) + long_chain(p); }""")
    assert (names, faults) == ("ardoq_a some.c:long_chain some.c:leaf", [])
    assert 180 <= size < 280


def test_a_pointer_reaches_what_the_table_says(compiler: Compiler) -> None:
    names, _, faults = chain(compiler, f"""
        FUNCTION(step_a, 200, *p = 1)
        FUNCTION(step_b, 80, *p = 2)
        {POINTER}
        int ardoq_a(int *p) {{ return steps[*p].call(p) + 1; }}""")
    assert (names, faults) == ("ardoq_a some.c:step_a", [])


def test_what_is_called_back_counts(compiler: Compiler) -> None:
    names, _, faults = chain(compiler, """
        FUNCTION(back_a, 80, *p = 1)
        int ardoq_a(int *p) { outside(back_a, p); return 1; }""")
    assert (names, faults) == ("ardoq_a some.c:back_a", [])


def test_a_pointer_that_no_table_names_is_found(compiler: Compiler) -> None:
    _, _, faults = chain(compiler, """
        struct some { int (*other)(int *p); };
        int ardoq_b(const struct some *some, int *p);
        int ardoq_b(const struct some *some, int *p) { return some->other(p) + 1; }
        int ardoq_a(int *p) { return *p; }""")
    assert faults == ["ardoq_b: calls through other, and no table says what that reaches"]


def test_a_function_that_nobody_is_known_to_call_is_found(compiler: Compiler) -> None:
    _, _, faults = chain(compiler, """
        FUNCTION(forgotten, 80, *p = 1)
        int ardoq_a(int *p) { outside(forgotten, p); return 1; }""")
    assert faults == ["some.c:forgotten: its address is taken, and no table says who calls it"]


def test_recursion_is_found(compiler: Compiler) -> None:
    _, _, faults = chain(compiler, """
        FUNCTION(leaf, 80, if (*p) { *p -= ardoq_a(p); })
        int ardoq_a(int *p) { return leaf(p) + 1; }""")
    assert faults == ["recursion: ardoq_a -> some.c:leaf -> ardoq_a"]


def test_recursion_through_a_pointer_is_found(compiler: Compiler) -> None:
    _, _, faults = chain(compiler, f"""
        FUNCTION(step_a, 80, *p = ardoq_a(p))
        FUNCTION(step_b, 80, *p = 2)
        {POINTER}
        int ardoq_a(int *p) {{ return steps[*p].call(p) + 1; }}""")
    assert len(faults) == 1
    assert faults[0].startswith("recursion: ")


def test_a_frame_without_a_fixed_size_is_found(compiler: Compiler) -> None:
    with pytest.raises(ValueError, match="ardoq_a: the size of its frame is dynamic"):
        chain(compiler, """
            int ardoq_a(int *p) { int list[*p]; outside(0, list); return list[0]; }""")


# ---- Objects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("static int n; int ardoq_a(int *p) { return n += *p; }", ".bss"),
        ("static int n = 5; int ardoq_a(int *p) { return n += *p; }", ".data"),
        ("void *malloc(__SIZE_TYPE__ size); int ardoq_a(int *p) { return *(int *)malloc(*p); }",
         "needs malloc"),
        ("double strtod(const char *, char **); int ardoq_a(int *p) "
         "{ return strtod((char *)p, 0) > 1; }", "needs strtod"),
    ],
)
def test_what_no_object_may_have_is_found(compiler: Compiler, code: str, fault: str) -> None:
    assert any(fault in found for found in compiler.faults(compiled(compiler, code)))


def test_text_holds_constants(compiler: Compiler) -> None:
    function = "int ardoq_a(int *p) { return *p; }"
    [small] = compiler.text([compiled(compiler, function)])
    [large] = compiler.text([compiled(compiler, f"{function} const int ardoq_b[100] = {{1}};")])
    assert large - small == 400


# ---- The table -----------------------------------------------------------------------------------


def test_a_table_can_be_read_again() -> None:
    figures = {"some": {"text: a": 1234, "text: b": 0}, "other": {"text: b": 5}}
    text = f"| Other | Table |\n| --- | ---: |\n| a | 1 |\n\n{table('gcc 1', figures)}"
    assert parse(text) == ("gcc 1", figures)
    assert parse(core_size.document(text, table("gcc 2", {"some": {"text: a": 1}}))) == (
        "gcc 2", {"some": {"text: a": 1}})


def test_growth_is_found_and_shrinking_is_not() -> None:
    before = {"some": {"a": 10, "b": 10, "c": 10}}
    after = {"some": {"a": 11, "b": 10, "c": 9, "d": 1}}
    assert list(growth(before, after)) == [
        "some: a is 11, and 10 in the table",
        "some: d is 1, and not in the table",
    ]


def test_a_ceiling_is_kept() -> None:
    at_most = {"Cortex-M3": dict(CEILINGS), "RV32IMC": dict(CEILINGS)}
    assert list(ceiling_faults(at_most)) == []
    above = {name: {row: size + 1 for row, size in CEILINGS.items()} for name in at_most}
    # Those of text are meant for the first only.
    assert len(list(ceiling_faults(above))) == 2 * len(CEILINGS) - 2
