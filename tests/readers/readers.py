"""Files of `toolscope query --out`, opened with other people's readers: csv, openpyxl, pyarrow, poppler, LibreOffice.

    $TOOLSCOPE_PYTHON tests/readers/readers.py target/debug/toolscope

Every number of a file must equal that of `--format json`, and no name may be a formula.
"""

import csv
import datetime
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import openpyxl
import pyarrow.parquet

TOOLSCOPE = Path(sys.argv.pop(1)).resolve()
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example","x")', "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "＝1+1", "＋1+1", "－1+1", "＠SUM(1)",
]
BEFORE = ["", " ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u3000", "\ufeff", "\u200b", '"', '""', "a;", "a\t", "a\n"]
PAYLOADS = [before + formula for formula in FORMULAS for before in BEFORE]
HOSTILE = [
    "<img src=x onerror=alert(1)>", "</script><b>", "ك" * 300, "工具名称" * 80, "🚀 launch", "ünïcödé", "x" * 1024, "'quoted'",
    "a,b;c\td", 'he said "no"', "{{7*7}}", "NULL", "-5", "1e5", "TRUE", "2026-03-01", "\u202egnp.exe",
]
TRIGGERS = tuple("=+-@＝＋－＠")
SOFFICE = shutil.which("soffice")
# Any font with Hebrew and Arabic letters will do.
FONTS = ["DejaVuSans.ttf"]


def events(tools):
    """Three executions a tool, one of them failed; times and durations that are no round numbers."""
    start = datetime.datetime(2026, 3, 1, 22, 30, tzinfo=datetime.timezone.utc)
    for number, tool in enumerate(tools):
        for turn in range(3):
            time = start + datetime.timedelta(minutes=7 * number + turn, microseconds=turn)
            yield {
                "event_id": f"{number}-{turn}", "time": time.isoformat().replace("+00:00", "Z"), "tool": tool,
                "user": f"user-{number % 97}", "outcome": "failure" if turn == 2 else "success",
                "error_class": "timeout" if turn == 2 else None, "duration_ms": 10.125 * (number % 50 + 1) + turn,
            }


def write_events(path, tools):
    path.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events(tools)), encoding="utf-8")


def local_day(instant):
    """The day of an instant in Europe/Berlin in March 2026, before the clocks change."""
    return (instant + datetime.timedelta(hours=1)).date()


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def grouped(value, decimals):
    """12345.678 with at most two decimals: 12,345.68; halves away from zero, as browsers round."""
    scaled = abs(value) * 10**decimals
    scaled = int(scaled) + (scaled - int(scaled) >= 0.5)
    whole, rest = divmod(scaled, 10**decimals)
    rest = f"{rest:0{decimals}}".rstrip("0") if decimals and rest else ""
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{whole:,}" + (f".{rest}" if rest else "")


def written(value, unit):
    """A number as the page writes it in English: written anew here, from the rules and not from the code."""
    if value is None:
        return "(none)" if unit == "text" else "–"
    if isinstance(value, str):
        return value
    if unit == "ratio":
        return (grouped(min(value, 0.9999) * 100, 2) if 0.9995 <= value < 1 else grouped(value * 100, 1)) + "%"
    if unit == "ms":
        for limit, divisor, name, decimals in [(10, 1, "ms", 1), (1e3, 1, "ms", 0), (6e4, 1e3, "sec", 1), (3.6e6, 6e4, "min", 1)]:
            if value < limit:
                return f"{grouped(value / divisor, decimals)} {name}"
        return f"{grouped(value / 3.6e6, 1)} hr" if value < 1.728e8 else f"{grouped(value / 8.64e7, 1)} days"
    if unit == "count":
        decimals = 0 if value == int(value) or abs(value) >= 100 else 2 if abs(value) < 10 else 1
        return grouped(value, decimals)
    raise ValueError(unit)


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        write_events(cls.path / "hostile.ndjson", PAYLOADS + HOSTILE)
        write_events(cls.path / "plain.ndjson", [f"tool_{number}" for number in range(40)])
        write_events(cls.path / "one.ndjson", ["only"])
        write_events(cls.path / "many.ndjson", [f"tool_{number:05}" for number in range(10_000)])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def query(self, source, *arguments, expect=0):
        command = [TOOLSCOPE, "query", source, "--zone", "Europe/Berlin", *arguments]
        done = subprocess.run(command, cwd=self.path, capture_output=True)
        self.assertEqual(done.returncode, expect, done.stderr.decode())
        self.said = done.stderr.decode()
        return done.stdout

    def answer(self, source, *arguments):
        return json.loads(self.query(source, *arguments, "--format", "json"))

    BY_TOOL = ["--group-by", "tool", "--measure", "executions,success_rate,users,duration_p50,duration_mean,last_used"]
    BY_DAY = ["--group-by", "day", "--measure", "executions,failures,success_rate"]

    # CSV

    def test_x2_csv_has_the_numbers_of_the_json(self):
        table = self.answer("hostile.ndjson", *self.BY_TOOL)["tables"][0]
        for raw in (False, True):
            text = self.query("hostile.ndjson", *self.BY_TOOL, "--format", "csv", *(["--raw-text"] if raw else [])).decode()
            head, *rows = csv.reader(io.StringIO(text, newline=""))
            self.assertEqual(head, [column["name"] for column in table["columns"]])
            self.assertEqual(len(rows), len(table["rows"]))
            for row, expected in zip(rows, table["rows"]):
                if raw:
                    self.assertEqual(row[0], expected[0] or "")
                for cell, value in zip(row[1:-1], expected[1:-1]):
                    self.assertEqual(float(cell) if cell else None, value)
                self.assertEqual(row[-1], expected[-1])

    def test_a4_no_cell_of_a_csv_begins_a_formula(self):
        text = self.query("hostile.ndjson", *self.BY_TOOL, "--format", "csv").decode()
        for delimiter in ",;\t":
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                for cell in row:
                    bare = cell.strip("\ufeff\u200b\"' \t\r\n\u00a0\u3000")
                    runs = cell.startswith(TRIGGERS) or (cell[:1] != "'" and bare.startswith(TRIGGERS) and "'" not in cell)
                    # A name that is a number, and what stands behind it where commas don't cut.
                    is_number = re.match(r"[+-]?\d+(\.\d+)?(,|$)", cell)
                    self.assertFalse(runs and not is_number, repr(cell))

    def test_x2_a_zip_of_tables_has_what_the_json_has(self):
        self.query("plain.ndjson", "--dashboard", "executive", "--out", "all.zip")
        tables = {table["id"]: table for table in self.answer("plain.ndjson", "--dashboard", "executive")["tables"]}
        with zipfile.ZipFile(self.path / "all.zip") as archive:
            self.assertIsNone(archive.testzip())
            names = set(archive.namelist())
            self.assertEqual(names, {f"{name}.csv" for name in tables} | {"about.txt", "provenance.json"})
            for name, table in tables.items():
                text = archive.read(f"{name}.csv").decode("utf-8-sig")
                _, *rows = csv.reader(io.StringIO(text, newline=""))
                self.assertEqual(len(rows), len(table["rows"]), name)
            about = json.loads(archive.read("provenance.json"))
            self.assertTrue(about["definitions"]["success_rate"]["definition"])

    # Excel

    def sheets(self, name):
        return openpyxl.load_workbook(self.path / name)

    def test_x4_excel_has_typed_cells_with_the_numbers_of_the_json(self):
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "tools.xlsx")
        table = self.answer("hostile.ndjson", *self.BY_TOOL)["tables"][0]
        book = self.sheets("tools.xlsx")
        self.assertEqual(book.sheetnames[0], "About")
        sheet = book.worksheets[1]
        rows = list(sheet.iter_rows(min_row=2, max_row=1 + len(table["rows"])))
        for row, expected in zip(rows, table["rows"]):
            tool, *numbers, last = row
            # XML has one line end; controls are kept as Excel keeps them.
            self.assertEqual(tool.data_type, "s", repr(tool.value))
            plain = lambda text: (text or "").replace("_x000D_", "\r").replace("\r\n", "\n").replace("\r", "\n")
            self.assertEqual(plain(tool.value), plain(expected[0]))
            self.assertEqual([cell.value for cell in numbers], expected[1:-1])
            self.assertTrue(all(cell.data_type == "n" for cell in numbers))
            self.assertEqual(last.data_type, "d")
            wanted = instant(expected[-1]).replace(tzinfo=None) + datetime.timedelta(hours=1)
            self.assertLess(abs(last.value - wanted), datetime.timedelta(milliseconds=2))
        formats = [cell.number_format for cell in rows[0]]
        self.assertEqual(formats[1:3], ["#,##0", "0.0%"])
        self.assertIn("ms", formats[6])
        self.assertEqual(sheet.freeze_panes, "B2")
        self.assertEqual(sheet.auto_filter.ref, f"A1:I{1 + len(table['rows'])}")
        self.assertGreater(sheet.column_dimensions["A"].width, 20)
        totals = next(sheet.iter_rows(min_row=2 + len(table["rows"])))
        self.assertEqual([totals[0].value, totals[1].value], ["All", table["totals"][1]])

    def test_x4_raw_events_are_rows_of_a_sheet_and_none_is_a_formula(self):
        lines = self.query("hostile.ndjson", "--events", "--format", "ndjson").decode().splitlines()
        self.query("hostile.ndjson", "--events", "--out", "events.xlsx")
        sheet = self.sheets("events.xlsx").worksheets[1]
        heads = [cell.value for cell in sheet[1]]
        rows = list(sheet.iter_rows(min_row=2))
        self.assertEqual((sheet.title, len(rows)), ("Raw events", len(lines)))
        tool, duration, time = (heads.index(name) for name in ("Tool", "Duration", "Time"))
        plain = lambda text: (text or "").replace("_x000D_", "\r").replace("\r\n", "\n").replace("\r", "\n")
        for row, event in zip(rows, map(json.loads, lines)):
            self.assertNotIn("f", [cell.data_type for cell in row])
            self.assertEqual(plain(row[tool].value), plain(event.get("tool")))
            self.assertEqual(row[duration].value, event.get("duration_ms"))
            wanted = instant(event["time"]).astimezone(datetime.timezone.utc).replace(tzinfo=None)
            self.assertLess(abs(row[time].value - wanted), datetime.timedelta(hours=3))

    def test_a4_no_cell_of_a_workbook_is_a_formula(self):
        self.query("hostile.ndjson", "--dashboard", "executive", "--out", "hostile.xlsx")
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "tools.xlsx")
        for name in ("hostile.xlsx", "tools.xlsx"):
            for sheet in self.sheets(name).worksheets:
                for row in sheet.iter_rows():
                    for cell in row:
                        self.assertNotEqual(cell.data_type, "f", (sheet.title, cell.coordinate))
            with zipfile.ZipFile(self.path / name) as archive:
                for part in archive.namelist():
                    self.assertNotIn(b"<f>", archive.read(part), part)
        # Whoever edits such a cell must not make a formula of it either.
        formulas = [row[0] for row in self.sheets("tools.xlsx").worksheets[1].iter_rows(min_row=2) if row[0].value and str(row[0].value).startswith("=")]
        self.assertTrue(formulas and all(cell.quotePrefix for cell in formulas))

    def test_a4_libreoffice_finds_no_formula_among_the_payloads(self):
        def formulas(name, *filters):
            folder = self.path / "office"
            home = f"-env:UserInstallation=file://{self.path}/office-home"
            command = [SOFFICE, home, "--headless", *filters, "--convert-to", "fods", "--outdir", folder, self.path / name]
            subprocess.run(command, check=True, capture_output=True, timeout=180)
            return len(re.findall("table:formula=", (folder / name).with_suffix(".fods").read_text()))

        # Separator, quotes, UTF-8, from the first row on, English; numbers are looked for, and formulas are run.
        strict = "--infilter=CSV:44,34,76,1,,1033,false,true,false,false,false,-1,true"
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "office-raw.csv", "--raw-text")
        self.assertGreater(formulas("office-raw.csv", strict), 0, "names as they are would run")
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "office.csv")
        self.assertEqual(formulas("office.csv", strict), 0)
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "office.xlsx")
        self.assertEqual(formulas("office.xlsx"), 0)

    def test_x4_days_are_dates_and_the_first_sheet_says_where_the_numbers_come_from(self):
        filters = ["--where", "outcome=success,failure", "--range", "2026-03"]
        self.query("plain.ndjson", *self.BY_DAY, *filters, "--out", "days.xlsx")
        answer = self.answer("plain.ndjson", *self.BY_DAY, *filters)
        book = self.sheets("days.xlsx")
        days = [row[0].value.date().isoformat() for row in book.worksheets[1].iter_rows(min_row=2) if row[0].value != "All"]
        self.assertEqual(days, [row[0] for row in answer["tables"][0]["rows"]])
        about = {row[0].value: row[1].value for row in book["About"].iter_rows(min_row=1)}
        self.assertEqual(about["Fingerprint of the data"], answer["provenance"]["fingerprint"])
        self.assertEqual(about["Time zone"], "Europe/Berlin")
        self.assertEqual(about["Filters"], "Outcome is failure or success")
        self.assertEqual(about["Exactness"], "Exact")
        self.assertIn("1 Mar 2026, 00:00", about["Period"])
        texts = [cell.value for row in book["About"].iter_rows() for cell in row if cell.value]
        self.assertIn(answer["definitions"]["success_rate"]["definition"], texts)
        self.assertEqual(book.properties.creator, "Toolscope")

    def test_x4_sheets_of_a_dashboard_have_valid_and_unique_names(self):
        for dashboard in ("executive", "tools", "users", "workspaces", "clients"):
            self.query("plain.ndjson", "--dashboard", dashboard, "--out", "all.xlsx")
            names = self.sheets("all.xlsx").sheetnames
            tables = self.answer("plain.ndjson", "--dashboard", dashboard)["tables"]
            self.assertEqual(len(names), len(tables) + 1)
            self.assertEqual(len({name.lower() for name in names}), len(names))
            self.assertTrue(all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names), names)

    # Parquet

    def test_x4_parquet_has_types_and_its_provenance(self):
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "tools.parquet")
        answer = self.answer("hostile.ndjson", *self.BY_TOOL)
        table, read = answer["tables"][0], pyarrow.parquet.read_table(self.path / "tools.parquet")
        self.assertEqual(read.column_names, [column["name"] for column in table["columns"]])
        types = [str(field.type) for field in read.schema]
        self.assertEqual(types, ["string", "int64"] + ["double"] * 3 + ["int64", "double", "double", "timestamp[us, tz=UTC]"])
        for row, expected in zip(read.to_pylist(), table["rows"]):
            *values, last = row.values()
            self.assertEqual(values, expected[:-1])
            self.assertEqual(last, instant(expected[-1]))
        metadata = pyarrow.parquet.read_metadata(self.path / "tools.parquet").metadata
        known = {key.decode(): value.decode() for key, value in metadata.items()}
        self.assertEqual(json.loads(known["toolscope.question"]), answer["question"])
        self.assertEqual(json.loads(known["toolscope.provenance"])["fingerprint"], answer["provenance"]["fingerprint"])
        self.assertEqual(json.loads(known["toolscope.definitions"]), answer["definitions"])
        self.query("plain.ndjson", *self.BY_DAY, "--out", "days.parquet")
        days = pyarrow.parquet.read_table(self.path / "days.parquet").column("day").to_pylist()
        self.assertEqual([day.isoformat() for day in days], [row[0] for row in self.answer("plain.ndjson", *self.BY_DAY)["tables"][0]["rows"]])

    # PDF

    def poppler(self, program, name, *arguments):
        return subprocess.run([program, *arguments, self.path / name, *(["-"] if program == "pdftotext" else [])],
                              capture_output=True, check=True).stdout.decode()

    def test_x3_poppler_finds_every_number_of_the_tables(self):
        for paper, size in (("a4", (595, 842)), ("letter", (612, 792))):
            self.query("plain.ndjson", *self.BY_TOOL, "--out", "tools.pdf", "--page", paper)
            self.assertEqual(self.said.count("\n"), 1, self.said)
            table = self.answer("plain.ndjson", *self.BY_TOOL)["tables"][0]
            lines = [" ".join(line.split()) for line in self.poppler("pdftotext", "tools.pdf", "-layout").splitlines()]
            for row in table["rows"]:
                # The bounds of intervals are in the other files.
                told = [(value, column["unit"]) for value, column in zip(row[:-1], table["columns"]) if column["name"][-4:] not in ("_low", "high")]
                cells = [written(value, unit) for value, unit in told]
                last = instant(row[-1]) + datetime.timedelta(hours=1)
                cells.append(f"{last.day} {last:%b %Y, %H:%M}")
                self.assertIn(" ".join(cells), lines)
            media = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", self.poppler("pdfinfo", "tools.pdf"))
            self.assertEqual((round(float(media[1])), round(float(media[2]))), size)

    def test_x3_a_dashboard_has_vector_charts_embedded_fonts_contents_and_page_numbers(self):
        self.query("plain.ndjson", "--dashboard", "executive", "--out", "all.pdf")
        answer = self.answer("plain.ndjson", "--dashboard", "executive")
        self.assertEqual(len(self.poppler("pdfimages", "all.pdf", "-list").splitlines()), 2, "no picture")
        fonts = self.poppler("pdffonts", "all.pdf").splitlines()[2:]
        self.assertTrue(fonts)
        for font in fonts:
            name, embedded, subset, unicode_map = font.split()[0], *font.split()[-5:-2]
            self.assertRegex(name, r"^[A-Z]{6}\+Inter")
            self.assertEqual((embedded, subset, unicode_map), ("yes", "yes", "yes"), font)
        info = self.poppler("pdfinfo", "all.pdf")
        self.assertRegex(info, r"Tagged:\s+yes")
        self.assertRegex(info, r"Title:\s+Executive dashboard")
        pages = self.poppler("pdftotext", "all.pdf", "-layout").split("\f")[:-1]
        self.assertEqual(int(re.search(r"Pages:\s+(\d+)", info)[1]), len(pages))
        first = pages[0]
        for fact in (answer["provenance"]["fingerprint"], "Europe/Berlin", "Exact", "All Time", "Contents"):
            self.assertIn(fact, first)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} of {len(pages)}", page)
        # What the contents say is where it is, and no heading is the last thing on its page.
        for title in {table["title"] for table in answer["tables"]}:
            entry = re.search(rf"^\s*{re.escape(title)}\s+(\d+)$", first, re.M)
            self.assertTrue(entry, title)
            page = [line.strip() for line in pages[int(entry[1]) - 1].splitlines() if line.strip()]
            self.assertIn(title, page)
            self.assertLess(page.index(title), len(page) - 3, title)

    def test_x3_long_tables_repeat_their_headings(self):
        self.query("many.ndjson", *self.BY_TOOL, "--out", "many.pdf")
        text = self.poppler("pdftotext", "many.pdf", "-layout")
        found = set(re.findall(r"tool_\d{5}", text))
        self.assertEqual(len(found), 10_000)
        pages = [page for page in text.split("\f") if re.search(r"tool_\d{5}", page)]
        self.assertGreater(len(pages), 100)
        self.assertTrue(all("Success rate" in page and "Last used" in page for page in pages))

    def test_x3_names_of_all_kinds_are_text_and_what_no_font_has_is_said(self):
        self.query("hostile.ndjson", *self.BY_TOOL, "--out", "hostile.pdf")
        self.assertIn("No font has the letters", self.said)
        text = self.poppler("pdftotext", "hostile.pdf", "-layout")
        self.assertIn("<img src=x onerror=alert(1)>", text)
        self.assertIn("ünïcödé", text)
        self.assertIn("=1+1", text)
        self.assertIn("No font has the letters", text)
        self.assertEqual(sum(line.count("x") for line in re.findall(r"^\s*(x{5,})", text, re.M)), 1024)

    def test_x3_other_scripts_are_drawn_with_fonts_that_are_given(self):
        fonts = [path for pattern in FONTS for path in map(str, Path("/usr/share/fonts").rglob(pattern))]
        if not fonts:
            self.skipTest("no font with Arabic or Greek letters is installed")
        write_events(self.path / "scripts.ndjson", ["אבג", "ΑΒΓ", "Жук", "اختبار"])
        self.query("scripts.ndjson", *self.BY_TOOL, "--out", "scripts.pdf", "--font", fonts[0])
        self.assertNotIn("No font has", self.said)
        text = self.poppler("pdftotext", "scripts.pdf", "-layout")
        for name in ("אבג", "ΑΒΓ", "Жук"):
            self.assertIn(name, text)
        # Shaped: poppler gives the letters back as they were, whatever forms they were drawn in.
        self.assertIn("اختبار", "".join(letter for letter in text if not "\u2000" <= letter <= "\u206f"))

    # All of them, where there is nothing, little or much

    def test_x2_nothing_one_row_and_ten_thousand_groups_are_whole_files(self):
        nothing = ["--where", "tool=no such tool"]
        for source, extra, rows in [("plain.ndjson", nothing, 0), ("one.ndjson", [], 1), ("many.ndjson", [], 10_000)]:
            table = self.answer(source, *self.BY_TOOL, *extra)["tables"][0]
            self.assertEqual(len(table["rows"]), rows)
            executions = [row[1] for row in table["rows"]]
            self.query(source, *self.BY_TOOL, *extra, "--out", "a.xlsx")
            sheet = openpyxl.load_workbook(self.path / "a.xlsx", read_only=True).worksheets[1]
            held = [row[1] for row in sheet.iter_rows(min_row=2, max_row=1 + rows, values_only=True)] if rows else []
            self.assertEqual(held, executions)
            self.query(source, *self.BY_TOOL, *extra, "--out", "a.parquet")
            self.assertEqual(pyarrow.parquet.read_table(self.path / "a.parquet").column("executions").to_pylist(), executions)
            if rows < 2:
                self.query(source, *self.BY_TOOL, *extra, "--out", "a.pdf")
                text = self.poppler("pdftotext", "a.pdf", "-layout")
                self.assertIn("only" if rows else "There is nothing of this kind in this period.", text)


if __name__ == "__main__":
    unittest.main()
