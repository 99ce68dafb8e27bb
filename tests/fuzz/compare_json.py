#!/usr/bin/python3
"""Compares the validator and the reader with Python's json module.

Documents are the files of the given folders (each also without its first lines, where some targets
have options), and mutations of them, the same in each run. Both must accept the same ones, for the
same reason where Python tells it, and read the same values out of them.
"""

import argparse
import json
import pathlib
import random
import re
import struct
import subprocess
import sys

DEPTH_MAX = 32
FRAGMENTS = [
    *(bytes([c]) for c in b'{}[]",:\\ \t\n\r\f\0/-+.eE019aux\x1f\x7f'),
    *(b"true", b"false", b"null", b"NaN", b"Infinity", b"-0", b"1e5", b"-0.5E+7", b"01", b'""'),
    *(b"\\u0041", b"\\u0000", b"\\ud83d\\ude00", b"\\ud800", b"\\udc00", b"\\udc00\\udc00"),
    *(b"\\u00G0", b"\\x", b"\\n"),
    *(b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xff", b"\xed\xa0\x80", b"\xc0\x80"),
    *(b"9223372036854775807", b"-9223372036854775808", b"9223372036854775808", b"\xef\xbb\xbf"),
    *(b'{"":', b"[[[[[[[[", b"]]]]]]]]"),
]


class Number(str):
    """A number as it is in the text."""


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def words_of_string(text):
    """C text holds no NUL, and UTF-8 no half of a surrogate pair: U+FFFD is in their place."""
    return "s" + re.sub("[\0\ud800-\udfff]", "\ufffd", text).encode().hex()


def words_of_number(text):
    if not re.fullmatch("-?[0-9]+", text):
        return "n"
    return f"i{int(text)}" if len(text) < 21 and -(2**63) <= int(text) < 2**63 else "r"


def words(value):
    """What json_verdicts prints of a value, word by word."""
    if isinstance(value, Number):
        yield words_of_number(value)
    elif isinstance(value, str):
        yield words_of_string(value)
    elif isinstance(value, tuple):
        yield "o"
        for key, member in value:
            yield words_of_string(key)
            yield from words(member)
    elif isinstance(value, list):
        yield "a"
        for element in value:
            yield from words(element)
    else:
        yield {True: "t", False: "f", None: "z"}[value]


def depth(value):
    if isinstance(value, str) or not isinstance(value, (tuple, list)):
        return 0
    inner = [member for _, member in value] if isinstance(value, tuple) else value
    return 1 + max(map(depth, inner), default=0)


def expected(raw):
    """A pattern of the line that json_verdicts must print."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "JSON_(UTF8|INVALID|TOO_DEEP)"
    try:
        value = json.loads(
            text,
            object_pairs_hook=tuple,
            parse_constant=no_constant,
            parse_int=Number,
            parse_float=Number,
        )
    except (ValueError, RecursionError):
        return "JSON_(INVALID|TOO_DEEP)"
    if depth(value) > DEPTH_MAX:
        return "JSON_TOO_DEEP"
    return re.escape(" ".join(["OK", *words(value)])) + "|OK [+]"


def documents_in(folders):
    for folder in folders:
        for path in sorted(folder.iterdir()):
            text = path.read_bytes()
            yield text
            for _ in range(2):
                text = text.partition(b"\n")[2]
                yield text


def mutated(document, others, chance):
    for _ in range(chance.choice((1, 1, 2, 3))):
        start = chance.randint(0, len(document))
        end = min(len(document), start + chance.choice((0, 0, 1, 1, 2, 5, 20)))
        middle = chance.choice(
            (b"", chance.choice(FRAGMENTS), document[start:end] * 2, chance.choice(others))
        )
        document = document[:start] + middle + document[end:]
    return document


def verdicts(program, documents):
    framed = b"".join(struct.pack(">I", len(text)) + text for text in documents)
    answer = subprocess.run([program], input=framed, stdout=subprocess.PIPE, check=True)
    lines = answer.stdout.decode().splitlines()
    if len(lines) != len(documents):
        sys.exit(f"{program} answered {len(lines)} of {len(documents)} documents")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="json_verdicts, as it was built")
    parser.add_argument("--mutations", type=int, default=0, help="how many documents to make up")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    documents = list(dict.fromkeys(documents_in(arguments.folders)))
    if not documents:
        sys.exit("there are no documents")
    chance = random.Random(1)
    short = [text for text in documents if len(text) < 400]
    documents += [mutated(chance.choice(short), short, chance) for _ in range(arguments.mutations)]
    lines = verdicts(arguments.program, documents)
    differences = 0
    for document, line in zip(documents, lines):
        pattern = expected(document)
        if not re.fullmatch(pattern, line):
            differences += 1
            print(f"{document!r}\n  is {line}\n  not {pattern}")
    valid = sum(line.startswith("OK") for line in lines)
    print(f"{len(lines)} documents, {valid} of them valid, {differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
