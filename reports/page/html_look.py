"""The style sheet of a page: dark on white, readable on a phone, whole tables on A4."""

from __future__ import annotations

from hepaplan.reports.style import AMBER, BLUE, FONT, GREEN, INK, RED

GREY = "595959"
RULE = "D0D5DB"
PALE = "F1F5F9"

STYLE = f"""
:root {{ color-scheme: light; }}
* {{ box-sizing: border-box; }}
html {{ -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }}
body {{ margin: 0; background: #fff; color: #{INK};
  font: 1rem/1.5 {FONT}, "Liberation Sans", Helvetica, sans-serif; }}
header, main, footer {{ max-width: 58rem; margin: 0 auto; padding: 0 1.25rem; }}
header {{ padding-top: 1.5rem; }}
h1, h2, h3, caption {{ color: #{BLUE}; line-height: 1.25; text-wrap: balance; }}
h1 {{ font-size: 1.75rem; margin: 0 0 .5rem; }}
h2 {{ font-size: 1.4rem; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 2px solid #{BLUE}; }}
h3 {{ font-size: 1.05rem; margin: 0 0 .25rem; color: #{INK}; }}
p, li, dd, dt, figcaption, th, td {{ overflow-wrap: anywhere; }}
p {{ margin: .25rem 0 .75rem; max-width: 44rem; }}
a {{ color: #0B57A4; }}
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible {{
  outline: 3px solid #0B57A4; outline-offset: 2px; }}
.skip {{ position: absolute; left: -999rem; }}
.skip:focus {{ left: 1rem; top: .5rem; background: #fff; padding: .5rem; }}
.question {{ font-size: 1.15rem; }}
.answers {{ background: #{PALE}; border-left: 6px solid #{BLUE}; padding: 1rem 1.25rem .75rem;
  margin: 1rem 0; }}
.answers h2 {{ border: 0; margin: 0 0 .5rem; padding: 0; font-size: 1.15rem; }}
.answers ul {{ margin: 0; padding-left: 1.25rem; }}
.answers li {{ margin: 0 0 .5rem; font-size: 1.1rem; }}
nav ul {{ padding-left: 1.25rem; margin: .25rem 0; columns: 16rem; }}
nav h2 {{ border: 0; margin: 1.25rem 0 0; padding: 0; font-size: 1.15rem; }}
.note, .told {{ color: #{GREY}; }}
.told {{ font-size: .9rem; }}
.passed {{ color: #{GREEN}; font-weight: bold; }}
.failed {{ color: #{RED}; font-weight: bold; }}
.warning {{ color: #{AMBER}; font-weight: bold; }}
figure {{ margin: 1.75rem 0 1rem; }}
.picture {{ overflow-x: auto; }}
.picture svg {{ display: block; width: 100%; min-width: 34rem; height: auto; }}
.picture svg * {{ stroke-linejoin: round; stroke-linecap: butt; }}
.picture svg text {{ font-family: {FONT}, "Liberation Sans", Helvetica, sans-serif;
  text-rendering: geometricPrecision; }}
.rows {{ overflow: auto; max-height: 60rem; margin: 1rem 0; }}
table {{ border-collapse: collapse; font-size: .9rem; min-width: 50%; }}
caption {{ text-align: left; font-weight: bold; padding: .25rem 0; font-size: 1rem; }}
th, td {{ padding: .35rem .75rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid #{RULE}; overflow-wrap: normal; }}
thead th {{ background: #{BLUE}; color: #fff; position: sticky; top: 0; vertical-align: bottom; }}
tbody th {{ font-weight: normal; min-width: 12rem; max-width: 28rem; overflow-wrap: anywhere; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
thead .number {{ white-space: normal; min-width: 5rem; }}
summary {{ cursor: pointer; color: #0B57A4; padding: .25rem 0; }}
dl {{ display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .25rem 1rem; }}
dt {{ font-weight: bold; }}
dd {{ margin: 0; }}
footer {{ padding-bottom: 3rem; }}
@media (max-width: 40rem) {{
  h1 {{ font-size: 1.4rem; }}
  header, main, footer {{ padding-left: .9rem; padding-right: .9rem; }}
  tbody th {{ min-width: 8rem; }}
  dl {{ grid-template-columns: 1fr; }}
  dd {{ margin-bottom: .5rem; }}
}}
@page {{ size: A4; margin: 16mm 14mm;
  @bottom-right {{ content: counter(page) " of " counter(pages); font: 8pt {FONT}, sans-serif; }} }}
@page wide {{ size: A4 landscape; margin: 14mm 12mm; }}
@media print {{
  body {{ font-size: 10pt; }}
  header, main, footer {{ max-width: none; padding: 0; }}
  .skip {{ display: none; }}
  h2, h3, caption, h2 + p, h2 + p + p {{ break-after: avoid; }}
  .answers li, figure, tr, dl, .short {{ break-inside: avoid; }}
  .rows, .picture {{ overflow: visible; max-height: none; }}
  .picture svg {{ min-width: 0; max-height: 230mm; }}
  thead {{ display: table-header-group; }}
  .wide {{ page: wide; }}
  .wide table {{ font-size: 7pt; }}
  thead th {{ position: static; min-width: 6ch !important; overflow-wrap: break-word;
    print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  table {{ font-size: 8pt; width: 100%; }}
  th, td {{ padding: .2rem .4rem; overflow-wrap: break-word; }}
  tbody th {{ min-width: 26mm; }}
  details::details-content {{ content-visibility: visible; block-size: auto; }}
  summary, .screen {{ display: none; }}
  a {{ color: inherit; text-decoration: none; }}
}}
""".strip()
