#!/usr/bin/env python3
"""page_test.py GPUWHY: every page is one file of strictly valid HTML, small, that names no other place and runs nothing. Standard library
only; where html5lib is installed its strict parser reads the pages too."""
import html.parser
import json
import os
import re
import sys
import unittest

import pages

GPUWHY = os.path.abspath(sys.argv.pop(1))
LARGEST = 500_000  # bytes
VOID = {"meta", "wbr"}
# Which elements may stand directly in which (HTML, "content models"); others take flow or phrasing.
ONLY_IN = {"li": {"ul", "ol"}, "tr": {"thead", "tbody"}, "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"},
           "caption": {"table"}, "summary": {"details"}, "head": {"html"}, "body": {"html"}, "title": {"head"}, "meta": {"head"}}
HOLDS_ONLY = {"ul": {"li"}, "ol": {"li"}, "tr": {"td", "th"}, "table": {"caption", "thead", "tbody"}, "thead": {"tr"}, "tbody": {"tr"}}
PHRASING = {"a", "span", "code", "strong", "wbr"}
TAKES_PHRASING = {"p", "h1", "h2", "h3", "span", "code", "strong", "pre", "summary", "a", "caption", "title"}
MEANT_FOR_LINKS = {"href", "src", "srcset", "action", "formaction", "data", "poster", "background", "cite", "ping", "manifest", "xlink:href"}


class Strict(html.parser.HTMLParser):
    """Collects what is wrong: an end without its begin, an element where none of its kind may stand, an id given twice."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.open, self.problems, self.ids, self.labels, self.elements, self.words = [], [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        values = dict(attributes)
        parent = self.open[-1] if self.open else ""
        self.elements.append((tag, values))
        if len(set(names)) != len(names):
            self.problems.append(f"<{tag}> has an attribute twice: {names}")
        for name, value in attributes:
            if name.startswith("on") or name == "style":
                self.problems.append(f"<{tag}> has {name}")
            if name in MEANT_FOR_LINKS and not (value or "").startswith("#"):
                self.problems.append(f"<{tag}> points to {value}")
        if tag in ONLY_IN and parent not in ONLY_IN[tag]:
            self.problems.append(f"<{tag}> in <{parent}>")
        if parent in HOLDS_ONLY and tag not in HOLDS_ONLY[parent]:
            self.problems.append(f"<{tag}> in <{parent}>")
        if parent in TAKES_PHRASING and tag not in PHRASING:
            self.problems.append(f"<{tag}> in <{parent}>")
        if "id" in values:
            self.ids.append(values["id"])
        self.labels += [values[name] for name in ("aria-labelledby", "aria-describedby") if name in values]
        self.labels += [values["href"][1:]] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> ends <{self.open[-1] if self.open else ''}>")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            return
        self.words.append(data)
        if self.open and self.open[-1] in HOLDS_ONLY and data.strip():
            self.problems.append(f"text in <{self.open[-1]}>: {data.strip()[:40]}")

    def handle_entityref(self, name):
        if name not in ("amp", "lt", "gt", "quot"):
            self.problems.append(f"&{name};")

    def handle_comment(self, data):
        self.problems.append(f"a comment: {data[:40]}")


def problems_of(page):
    reader = Strict()
    reader.feed(page.decode("utf-8"))
    reader.close()
    found = list(reader.problems)
    found += [f"<{tag}> is left open" for tag in reader.open]
    found += [f"id {name} twice" for name in reader.ids if reader.ids.count(name) > 1]
    found += [f"no element has the id {name}" for name in reader.labels if name not in reader.ids]
    tags = [tag for tag, _ in reader.elements]
    found += [f"{tags.count(tag)} <{tag}>" for tag in ("h1", "main", "header", "footer", "title") if tags.count(tag) != 1]
    found += [f"<script> of type {values.get('type')}" for tag, values in reader.elements if tag == "script" and values.get("type") != "application/json"]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    found += [f"a heading of level {b} under one of level {a}" for a, b in zip(levels, levels[1:]) if b > a + 1]
    return found


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = dict(pages.make(GPUWHY))

    def test_every_page_is_strictly_valid(self):
        for name, page in self.pages.items():
            self.assertEqual(problems_of(page), [], name)

    def test_html5lib_reads_every_page_without_an_error(self):
        try:
            import html5lib
        except ImportError:
            self.skipTest("html5lib is not installed; make page-proof has it")
        for name, page in self.pages.items():
            html5lib.HTMLParser(strict=True).parse(page.decode("utf-8"))
            self.assertTrue(name)

    def test_every_page_is_small(self):
        for name, page in self.pages.items():
            self.assertLess(len(page), LARGEST, name)

    def test_no_page_names_another_place_to_fetch_from(self):
        for name, page in self.pages.items():
            outside = re.sub(rb"<script.*?</script>", b"", page, flags=re.S)
            self.assertNotRegex(outside, rb"url\(|@import", name)
            self.assertIn(b"default-src 'none'", outside, name)

    def test_the_embedded_snapshots_are_json(self):
        for name, count in (("check-works", 1), ("check-fails", 1), ("diff", 2), ("explain", 0)):
            blocks = re.findall(rb'<script type="application/json" id="[a-z-]+">(.*?)</script>', self.pages[name], flags=re.S)
            self.assertEqual(len(blocks), count, name)
            for block in blocks:
                self.assertEqual(json.loads(block)["schema"], "gpuwhy.snapshot/1")

    def test_the_checker_finds_what_is_wrong(self):
        page = self.pages["check-fails"]
        for before, after in ((b"</h1>", b""), (b"<h1>", b"<h1><div>"), (b'id="stack"', b'id="answer"'), (b"<body>", b'<body onload="x()">'),
                              (b"<li", b"<p></p><li"), (b'href="#answer"', b'href="http://a.example/"'), (b"<h2", b"<h4></h4><h2")):
            self.assertIn(before, page)
            self.assertNotEqual(problems_of(page.replace(before, after, 1)), [], after)


if __name__ == "__main__":
    unittest.main()
