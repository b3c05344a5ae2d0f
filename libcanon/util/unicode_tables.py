#!/usr/bin/env python3
"""Write unicode_tables.h: letters, digits and marks, and simple lower case.

The tables are kept in the repository, so that a word is the same on every
machine whatever its locale; run this again for a newer Unicode version.
"""
import sys
import unicodedata


def is_word(c):
    # Surrogates are category Cs, so they never get in.
    return unicodedata.category(chr(c))[0] in "LNM"


def lower(c):
    if c == 0x130:  # its full form has two characters, its simple form is "i"
        return 0x69
    text = chr(c).lower()
    return ord(text) if len(text) == 1 else c


def word_ranges():
    ranges = []
    for c in range(0x80, 0x110000):
        if not is_word(c):
            continue
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return ranges


def lower_ranges():
    """[first, last, step, difference]"""
    ranges = []
    for c in range(0x80, 0x110000):
        difference = lower(c) - c
        if not difference:
            continue
        last = ranges[-1] if ranges else None
        if last and last[3] == difference:
            step = c - last[1]
            if step <= 2 and (last[0] == last[1] or last[2] == step):
                last[1] = c
                last[2] = step
                continue
        ranges.append([c, c, 1, difference])
    return ranges


def table(kind, name, rows, per_line, form):
    print(f"static const {kind} {name}[] = {{")
    for i in range(0, len(rows), per_line):
        line = " ".join(form.format(*row) for row in rows[i:i + per_line])
        print("    " + line)
    print("};")


def main():
    print("/*")
    print(f" * Made by unicode_tables.py of Unicode {unicodedata.unidata_version}.")
    print(" * Letters, digits and marks outside ASCII, and simple lower case.")
    print(" */")
    print("#ifndef CN_UNICODE_TABLES_H")
    print("#define CN_UNICODE_TABLES_H")
    print()
    print("/* clang-format off */")
    table("word_range", "word_ranges", word_ranges(), 4,
          "{{0x{:X}, 0x{:X}}},")
    print()
    table("lower_range", "lower_ranges", lower_ranges(), 2,
          "{{0x{:X}, 0x{:X}, {}, {}}},")
    print("/* clang-format on */")
    print()
    print("#endif")


if __name__ == "__main__":
    sys.exit(main())
