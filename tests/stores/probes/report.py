"""The table that a run of the probes fills."""


class Report:
    """`yes` is what Amazon's S3 does; anything else is `no`, with what came instead."""

    def __init__(self):
        self.rows = []
        self.area = ""

    def row(self, feature, good, detail=""):
        self.rows.append((self.area, feature, "yes" if good else "no", str(detail)))
        return good

    def tell(self, feature, detail):
        """A fact without a right answer."""
        self.rows.append((self.area, feature, "", str(detail)))

    def expect(self, feature, answer, status, code="", detail=""):
        """`status` is one or a tuple of those that are right; `code` is the error's."""
        right = status if isinstance(status, tuple) else (status,)
        good = answer.status in right and answer.code == code
        text = str(answer) if not detail else f"{answer}; {detail}"
        if answer.status >= 400 and not answer.code and answer.body:
            text += f"; body {answer.body[:200].decode(errors='replace')!r}"
        return self.row(feature, good, text)

    def write(self, out):
        area = None
        for row_area, feature, verdict, detail in self.rows:
            if row_area != area:
                area = row_area
                out.write(f"\n## {area}\n\n| asked | as S3? | answer |\n|---|---|---|\n")
            cells = (feature, verdict, detail)
            out.write("| " + " | ".join(c.replace("|", "\\|").replace("\n", " ")
                                        for c in cells) + " |\n")
        asked = [row for row in self.rows if row[2]]
        good = sum(row[2] == "yes" for row in asked)
        out.write(f"\n{good} of {len(asked)} as S3\n")
