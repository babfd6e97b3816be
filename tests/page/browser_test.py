#!/usr/bin/env python3
"""browser_test.py GPUWHY: the pages in a real browser (headless Chromium through Playwright): nothing leaves, contrast, keyboard, width.
Not part of `make test`: it needs a browser of some 400 MB. `make page-proof` installs that and runs it."""
import os
import sys
import tempfile
import unittest

from playwright.sync_api import sync_playwright

import pages

GPUWHY = os.path.abspath(sys.argv.pop(1))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

# Contrast of each text against what is painted below it (WCAG 2.2, 1.4.3: 4.5 to 1; large text 3 to 1). Our grounds are opaque.
CONTRAST = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const v = c.slice(0, 3).map(x => { x /= 255; return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c; if (c[3] > 0) throw new Error('a ground that lets through'); } return [255, 255, 255]; };
  const bad = []; let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    if (!node.data.trim() || e.closest('script,style')) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    seen++;
    if (ratio < (large ? 3 : 4.5)) bad.push([node.data.trim().slice(0, 40), ratio.toFixed(2)]);
  }
  return [seen, bad];
}"""


class InBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.files = {}
        for name, page in pages.make(GPUWHY):
            cls.files[name] = os.path.join(cls.folder.name, name + ".html")
            with open(cls.files[name], "wb") as file:
                file.write(page)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.getuid() == 0 else [])
        cls.addClassCleanup(cls.browser.close)

    def open(self, name, **options):
        context = self.browser.new_context(**options)
        self.addCleanup(context.close)
        tab = context.new_page()
        self.asked, self.said = [], []
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.on("console", lambda message: self.said.append(message.text))
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("dialog", lambda dialog: self.said.append(dialog.message))
        tab.goto("file://" + self.files[name])
        return tab

    def unfold(self, tab):
        tab.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")

    def test_no_request_leaves_and_the_console_stays_silent(self):
        for name in self.files:
            tab = self.open(name)
            self.unfold(tab)
            tab.wait_for_timeout(200)
            self.assertEqual(self.asked, ["file://" + self.files[name]])
            self.assertEqual(self.said, [], name)

    def test_a_page_works_without_script(self):
        tab = self.open("check-fails", java_script_enabled=False)
        tab.get_by_text("Evidence (").first.click()
        self.assertTrue(tab.locator("details table").first.is_visible())

    def test_every_text_has_the_contrast_of_AA_in_light_and_dark(self):
        for name in self.files:
            for scheme in ("light", "dark"):
                tab = self.open(name, color_scheme=scheme)
                self.unfold(tab)
                seen, bad = tab.evaluate(CONTRAST)
                self.assertGreater(seen, 5, name)
                self.assertEqual(bad, [], (name, scheme))

    def test_the_check_of_contrast_finds_a_pale_text(self):
        tab = self.open("check-fails", color_scheme="light")
        tab.evaluate("document.querySelector('h1').style.color = '#bbb'")
        self.assertNotEqual(tab.evaluate(CONTRAST)[1], [])

    def test_nothing_is_wider_than_the_window(self):
        for name in self.files:
            for width in (320, 400, 700, 1000, 1920):
                tab = self.open(name, viewport={"width": width, "height": 800})
                self.unfold(tab)
                self.assertLessEqual(tab.evaluate("document.documentElement.scrollWidth"), width, (name, width))
                wide = tab.evaluate("""() => [...document.body.querySelectorAll('*')].filter(e => !e.matches('.skip, script') &&
                    (e.getBoundingClientRect().right > innerWidth + 1 || (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
                     && e.clientWidth > 0))).map(e => e.tagName + '.' + e.className)""")
                self.assertEqual(wide, [], (name, width))

    def test_the_keyboard_goes_down_the_page_in_the_order_of_reading(self):
        for name in ("check-fails", "diff"):
            tab = self.open(name, viewport={"width": 1200, "height": 800})
            expected = tab.evaluate("document.querySelectorAll('a, summary').length - document.querySelectorAll('details:not([open]) details').length")
            stops = []
            for _ in range(expected):
                tab.keyboard.press("Tab")
                stops.append(tab.evaluate("""() => { const e = document.activeElement, s = getComputedStyle(e);
                    return [e.tagName, e.textContent.slice(0, 30), e.getBoundingClientRect().top + scrollY, s.outlineStyle]; }"""))
            self.assertEqual(stops[0][0], "A", stops)
            self.assertTrue(all(stop[0] == "SUMMARY" for stop in stops[1:]), stops)
            tops = [stop[2] for stop in stops[1:]]
            self.assertEqual(tops, sorted(tops))
            self.assertTrue(all(stop[3] == "solid" for stop in stops), stops)

    def test_the_skip_link_leads_to_the_answer_and_enter_unfolds(self):
        tab = self.open("check-fails")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        self.assertEqual(tab.evaluate("document.activeElement.id"), "answer")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        self.assertTrue(tab.evaluate("document.activeElement.parentElement.open"))

    def test_a_screen_reader_finds_landmarks_and_headings(self):
        tab = self.open("diff")
        for role in ("banner", "main", "contentinfo"):
            self.assertEqual(tab.get_by_role(role).count(), 1, role)
        self.assertEqual(tab.get_by_role("heading", level=1).count(), 1)
        self.assertEqual(tab.get_by_role("region", name="The two stacks").count(), 1)
        self.assertGreaterEqual(tab.get_by_role("rowheader").count(), 9)
        self.assertEqual(tab.get_by_role("columnheader", name="Layer").count(), 1)

    def test_the_stack_stands_on_the_hardware(self):
        tab = self.open("check-fails")
        tops = tab.evaluate("[...document.querySelectorAll('.stack .layer')].map(e => [e.textContent, e.getBoundingClientRect().top])")
        self.assertEqual(max(tops, key=lambda entry: entry[1])[0], "hardware")
        self.assertEqual(tab.locator(".rung.break .layer").all_text_contents(), ["allocation"])

    def test_paper_shows_what_is_folded(self):
        tab = self.open("check-fails")
        tab.emulate_media(media="print")
        self.assertGreater(tab.evaluate("document.querySelector('details table').getBoundingClientRect().height"), 10)


if __name__ == "__main__":
    unittest.main()
