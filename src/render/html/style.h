// The style sheet of our pages. Colours are pairs of ink and ground of at least 4.5 to 1 (WCAG 2.2, 1.4.3), in light and dark; they never
// carry meaning alone.
#pragma once

#include <string_view>

namespace gpuwhy::render::html {

inline constexpr std::string_view style = R"(
:root{--ground:#f4f5f7;--card:#fff;--ink:#16191d;--muted:#565e69;--line:#d5d9df;--code:#eef0f3;
--good:#156139;--good-ground:#e6f4eb;--bad:#a31515;--bad-ground:#fdeceb;--warning:#7a4b00;--warning-ground:#fdf3df;
--unknown:#4a46a8;--unknown-ground:#eeeefb;--focus:#0b57d0}
@media (prefers-color-scheme:dark){:root{--ground:#101317;--card:#191d23;--ink:#e8eaed;--muted:#a2abb7;--line:#343a43;--code:#242a32;
--good:#7ddba3;--good-ground:#12301f;--bad:#ff9c94;--bad-ground:#3b1614;--warning:#f3c26b;--warning-ground:#33260d;
--unknown:#b5b3ff;--unknown-ground:#24234a;--focus:#8ab4f8}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:0 1.25rem 2rem;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol{margin:0}
h1{font-size:clamp(1.3rem,1rem + 1.4vw,1.75rem);line-height:1.3;font-weight:680;max-width:62rem;text-wrap:pretty}
h2{font-size:1.2rem;line-height:1.35}
h3{font-size:.95rem}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
main:focus{outline:none}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);color:var(--ink);padding:.5rem 1rem;z-index:1}
.top{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;padding:1rem 0}
.brand{font-weight:750;letter-spacing:-.01em}
.machine,.lead,.place,footer,.then,.risk,.found{color:var(--muted)}
.machine,.lead,.place,.risk,footer{font-size:.9rem}
.verdict,.card,.ladder,details{background:var(--card);border:1px solid var(--line);border-radius:12px}
.verdict{padding:1.5rem;border-top:6px solid var(--line);display:grid;gap:.9rem}
.verdict.bad{border-top-color:var(--bad)}.verdict.good{border-top-color:var(--good)}
.verdict.warning{border-top-color:var(--warning)}.verdict.unknown{border-top-color:var(--unknown)}
.chip{justify-self:start;display:inline-block;padding:.05rem .7rem;border-radius:99px;font-size:.9rem;font-weight:600;
background:var(--code);color:var(--ink)}
.chip.bad{background:var(--bad-ground);color:var(--bad)}.chip.good{background:var(--good-ground);color:var(--good)}
.chip.warning{background:var(--warning-ground);color:var(--warning)}.chip.unknown{background:var(--unknown-ground);color:var(--unknown)}
.sign{font-weight:700}
.sign.good{color:var(--good)}.sign.bad{color:var(--bad)}.sign.warning{color:var(--warning)}
.sign.unknown{color:var(--unknown)}.sign.quiet{color:var(--muted)}
.predictions,.gates,.stack{list-style:none;padding:0}
.predictions{display:grid;gap:.3rem}
.columns{display:grid;gap:1.25rem;margin-top:1.25rem}
.told{display:grid;gap:1rem;align-content:start;min-width:0}
.card{padding:1.25rem 1.5rem;border-left:6px solid var(--line);display:grid;gap:.7rem;min-width:0}
.card.bad{border-left-color:var(--bad)}.card.warning{border-left-color:var(--warning)}
.kicker{font-size:.8rem;font-weight:700;letter-spacing:.06em;text-transform:uppercase;color:var(--muted)}
.bad>.kicker{color:var(--bad)}.warning>.kicker{color:var(--warning)}
.proof{list-style:none;padding:0;display:grid;gap:.3rem}
.proof .below{padding-left:1rem;border-left:2px solid var(--line)}
.cure{background:var(--good-ground);border-radius:10px;padding:1rem 1.2rem;display:grid;gap:.5rem}
.cure h3{color:var(--good)}
.cure .then,.cure .risk{color:var(--ink)}
.steps,.cure ul,.verdict ul:not(.predictions),.inside ul,.inside ol:not(.gates){padding-left:1.3rem}
pre{margin:0;padding:.6rem .8rem;background:var(--code);color:var(--ink);border-radius:8px;white-space:pre-wrap}
.cure pre{background:var(--card)}
.cure pre code{user-select:all}
summary{cursor:pointer;padding:.65rem 1.1rem;font-weight:600}
.inside{padding:.2rem 1.1rem 1rem;display:grid;gap:.8rem;min-width:0}
.inside details,.card details,.card .card{background:none}
.gates{display:grid;gap:.25rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-weight:600}
tbody th{font-weight:600}
.differences th,.differences td{width:33.3%}
.ladder{padding:1.25rem;align-self:start;display:grid;gap:.7rem;min-width:0}
.ladder.wide{margin:1.25rem 0}
.stack{display:grid;gap:4px}
.rung{border:1px solid var(--line);border-radius:8px;padding:.45rem .7rem}
.stack .rung{display:grid;grid-template-columns:1.5rem 1fr}
.stack .name{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .6rem}
.stack .summary{grid-column:2}
.layer{font-weight:600}
.state,.summary{font-size:.85rem}
.summary{color:var(--muted)}
.rung.good{background:var(--good-ground)}.rung.warning{background:var(--warning-ground)}.rung.unknown{background:var(--unknown-ground)}
.rung.bad{background:var(--bad-ground);border-color:var(--bad)}
.rung.break{border-width:3px;color:var(--bad)}
.rung.break .state{font-weight:700}
.rung.good .summary,.rung.bad .summary,.rung.warning .summary,.rung.unknown .summary{color:var(--ink)}
.rung.quiet{color:var(--muted);border-style:dashed}
.rung.quiet .layer{font-weight:400}
.sides{display:grid;gap:1rem}
.of-side{border-top:1px solid var(--line);padding-top:.7rem;display:grid;gap:.4rem;align-content:start}
.of-side .side{font-size:1rem}
.pair{border-collapse:separate;border-spacing:0 5px;table-layout:fixed}
.pair th,.pair td{border-bottom:0}
.pair .rung{border:1px solid var(--line);width:38%}
.pair thead th:nth-child(2),.pair tbody th{text-align:center;width:24%}
.pair caption{text-align:left}
.pair .side{display:block;color:var(--ink)}
.pair .rung.quiet{border-style:dashed}
.pair .rung.bad{border-color:var(--bad)}
.pair tbody th{vertical-align:middle}
.pair .causal th{background:var(--bad);color:var(--card)}
.pair .causal td{border:3px solid var(--bad)}
.pair .adds th{background:var(--warning-ground);color:var(--warning)}
.pair .causal td:first-child,.pair .same td:first-child,.pair .adds td:first-child{border-radius:8px 0 0 8px}
.pair .causal td:last-child,.pair .same td:last-child,.pair .adds td:last-child{border-radius:0 8px 8px 0}
.join{display:block;font-size:.8rem;font-weight:700;text-transform:uppercase;letter-spacing:.04em}
footer{padding-top:1.5rem;display:grid;gap:.3rem}
@media (min-width:60rem){.columns{grid-template-columns:minmax(0,1fr) 23rem}
.sides{grid-template-columns:1fr 1fr;gap:2rem}.columns .ladder{position:sticky;top:1.25rem}}
@media (max-width:34rem){body{padding:0 .75rem 1.5rem}.verdict,.card,.ladder{padding:1rem}
.pair th,.pair td{padding:.35rem .3rem}.pair .layer,.pair .side{font-size:.75rem}.pair .chip{padding:.05rem .4rem;font-size:.8rem}
.pair .rung{width:36%}.pair thead th:nth-child(2),.pair tbody th{width:28%}.join{font-size:.68rem}
.differences{font-size:.8rem}.differences th,.differences td{padding:.3rem}}
@media print{:root{--ground:#fff}body{max-width:none;padding:0;font-size:10pt}.skip{display:none}
.verdict,.card,.ladder,details{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";

}  // namespace gpuwhy::render::html
